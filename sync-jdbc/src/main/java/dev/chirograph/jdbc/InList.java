package dev.chirograph.jdbc;

import static java.util.stream.Collectors.joining;

import dev.chirograph.Key;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A list as parameters of a statement: one array on PostgreSQL, elsewhere one parameter for each
 * value, filled up to a power of two, so that few texts of a statement exist.
 */
final class InList {

  private static final int LISTED = 1_000;

  private InList() {}

  /**
   * SQL with a condition in place of <code>:listed</code>: the first columns equal the statement's
   * first parameters, the last column is one of the list that follows them.
   *
   * @param columns those of an index, in its order
   */
  static String sql(String template, int count, Dialect dialect, String... columns) {
    return template.replace(
        ":listed",
        switch (dialect) {
          case POSTGRESQL -> equal(columns) + " = any(?)";
          case H2 -> columns.length == 1 ? list(count, columns) : rows(columns, padded(count));
          default -> list(count, columns);
        });
  }

  private static String list(int count, String... columns) {
    return equal(columns) + " in (" + "?, ".repeat(padded(count) - 1) + "?)";
  }

  private static String equal(String... columns) {
    return String.join(" = ? and ", columns);
  }

  /** H2 finds a list in an index of several columns only when it compares whole rows. */
  private static String rows(String[] columns, int count) {
    String same =
        IntStream.range(1, columns.length).mapToObj(i -> "?" + i + ", ").collect(joining());
    return IntStream.range(columns.length, columns.length + count)
        .mapToObj(i -> "(" + same + "?" + i + ")")
        .collect(joining(", ", "(" + String.join(", ", columns) + ") in (", ")"));
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

  /**
   * Sets the parameters from an index on to the values of a column; at least one.
   *
   * @return the index after the last of them
   */
  static int bind(
      Connection connection,
      PreparedStatement statement,
      int index,
      Column column,
      Object[] values,
      Dialect dialect)
      throws SQLException {
    if (dialect == Dialect.POSTGRESQL) {
      statement.setArray(index, connection.createArrayOf(column.type().element(), values));
      return index + 1;
    }
    int count = padded(values.length);
    for (int i = 0; i < count; i++) {
      column.bind(statement, index + i, values[Math.min(i, values.length - 1)], dialect);
    }
    return index + count;
  }

  /** Lists of so many that one statement takes them. */
  static <T> List<List<T>> chunks(Collection<T> all) {
    List<T> list = List.copyOf(all);
    List<List<T>> chunks = new ArrayList<>();
    for (int start = 0; start < list.size(); start += LISTED) {
      chunks.add(list.subList(start, Math.min(list.size(), start + LISTED)));
    }
    return chunks;
  }

  private static int padded(int count) {
    return count <= 1 ? 1 : Integer.highestOneBit(count - 1) << 1;
  }
}
