package dev.chirograph.jdbc;

import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;

/**
 * A column of a host's table.
 *
 * @param column as its shape has it
 * @param sqlType what the database calls its type, without length: values are cast to it
 * @param label whether its values are those of a list, and no others
 * @param written how it can be written
 */
record TableColumn(Column column, String sqlType, boolean label, Written written) {

  /** Who says what a column holds. */
  enum Written {
    /** Whoever writes a row. */
    BY_ANYBODY,
    /** Whoever inserts a row; afterwards nobody changes it. */
    ONCE,
    /** The database, from other columns. */
    BY_DATABASE
  }

  /** No value of a bounded column is larger, in characters or bytes. */
  private static final int WIDE = 4_000;

  String name() {
    return column.name();
  }

  ColumnType type() {
    return column.type();
  }

  ColumnType.Kind kind() {
    return column.type().kind();
  }

  /** Whether the database computes its values. */
  boolean isComputed() {
    return written == Written.BY_DATABASE;
  }

  /** Whether a single value may be so large that rows are not read by the thousand. */
  boolean wide() {
    return switch (kind()) {
      case TEXT, PADDED, BYTES -> !label && (type().size() == 0 || type().size() > WIDE);
      case JSON -> true;
      default -> false;
    };
  }
}
