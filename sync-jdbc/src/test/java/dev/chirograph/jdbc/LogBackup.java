package dev.chirograph.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** All rows of all logs of a database, as a backup of it would hold them. */
final class LogBackup {

  private static final List<String> TABLES =
      List.of("item", "commit", "life", "member", "digest", "content");

  private final DataSource dataSource;
  private final Map<String, Table> tables = new LinkedHashMap<>();

  private record Table(List<String> columns, List<Object[]> rows) {}

  private LogBackup(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  static LogBackup of(DataSource dataSource) throws SQLException {
    LogBackup backup = new LogBackup(dataSource);
    try (Connection connection = dataSource.getConnection()) {
      backup.tables.put("head", read(connection, "head"));
      for (String table : TABLES) {
        backup.tables.put(table, read(connection, table));
      }
    }
    return backup;
  }

  private static Table read(Connection connection, String table) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("select * from chirograph_log_" + table);
        ResultSet rows = statement.executeQuery()) {
      List<String> columns = new ArrayList<>();
      for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
        columns.add(rows.getMetaData().getColumnName(i));
      }
      List<Object[]> all = new ArrayList<>();
      while (rows.next()) {
        Object[] row = new Object[columns.size()];
        for (int i = 0; i < row.length; i++) {
          row[i] = rows.getObject(i + 1);
        }
        all.add(row);
      }
      return new Table(columns, all);
    }
  }

  /** Makes the database what it was; logs that were made since are left alone. */
  void restore() throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      for (Object[] head : tables.get("head").rows()) {
        update(connection, tables.get("head").columns(), head);
        for (String table : TABLES) {
          restore(connection, table, head[0]);
        }
      }
      connection.commit();
      connection.setAutoCommit(true);
    }
  }

  private static void update(Connection connection, List<String> columns, Object[] head)
      throws SQLException {
    String set = String.join(" = ?, ", columns.subList(1, columns.size())) + " = ?";
    try (PreparedStatement statement =
        connection.prepareStatement(
            "update chirograph_log_head set " + set + " where log_id = ?")) {
      for (int i = 1; i < head.length; i++) {
        statement.setObject(i, head[i]);
      }
      statement.setObject(head.length, head[0]);
      statement.executeUpdate();
    }
  }

  private void restore(Connection connection, String name, Object log) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("delete from chirograph_log_" + name + " where log_id = ?")) {
      statement.setObject(1, log);
      statement.executeUpdate();
    }
    Table table = tables.get(name);
    int id = table.columns().stream().map(String::toLowerCase).toList().indexOf("log_id");
    String places = String.join(", ", Collections.nCopies(table.columns().size(), "?"));
    try (PreparedStatement statement =
        connection.prepareStatement(
            "insert into chirograph_log_"
                + name
                + " ("
                + String.join(", ", table.columns())
                + ") values ("
                + places
                + ")")) {
      for (Object[] row : table.rows()) {
        if (row[id].equals(log)) {
          for (int i = 0; i < row.length; i++) {
            statement.setObject(i + 1, row[i]);
          }
          statement.addBatch();
        }
      }
      statement.executeBatch();
    }
  }
}
