package dev.chirograph.jdbc;

import dev.chirograph.servers.Database;
import dev.chirograph.servers.Shared;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** The databases that everything runs on. */
enum TestDatabase {
  POSTGRESQL,
  MARIADB,
  H2,
  SQLITE;

  private static final AtomicInteger COUNT = new AtomicInteger();

  /** A database of its own with our tables. */
  SpyDataSource open() {
    SpyDataSource spy = empty();
    JdbcSchema.of(spy.dataSource())
        .only(JdbcSchema.Component.STATE, JdbcSchema.Component.CATALOGUE)
        .install();
    spy.statements();
    return spy;
  }

  /** A database of its own without tables. */
  SpyDataSource empty() {
    return new SpyDataSource(create().dataSource());
  }

  private Database create() {
    return switch (this) {
      case POSTGRESQL -> Shared.postgres().newDatabase();
      case MARIADB -> Shared.mariaDb().newDatabase();
      case H2 ->
          new Database(
              "jdbc:h2:mem:catalogue" + COUNT.incrementAndGet() + ";DB_CLOSE_DELAY=-1", "sa", "");
      case SQLITE ->
          new Database(
              "jdbc:sqlite:" + file() + "?journal_mode=WAL&synchronous=OFF&busy_timeout=60000",
              "",
              "");
    };
  }

  private static Path file() {
    try {
      Path folder = Files.createTempDirectory("chirograph");
      folder.toFile().deleteOnExit();
      Path file = folder.resolve("test.db");
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
