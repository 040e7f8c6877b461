package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** The databases we speak to, and how they differ in what every table needs. */
enum Dialect {
  POSTGRESQL(
      "postgresql",
      "(select (extract(epoch from clock_timestamp()) * 1000000)::bigint)",
      "select case when to_regnamespace(?) is null then 0 else 1 end",
      "select case when to_regclass(?) is null then 0 else 1 end"),

  /** MariaDB and MySQL; what one of them lacks is not used. */
  MARIADB(
      "mariadb",
      "timestampdiff(microsecond, '1970-01-01 00:00:00', utc_timestamp(6))",
      "select count(*) from information_schema.schemata where schema_name = ?",
      "select count(*) from information_schema.tables"
          + " where concat(table_schema, '.', table_name) = ?"
          + " or (table_schema = database() and table_name = ?)"),

  H2(
      "h2",
      "cast(extract(epoch from current_timestamp) * 1000000 as bigint)",
      "select count(*) from information_schema.schemata where lower(schema_name) = ?",
      "select count(*) from information_schema.tables"
          + " where lower(concat(table_schema, '.', table_name)) = ?"
          + " or (table_schema = current_schema and lower(table_name) = ?)"),

  SQLITE(
      "sqlite",
      "cast((julianday('now') - 2440587.5) * 86400000 as integer) * 1000",
      "select 0 where ? is null",
      "select count(*) from sqlite_master where type = 'table' and name = ?");

  private final String folder;
  private final String now;
  private final String schemaExists;
  private final String tableExists;

  Dialect(String folder, String now, String schemaExists, String tableExists) {
    this.folder = folder;
    this.now = now;
    this.schemaExists = schemaExists;
    this.tableExists = tableExists;
  }

  /**
   * The dialect of the database behind a connection.
   *
   * @throws SyncException of kind UNSUPPORTED when it is none of ours, or too old
   */
  static Dialect of(Connection connection) throws SQLException {
    DatabaseMetaData data = connection.getMetaData();
    String product = data.getDatabaseProductName();
    String version = data.getDatabaseProductVersion();
    int major = data.getDatabaseMajorVersion();
    int minor = data.getDatabaseMinorVersion();
    boolean supported =
        switch (product) {
          case "PostgreSQL" -> major >= 15;
          case "MariaDB" -> major > 10 || (major == 10 && minor >= 6);
          case "MySQL" -> version.contains("MariaDB") || major >= 8;
          case "H2" -> major >= 2;
          case "SQLite" -> major > 3 || (major == 3 && minor >= 35);
          default -> false;
        };
    if (!supported) {
      throw new SyncException(
          SyncException.Kind.UNSUPPORTED,
          "the database is "
              + product
              + " "
              + version
              + "; supported are PostgreSQL 15, MariaDB 10.6, MySQL 8.0, H2 2.2, SQLite 3.35 and later");
    }
    return switch (product) {
      case "PostgreSQL" -> POSTGRESQL;
      case "H2" -> H2;
      case "SQLite" -> SQLITE;
      default -> MARIADB;
    };
  }

  /** The folder of its scripts. */
  String folder() {
    return folder;
  }

  /** The store's clock as an SQL expression: microseconds since 1970, as a 64-bit integer. */
  String now() {
    return now;
  }

  /** Whether data definitions take part in transactions. */
  boolean transactionalDefinitions() {
    return this == POSTGRESQL || this == SQLITE;
  }

  /** Whether there are schemas to choose from. */
  boolean hasSchemas() {
    return this != SQLITE;
  }

  /** The end of a query that locks its rows; empty where a transaction locks the whole database. */
  String forUpdate() {
    return this == SQLITE ? "" : " for update";
  }

  /** A name of the host's as the database takes it, letter by letter. */
  String quoted(String name) {
    String mark = this == MARIADB ? "`" : "\"";
    return mark + name.replace(mark, mark + mark) + mark;
  }

  boolean schemaExists(Connection connection, String schema) throws SQLException {
    return exists(connection, schemaExists, schema);
  }

  /** Whether a table exists; without a schema in its name, where the connection finds it. */
  boolean tableExists(Connection connection, String table) throws SQLException {
    return exists(connection, tableExists, table);
  }

  private static boolean exists(Connection connection, String sql, String name)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      int parameters = statement.getParameterMetaData().getParameterCount();
      for (int i = 1; i <= parameters; i++) {
        statement.setString(i, name);
      }
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() && rows.getLong(1) > 0;
      }
    }
  }

  /** Starts a transaction on a connection that is in none; answers what {@link #end} needs. */
  Before begin(Connection connection) throws SQLException {
    boolean autoCommit = connection.getAutoCommit();
    switch (this) {
      case SQLITE -> {
        if (!autoCommit) {
          connection.setAutoCommit(true);
        }
        // The driver would begin deferred, and then fail with "busy" when a reader turns writer.
        execute(connection, "begin immediate");
        return new Before(autoCommit, null);
      }
      case MARIADB -> {
        execute(connection, "set transaction isolation level read committed");
        connection.setAutoCommit(false);
        return new Before(autoCommit, null);
      }
      case H2 -> {
        int isolation = connection.getTransactionIsolation();
        if (isolation != Connection.TRANSACTION_READ_COMMITTED) {
          connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        }
        connection.setAutoCommit(false);
        return new Before(autoCommit, isolation);
      }
      default -> {
        connection.setAutoCommit(false);
        return new Before(autoCommit, null);
      }
    }
  }

  /**
   * Starts a transaction that reads, and sees everything as it was at one moment; answers what
   * {@link #end} needs.
   */
  Before beginSnapshot(Connection connection) throws SQLException {
    boolean autoCommit = connection.getAutoCommit();
    switch (this) {
      case SQLITE -> {
        if (!autoCommit) {
          connection.setAutoCommit(true);
        }
        execute(connection, "begin");
        return new Before(autoCommit, null);
      }
      case H2 -> {
        int isolation = connection.getTransactionIsolation();
        // Only here it takes the snapshot of all tables at once.
        connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
        connection.setAutoCommit(false);
        return new Before(autoCommit, isolation);
      }
      case MARIADB -> {
        execute(connection, "set transaction isolation level repeatable read");
        connection.setAutoCommit(false);
        // Begun at once: else, when nothing is read of a table, the next transaction of the host
        // would have these properties.
        execute(connection, "start transaction with consistent snapshot, read only");
        return new Before(autoCommit, null);
      }
      default -> {
        connection.setAutoCommit(false);
        execute(connection, "set transaction isolation level repeatable read, read only");
        return new Before(autoCommit, null);
      }
    }
  }

  void commit(Connection connection) throws SQLException {
    if (this == SQLITE) {
      execute(connection, "commit");
    } else {
      connection.commit();
    }
  }

  void rollback(Connection connection) throws SQLException {
    if (this == SQLITE) {
      execute(connection, "rollback");
    } else {
      connection.rollback();
    }
  }

  /** Gives a connection back the settings it had before {@link #begin}. */
  void end(Connection connection, Before before) throws SQLException {
    Integer isolation = before.isolation();
    if (isolation != null && isolation != connection.getTransactionIsolation()) {
      connection.setTransactionIsolation(isolation);
    }
    if (connection.getAutoCommit() != before.autoCommit()) {
      connection.setAutoCommit(before.autoCommit());
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The settings of a connection before we changed them. */
  record Before(boolean autoCommit, @Nullable Integer isolation) {}
}
