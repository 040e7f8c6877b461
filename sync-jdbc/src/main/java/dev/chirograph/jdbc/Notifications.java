package dev.chirograph.jdbc;

import dev.chirograph.Pacing;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wake-ups between processes by PostgreSQL's LISTEN and NOTIFY. Listens on one connection while
 * somebody is subscribed; whatever ends it, it begins anew after a pause. Where the executor gives
 * no thread, or takes it away, it is asked again when somebody polls.
 *
 * <p>Safe for use by several threads.
 */
final class Notifications {

  private static final Logger LOG = LoggerFactory.getLogger(Notifications.class);
  private static final RetryPolicy PAUSES =
      RetryPolicy.builder().pauses(Duration.ofSeconds(1), Duration.ofMinutes(1)).build();
  private static final int LOOK_UP_EVERY_MILLIS = 500;

  private final DataSource dataSource;
  private final Executor executor;
  private final Pacing pacing;
  private final RandomGenerator jitter;
  private final String channel;
  private final String payload;
  private final Runnable wake;

  // Guarded by this object.
  private int subscribers;
  private boolean listening;
  private int failures;
  private long nextTry;

  /**
   * Listens on a connection of a data source.
   *
   * @param of what says which queue or log is meant
   * @param wake is told when something has come for it
   */
  Notifications(
      DataSource dataSource, Executor executor, Settings settings, String of, Runnable wake) {
    this.dataSource = dataSource;
    this.executor = executor;
    this.pacing = settings.pacing;
    this.jitter = settings.jitter;
    this.channel = settings.tables.prefix() + "work";
    this.payload = of;
    this.wake = wake;
  }

  /** Tells all listeners when the connection's transaction has been committed. */
  void send(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement("select pg_notify(?, ?)")) {
      new Parameters(statement).add(channel).add(payload);
      statement.execute();
    }
  }

  // ---- who listens

  /** One more wants to be woken. */
  synchronized void subscribe() {
    subscribers++;
    keepListening();
  }

  /** One less; with the last, listening ends within a second. */
  synchronized void unsubscribe() {
    subscribers--;
  }

  /** Begins to listen if somebody is subscribed, nobody listens, and the pause is over. */
  synchronized void keepListening() {
    if (listening || subscribers == 0 || (failures > 0 && pacing.nanoTime() - nextTry < 0)) {
      return;
    }
    listening = true;
    try {
      executor.execute(this::listen);
    } catch (RejectedExecutionException e) {
      listening = false;
      Duration pause = failed();
      LOG.warn(
          "No thread listens for work; workers poll, and one is asked for again in {}", pause, e);
    }
  }

  /** Whether the one thread that listens shall go on; if not, it has ended. */
  private synchronized boolean goesOn() {
    listening = wanted();
    return listening;
  }

  private synchronized boolean wanted() {
    return subscribers > 0 && !Thread.currentThread().isInterrupted();
  }

  private synchronized void ended() {
    listening = false;
  }

  private synchronized Duration failed() {
    failures++;
    Duration pause = PAUSES.pause(failures, jitter);
    nextTry = pacing.nanoTime() + pause.toNanos();
    return pause;
  }

  private synchronized void heard() {
    failures = 0;
  }

  // ---- listening

  private void listen() {
    try {
      while (goesOn()) {
        listenUntilItFails();
      }
    } catch (Error e) {
      ended();
      throw e;
    }
  }

  private void listenUntilItFails() {
    try {
      listenOnce();
    } catch (SQLException | RuntimeException e) {
      Duration pause = failed();
      LOG.warn(
          "Listening for work was interrupted; workers poll, and it is tried again in {}",
          pause,
          e);
      pause(pause);
    }
  }

  private void listenOnce() throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      Database.autoCommitted(connection, this::listenOn);
    }
  }

  private boolean listenOn(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("listen " + channel);
      return Afterwards.always(
          () -> {
            heard();
            wake.run(); // for what came while nobody listened
            waitForWork(connection.unwrap(PGConnection.class));
            return true;
          },
          () -> statement.execute("unlisten " + channel));
    }
  }

  private void waitForWork(PGConnection connection) throws SQLException {
    while (wanted()) {
      PGNotification[] found = connection.getNotifications(LOOK_UP_EVERY_MILLIS);
      if (found != null && concernsUs(found)) {
        wake.run();
      }
    }
  }

  private boolean concernsUs(PGNotification[] notifications) {
    for (PGNotification notification : notifications) {
      if (notification.getParameter().equals(payload)) {
        return true;
      }
    }
    return false;
  }

  private void pause(Duration duration) {
    try {
      pacing.await(duration);
    } catch (SyncException e) {
      LOG.debug("Listening ends: its thread was interrupted", e);
    }
  }
}
