package dev.chirograph.jdbc;

import dev.chirograph.spi.SupportsWakeup.Subscription;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells those who wait for work that some has come: in this process, and in others where the
 * database carries it. Safe for use by several threads.
 */
final class Waking {

  private static final Logger LOG = LoggerFactory.getLogger(Waking.class);

  private final Database database;
  private final Wakers inProcess;
  private final @Nullable Notifications others;

  /**
   * Wakes by both ways.
   *
   * @param inProcess those of this process, whom {@code others} wakes, too
   * @param others null where processes do not wake each other
   */
  Waking(Database database, Wakers inProcess, @Nullable Notifications others) {
    this.database = database;
    this.inProcess = inProcess;
    this.others = others;
  }

  Subscription subscribe(Runnable wake) {
    Subscription here = inProcess.add(wake);
    Notifications remote = others;
    if (remote == null) {
      return here;
    }
    remote.subscribe();
    return new ListeningSubscription(here, remote);
  }

  /**
   * Work has been committed. Who cannot be told finds it by polling.
   *
   * <p>Others are told by a transaction of its own, not by the one that wrote the work: notifying
   * commits wait for each other, and the one with the work would make them wait for the disk.
   */
  void tell() {
    inProcess.wake();
    Notifications remote = others;
    if (remote == null) {
      return;
    }
    try {
      database.statement(
          "telling others of work",
          connection -> {
            remote.send(connection);
            return true;
          });
    } catch (RuntimeException e) { // a pool may throw what it likes
      LOG.warn(
          "Other processes could not be told of work; they find it by polling: {}",
          SqlErrors.told(e));
    }
  }

  /** Work will have come when the connection's transaction is committed. */
  void tellOnCommit(Connection transaction) throws SQLException {
    if (others != null) {
      others.send(transaction);
    }
  }

  /** Somebody polls: a listening that had no thread to run on is begun again when it is time. */
  void polled() {
    if (others != null) {
      others.keepListening();
    }
  }
}
