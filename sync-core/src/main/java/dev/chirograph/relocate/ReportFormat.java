package dev.chirograph.relocate;

/** How a report is written. */
public enum ReportFormat {
  /** A line with the names of the columns, then one for each handle; RFC 4180. */
  CSV,
  /** An object of JSON in each line; what is not known is left out. */
  JSON_LINES
}
