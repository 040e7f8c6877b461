package dev.chirograph.jdbc;

import dev.chirograph.Pacing;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What every handle is built from: where the tables are, and how time is told and waited for. Not
 * safe for use by several threads.
 */
final class Settings {

  final DataSource dataSource;
  TableNames tables = TableNames.standard();

  /** In place of the store's own; null in production. */
  @Nullable InstantSource clock;

  Pacing pacing = Pacing.system();
  RandomGenerator jitter = () -> ThreadLocalRandom.current().nextLong();

  Settings(DataSource dataSource) {
    this.dataSource = Objects.requireNonNull(dataSource, "dataSource");
  }

  void schema(String name) {
    tables = tables.withSchema(name);
  }

  void prefix(String text) {
    tables = tables.withPrefix(text);
  }

  /**
   * The database, whose tables have the version that this code needs.
   *
   * @throws dev.chirograph.SyncException of kind NOT_FOUND or UNSUPPORTED when they have not
   */
  Database open(JdbcSchema.Component component) {
    Database database = Database.of(this);
    JdbcSchema.require(database, component);
    return database;
  }
}
