package dev.chirograph.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;

/** The PostgreSQL that everybody is measured on: every commit is on disk before it is answered. */
final class Postgres {

  static final Map<String, String> SETTINGS =
      new TreeMap<>(
          Map.of(
              "fsync", "on",
              "synchronous_commit", "on",
              "full_page_writes", "on",
              "shared_buffers", "512MB",
              "max_wal_size", "8GB",
              "checkpoint_timeout", "30min",
              "max_connections", "200"));

  private Postgres() {}

  static PostgresServer start() {
    return PostgresServer.start(15, SETTINGS);
  }

  /** A pool as a host would have one. */
  static HikariDataSource pool(Database database, int connections) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(database.jdbcUrl());
    config.setUsername(database.user());
    config.setPassword(database.password());
    config.setMaximumPoolSize(connections);
    return new HikariDataSource(config);
  }

  static void execute(DataSource dataSource, String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The bytes that were written to the log since the server began. */
  static long walBytes(DataSource dataSource) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')")) {
      row.next();
      return row.getLong(1);
    }
  }
}
