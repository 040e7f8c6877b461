package dev.chirograph.jdbc;

/**
 * A value that is compared with a column.
 *
 * @param place where it stands in SQL, with one question mark
 * @param value a number, text, bytes
 */
record TableValue(String place, Object value) {

  /** Null, which nothing is equal to. */
  static final TableValue NONE = new TableValue("", "");

  boolean isNone() {
    return place.isEmpty();
  }
}
