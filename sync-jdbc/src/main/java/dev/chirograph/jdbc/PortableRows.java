package dev.chirograph.jdbc;

import dev.chirograph.Key;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Rows of waiting jobs, as they are read and named one by one. */
final class PortableRows {

  /** The columns of a row, in the order in which {@link #all} reads them. */
  static final String COLUMNS =
      "seq, at, run, lane, scope, hash, ranking, state, flags, attempts, item, note, error";

  private PortableRows() {}

  /** The rows that a query answers. */
  static List<JobRow> all(PreparedStatement statement) throws SQLException {
    List<JobRow> rows = new ArrayList<>();
    try (ResultSet result = statement.executeQuery()) {
      while (result.next()) {
        JobRow row =
            new JobRow(result.getInt(4), result.getInt(5), Key.ofBytes(result.getBytes(11)));
        row.seq = result.getLong(1);
        row.at = result.getLong(2);
        row.run = result.getLong(3);
        row.rank = result.getInt(7);
        row.state = result.getInt(8);
        row.flags = result.getInt(9);
        row.attempts = result.getInt(10);
        row.note = result.getBytes(12);
        row.error = result.getBytes(13);
        rows.add(row);
      }
    }
    return rows;
  }

  /** The numbers that a query answers. */
  static List<Long> numbers(PreparedStatement statement) throws SQLException {
    List<Long> numbers = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        numbers.add(rows.getLong(1));
      }
    }
    return numbers;
  }

  /** Numbers as a list in SQL. */
  static String list(List<Long> numbers) {
    StringBuilder list = new StringBuilder();
    for (long number : numbers) {
      list.append(list.isEmpty() ? "" : ",").append(number);
    }
    return list.toString();
  }
}
