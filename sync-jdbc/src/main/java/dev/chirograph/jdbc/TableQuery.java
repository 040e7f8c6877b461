package dev.chirograph.jdbc;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A query that is put together with its values, so that each stands where its place in the text is.
 * Not safe for use by several threads.
 */
final class TableQuery {

  private final StringBuilder sql = new StringBuilder();
  private final List<Object> values = new ArrayList<>();

  static TableQuery of(String text) {
    return new TableQuery().add(text);
  }

  TableQuery add(String text) {
    sql.append(text);
    return this;
  }

  /** A text with one place for a value, and the value: a number, text, bytes or an array. */
  TableQuery add(String text, Object value) {
    sql.append(text);
    values.add(value);
    return this;
  }

  TableQuery add(TableQuery other) {
    sql.append(other.sql);
    values.addAll(other.values);
    return this;
  }

  TableQuery add(TableValue value) {
    return add(value.place(), value.value());
  }

  boolean isEmpty() {
    return sql.length() == 0;
  }

  /** A condition more. */
  TableQuery and(TableQuery condition) {
    if (condition.isEmpty()) {
      return this;
    }
    return isEmpty() ? add(condition) : add(" and ").add(condition);
  }

  /** A query that has run; its rows may be left before their end. */
  @FunctionalInterface
  interface Reading<T extends @Nullable Object> {
    T read(ResultSet rows) throws SQLException;
  }

  /**
   * Runs it.
   *
   * @param fetch how many rows are brought at a time
   */
  <T extends @Nullable Object> T read(Connection connection, int fetch, Reading<T> reading)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql.toString())) {
      statement.setFetchSize(fetch);
      for (int i = 0; i < values.size(); i++) {
        set(connection, statement, i + 1, values.get(i));
      }
      try (ResultSet rows = statement.executeQuery()) {
        return reading.read(rows);
      }
    }
  }

  /** Runs it for all of its rows. */
  void each(Connection connection, int fetch, Query.Taking taking) throws SQLException {
    read(
        connection,
        fetch,
        rows -> {
          while (rows.next()) {
            taking.take(rows);
          }
          return true;
        });
  }

  private static void set(
      Connection connection, PreparedStatement statement, int index, Object value)
      throws SQLException {
    if (value instanceof Long number) {
      statement.setLong(index, number);
    } else if (value instanceof String text) {
      statement.setString(index, text);
    } else if (value instanceof byte[] bytes) {
      statement.setBytes(index, bytes);
    } else if (value instanceof BigDecimal number) {
      statement.setBigDecimal(index, number);
    } else if (value instanceof Double number) {
      statement.setDouble(index, number);
    } else if (value instanceof Long[] numbers) {
      statement.setArray(index, connection.createArrayOf("int8", numbers));
    } else if (value instanceof String[] texts) {
      statement.setArray(index, connection.createArrayOf("text", texts));
    } else {
      statement.setObject(index, value);
    }
  }

  @Override
  public String toString() {
    return sql.toString();
  }
}
