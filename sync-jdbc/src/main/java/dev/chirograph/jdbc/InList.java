package dev.chirograph.jdbc;

import dev.chirograph.Key;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * A list as parameters of a statement: one array on PostgreSQL, elsewhere one parameter for each
 * value, filled up to a power of two, so that few texts of a statement exist.
 */
final class InList {

  private InList() {}

  /** SQL with the right side of a comparison in place of <code>:in</code>. */
  static String sql(String template, int count, Dialect dialect) {
    String in =
        dialect == Dialect.POSTGRESQL
            ? "= any(?)"
            : "in (" + "?, ".repeat(padded(count) - 1) + "?)";
    return template.replace(":in", in);
  }

  /** Sets the parameters from an index on to keys. */
  static void bindKeys(
      Connection connection,
      PreparedStatement statement,
      int index,
      List<Key> keys,
      Dialect dialect)
      throws SQLException {
    bind(
        connection,
        statement,
        index,
        Column.bytes("key_bytes"),
        keys.stream().map(Key::toBytes).toArray(byte[][]::new),
        dialect);
  }

  /** Sets the parameters from an index on to the values of a column; at least one. */
  static void bind(
      Connection connection,
      PreparedStatement statement,
      int index,
      Column column,
      Object[] values,
      Dialect dialect)
      throws SQLException {
    if (dialect == Dialect.POSTGRESQL) {
      statement.setArray(index, connection.createArrayOf(column.type().element(), values));
      return;
    }
    int count = padded(values.length);
    for (int i = 0; i < count; i++) {
      column.bind(statement, index + i, values[Math.min(i, values.length - 1)], dialect);
    }
  }

  private static int padded(int count) {
    return count <= 1 ? 1 : Integer.highestOneBit(count - 1) << 1;
  }
}
