package dev.chirograph.jdbc;

import dev.chirograph.Pacing;
import dev.chirograph.SyncException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Executor;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wake-ups between processes by PostgreSQL's LISTEN and NOTIFY. Listens on one connection while
 * somebody is subscribed; a lost connection is opened anew after a pause.
 *
 * <p>Safe for use by several threads.
 */
final class Notifications {

  private static final Logger LOG = LoggerFactory.getLogger(Notifications.class);
  private static final Duration BEFORE_RECONNECT = Duration.ofSeconds(5);
  private static final int LOOK_UP_EVERY_MILLIS = 500;

  private final DataSource dataSource;
  private final Executor executor;
  private final Pacing pacing;
  private final String channel;
  private final String payload;
  private final Runnable wake;

  // Guarded by this object.
  private int subscribers;
  private boolean listening;

  Notifications(
      DataSource dataSource,
      Executor executor,
      Pacing pacing,
      TableNames tables,
      QueueNames queue,
      Runnable wake) {
    this.dataSource = dataSource;
    this.executor = executor;
    this.pacing = pacing;
    this.channel = tables.prefix() + "work";
    this.payload = tables.table("") + "/" + queue.tenant() + "/" + queue.queue();
    this.wake = wake;
  }

  /** Tells all listeners when the connection's transaction has been committed. */
  void send(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement("select pg_notify(?, ?)")) {
      new Parameters(statement).add(channel).add(payload);
      statement.execute();
    }
  }

  /** One more wants to be woken. */
  synchronized void subscribe() {
    subscribers++;
    if (!listening) {
      listening = true;
      executor.execute(this::listen);
    }
  }

  /** One less; with the last, listening ends within a second. */
  synchronized void unsubscribe() {
    subscribers--;
  }

  private synchronized boolean goesOn() {
    listening = subscribers > 0 && !Thread.currentThread().isInterrupted();
    return listening;
  }

  private void listen() {
    while (goesOn()) {
      try {
        listenOnce();
      } catch (SQLException e) {
        LOG.warn(
            "Listening for work was interrupted; workers poll, and it is tried again in {}",
            BEFORE_RECONNECT,
            e);
        pause();
      }
    }
  }

  private void listenOnce() throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(true);
      try (Statement statement = connection.createStatement()) {
        statement.execute("listen " + channel);
        try {
          wake.run(); // for what came while nobody listened
          waitForWork(connection.unwrap(PGConnection.class));
        } finally {
          statement.execute("unlisten " + channel);
        }
      }
    }
  }

  private void waitForWork(PGConnection connection) throws SQLException {
    while (goesOn()) {
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

  private void pause() {
    try {
      pacing.await(BEFORE_RECONNECT);
    } catch (SyncException e) {
      LOG.debug("Listening ends: its thread was interrupted", e);
    }
  }
}
