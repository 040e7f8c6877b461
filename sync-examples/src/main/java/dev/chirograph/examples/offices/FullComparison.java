package dev.chirograph.examples.offices;

import dev.chirograph.spi.table.Tenant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import javax.sql.DataSource;

/**
 * Compares every row of an office with the shared database, by plain SQL: nothing here knows of the
 * library.
 */
final class FullComparison {

  private static final String TENANT = " where customer_id = ? and database_id = ?";

  private static final TimeZone UTC = TimeZone.getTimeZone("UTC");

  private final DataSource shared;

  FullComparison(DataSource shared) {
    this.shared = shared;
  }

  /**
   * What was found.
   *
   * @param rows that the office has
   * @param differing keys of rows that one side lacks, or has otherwise
   */
  record Result(long rows, List<String> differing) {}

  /** Compares the synsets: all columns, the time among them as a time. */
  Result synsets(DataSource office, Tenant tenant) throws SQLException {
    String sql = "select id, topic, relations, gloss, changed, version from synset";
    return compare(rows(office, sql), rows(shared, sql + TENANT, tenant), 1);
  }

  /** Compares the senses. */
  Result senses(DataSource office, Tenant tenant) throws SQLException {
    String sql = "select synset, number, lemma, version from sense";
    return compare(rows(office, sql), rows(shared, sql + TENANT, tenant), 2);
  }

  private static Result compare(List<List<String>> here, List<List<String>> there, int key) {
    Map<List<String>, List<String>> left = new HashMap<>();
    there.forEach(row -> left.put(row.subList(0, key), row));
    List<String> differing = new ArrayList<>();
    for (List<String> row : here) {
      if (!row.equals(left.remove(row.subList(0, key)))) {
        differing.add(String.join("/", row.subList(0, key)));
      }
    }
    left.keySet().forEach(extra -> differing.add(String.join("/", extra)));
    return new Result(here.size(), differing);
  }

  private static List<List<String>> rows(DataSource database, String sql, Tenant... tenant)
      throws SQLException {
    List<List<String>> all = new ArrayList<>();
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      for (Tenant one : tenant) {
        statement.setString(1, one.customer());
        statement.setString(2, one.database());
      }
      try (ResultSet rows = statement.executeQuery()) {
        int columns = rows.getMetaData().getColumnCount();
        while (rows.next()) {
          List<String> row = new ArrayList<>(columns);
          for (int i = 1; i <= columns; i++) {
            String name = rows.getMetaData().getColumnLabel(i);
            row.add(name.equals("changed") ? time(rows, i) : rows.getString(i));
          }
          all.add(row);
        }
      }
    }
    return all;
  }

  /** Drivers write times in ways of their own, MariaDB's without the zeros behind the point. */
  private static String time(ResultSet rows, int column) throws SQLException {
    return rows.getTimestamp(column, Calendar.getInstance(UTC)).toInstant().toString();
  }
}
