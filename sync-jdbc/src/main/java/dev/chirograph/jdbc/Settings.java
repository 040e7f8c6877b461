package dev.chirograph.jdbc;

import dev.chirograph.Pacing;
import dev.chirograph.SyncException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.Executor;
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

  /** What listens to other processes, with the executor; null where nobody does. */
  @Nullable DataSource listenOn;

  @Nullable Executor listener;

  Pacing pacing = Pacing.system();

  /** How long a transaction is run again that waits for others in vain. */
  Duration patience = Duration.ofMinutes(1);

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

  void notifications(DataSource source, Executor executor) {
    listenOn = Objects.requireNonNull(source, "dataSource");
    listener = Objects.requireNonNull(executor, "executor");
  }

  /**
   * How those who wait are told.
   *
   * @param of what says which queue or log is meant, to processes that use the same tables
   * @throws SyncException of kind UNSUPPORTED when notifications are asked of another database than
   *     PostgreSQL
   */
  Waking waking(Database database, String of) {
    Wakers here = new Wakers();
    DataSource source = listenOn;
    Executor executor = listener;
    if (source == null || executor == null) {
      return new Waking(database, here, null);
    }
    if (database.dialect() != Dialect.POSTGRESQL) {
      throw new SyncException(
          SyncException.Kind.UNSUPPORTED,
          "notifications need PostgreSQL; elsewhere workers poll, and are woken in their own process");
    }
    return new Waking(database, here, new Notifications(source, executor, this, of, here::wake));
  }

  /**
   * The database, whose tables have the version that this code needs.
   *
   * @throws SyncException of kind NOT_FOUND or UNSUPPORTED when they have not
   */
  Database open(JdbcSchema.Component component) {
    Database database = Database.of(this);
    JdbcSchema.require(database, component);
    return database;
  }
}
