package dev.chirograph.jdbc;

import dev.chirograph.servers.Database;
import dev.chirograph.servers.Shared;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.mariadb.jdbc.MariaDbPoolDataSource;
import org.postgresql.ds.PGConnectionPoolDataSource;

/** Databases of tests, each fresh and with the queue's tables. */
final class TestDatabases {

  private static final int POOL = 16;

  private TestDatabases() {}

  /** In the memory of this process, for as long as it lives. */
  static DataSource h2() {
    return installed(emptyH2());
  }

  static DataSource emptyH2() {
    return new Database("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa", "")
        .dataSource();
  }

  /** In a file, so that several connections see the same. */
  static DataSource sqlite() {
    return installed(emptySqlite());
  }

  static DataSource emptySqlite() {
    try {
      Path file = Files.createTempFile("queue", ".db");
      file.toFile().deleteOnExit();
      return new Database(
              "jdbc:sqlite:" + file + "?journal_mode=WAL&synchronous=OFF&busy_timeout=60000",
              "",
              "")
          .dataSource();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static DataSource emptyPostgres() {
    return pooled(Shared.postgres().newDatabase());
  }

  /** A small pool, as hosts have one. */
  static DataSource pooled(Database postgres) {
    PGConnectionPoolDataSource source = new PGConnectionPoolDataSource();
    source.setURL(postgres.jdbcUrl());
    source.setUser(postgres.user());
    source.setPassword(postgres.password());
    JdbcConnectionPool pool = JdbcConnectionPool.create(source);
    pool.setMaxConnections(POOL);
    return pool;
  }

  /** A pool to be closed: MariaDB takes no more than 151 connections. */
  static MariaDbPoolDataSource emptyMariaDb() {
    Database database = Shared.mariaDb().newDatabase();
    try {
      return new MariaDbPoolDataSource(
          database.jdbcUrl()
              + "?maxPoolSize="
              + POOL
              + "&minPoolSize=1&user="
              + database.user()
              + "&password="
              + database.password());
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The same database, after its tables were created. */
  static <D extends DataSource> D installed(D dataSource) {
    JdbcSchema.of(dataSource).only(JdbcSchema.Component.QUEUE).install();
    return dataSource;
  }

  /** The same database, after the tables of logs were created. */
  static <D extends DataSource> D withLog(D dataSource) {
    JdbcSchema.of(dataSource).only(JdbcSchema.Component.LOG).install();
    return dataSource;
  }
}
