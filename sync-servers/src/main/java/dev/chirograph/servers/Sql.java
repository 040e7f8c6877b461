package dev.chirograph.servers;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Statements of an administrator. */
final class Sql {
  private Sql() {}

  static void execute(Database database, String sql) {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(database.jdbcUrl() + " refused: " + sql, e);
    }
  }
}
