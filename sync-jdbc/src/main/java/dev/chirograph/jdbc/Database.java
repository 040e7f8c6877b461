package dev.chirograph.jdbc;

import dev.chirograph.Pacing;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A host's database: runs our work on its connections and is the one place where transactions start
 * and end and where those that lost a lock are run again.
 *
 * <p>Safe for use by several threads.
 */
final class Database {

  /** How often a transaction is run that loses against others each time. */
  private static final int ATTEMPTS = 12;

  /** Those who lost against each other do not meet again at once. */
  private static final RetryPolicy PAUSES =
      RetryPolicy.builder().pauses(Duration.ofMillis(2), Duration.ofMillis(250)).build();

  private final DataSource dataSource;
  private final Dialect dialect;
  private final TableNames names;
  private final @Nullable InstantSource clock;
  private final Pacing pacing;
  private final Duration patience;
  private final RandomGenerator jitter;

  private Database(Settings settings, Dialect dialect) {
    this.dataSource = settings.dataSource;
    this.dialect = dialect;
    this.names = settings.tables;
    this.clock = settings.clock;
    this.pacing = settings.pacing;
    this.patience = settings.patience;
    this.jitter = settings.jitter;
  }

  /** Asks the database what it is. */
  static Database of(Settings settings) {
    TableNames names = settings.tables;
    try (Connection connection = settings.dataSource.getConnection()) {
      Dialect dialect = Dialect.of(connection);
      if (!dialect.hasSchemas() && !names.schema().isEmpty()) {
        throw SyncException.invalid(
            "SQLite has no schemas: use a prefix instead of the schema '" + names.schema() + "'");
      }
      return new Database(settings, dialect);
    } catch (SQLException e) {
      throw SqlErrors.of("connecting", e);
    }
  }

  Dialect dialect() {
    return dialect;
  }

  /** How long a transaction is run again that waits for others in vain. */
  Duration patience() {
    return patience;
  }

  TableNames names() {
    return names;
  }

  /** SQL with the names of our tables in it; <code>${now}</code> stays until {@link #timed}. */
  String sql(String template) {
    return names.fill(template);
  }

  /** SQL with the store's time in place of <code>${now}</code>: microseconds since 1970. */
  String timed(String sql) {
    InstantSource manual = clock;
    return sql.replace(
        "${now}", manual == null ? dialect.now() : Long.toString(micros(manual.instant())));
  }

  static long micros(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000);
  }

  static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000);
  }

  /**
   * Runs work in one transaction of its own and commits it. When it loses a deadlock or waits too
   * long for a lock, it is rolled back and, after a pause, run again: a few times, and no more when
   * it has taken a minute.
   *
   * @throws UnsureException when the connection broke while committing
   */
  <T extends @Nullable Object> T transaction(String operation, Work<T> work) {
    return repeated(operation, () -> once(operation, work, dialect::begin));
  }

  /**
   * Runs work that is a single statement, and so a transaction of its own without being told.
   *
   * @throws UnsureException when the connection broke while the statement ran
   */
  <T extends @Nullable Object> T statement(String operation, Work<T> work) {
    if (dialect != Dialect.POSTGRESQL) {
      // Elsewhere one statement is not faster, and needs the isolation or the lock of a
      // transaction.
      return transaction(operation, work);
    }
    return repeated(operation, () -> alone(unsureWhenLost(operation, work)));
  }

  /**
   * Runs one query that locks nothing, as a transaction of its own: what it reads is of one moment.
   */
  <T extends @Nullable Object> T read(String operation, Work<T> query) {
    return repeated(operation, () -> alone(query));
  }

  /** Runs queries that lock nothing, all of which see the same moment. */
  <T extends @Nullable Object> T snapshot(String operation, Work<T> queries) {
    return repeated(operation, () -> once(operation, queries, dialect::beginSnapshot));
  }

  private <T extends @Nullable Object> T repeated(String operation, Attempt<T> attempt) {
    long begun = pacing.nanoTime();
    for (int tries = 1; ; tries++) {
      try {
        return attempt.run();
      } catch (SQLException e) {
        boolean late = pacing.nanoTime() - begun > patience.toNanos();
        if (tries == ATTEMPTS || late || !SqlErrors.lostLock(e)) {
          throw SqlErrors.of(operation, e);
        }
      }
      pacing.await(PAUSES.pause(tries, jitter));
    }
  }

  private <T extends @Nullable Object> T once(
      String operation, Work<T> work, Work<Dialect.Before> begin) throws SQLException {
    return onConnection(
        connection -> {
          Dialect.Before before = begin.run(connection);
          T result;
          try {
            result = work.run(connection);
          } catch (SQLException | RuntimeException | Error e) {
            abandon(connection, before, e);
            throw e;
          }
          commit(operation, connection, before);
          Afterwards.done(() -> dialect.end(connection, before));
          return result;
        });
  }

  /** Work on a connection, which is given back; what was done stands, even if that fails. */
  private <T extends @Nullable Object> T onConnection(Work<T> work) throws SQLException {
    Connection connection = dataSource.getConnection();
    return Afterwards.always(() -> work.run(connection), connection::close);
  }

  private void commit(String operation, Connection connection, Dialect.Before before)
      throws SQLException {
    try {
      dialect.commit(connection);
    } catch (SQLException e) {
      abandon(connection, before, e);
      if (SqlErrors.refusedCommit(e)) {
        throw e;
      }
      throw new UnsureException(operation, e);
    }
  }

  /**
   * Rolls back and restores what it can; what goes wrong meanwhile is told with the first error.
   */
  private void abandon(Connection connection, Dialect.Before before, Throwable error) {
    Afterwards.failed(
        error,
        () -> {
          dialect.rollback(connection);
          dialect.end(connection, before);
        });
  }

  private <T extends @Nullable Object> T alone(Work<T> work) throws SQLException {
    return onConnection(connection -> autoCommitted(connection, work));
  }

  /** Each statement is a transaction; the connection is as before when this ends. */
  static <T extends @Nullable Object> T autoCommitted(Connection connection, Work<T> work)
      throws SQLException {
    if (connection.getAutoCommit()) {
      return work.run(connection);
    }
    connection.setAutoCommit(true);
    return Afterwards.always(() -> work.run(connection), () -> connection.setAutoCommit(false));
  }

  /** The work, told apart from a connection that could not be had in the first place. */
  private static <T extends @Nullable Object> Work<T> unsureWhenLost(
      String operation, Work<T> work) {
    return connection -> {
      try {
        return work.run(connection);
      } catch (SQLException e) {
        if (SqlErrors.lostConnection(e)) {
          throw new UnsureException(operation, e);
        }
        throw e;
      }
    };
  }

  @FunctionalInterface
  private interface Attempt<T extends @Nullable Object> {
    T run() throws SQLException;
  }
}
