package dev.chirograph.jdbc;

import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;

/**
 * A column of a host's table.
 *
 * @param column as its shape has it
 * @param sqlType what the database calls its type, without length: values are cast to it
 */
record TableColumn(Column column, String sqlType) {

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

  /** Whether a single value may be so large that rows are not read by the thousand. */
  boolean wide() {
    return switch (kind()) {
      case TEXT, PADDED, BYTES -> type().size() == 0 || type().size() > WIDE;
      case JSON -> true;
      default -> false;
    };
  }
}
