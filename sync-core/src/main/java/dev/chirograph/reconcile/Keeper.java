package dev.chirograph.reconcile;

import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does chores in a thread of its own, three times in the length of a lease. A chore that fails
 * keeps no other from being done.
 */
final class Keeper {

  private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

  private final Engine<?> engine;
  private final List<Runnable> chores;
  private final Thread thread;
  private volatile boolean closed;

  private Keeper(Engine<?> engine, List<Runnable> chores) {
    this.engine = engine;
    this.chores = List.copyOf(chores);
    this.thread = engine.settings().threads().newThread(this::loop);
  }

  static Keeper start(Engine<?> engine, List<Runnable> chores) {
    Keeper keeper = new Keeper(engine, chores);
    keeper.thread.start();
    return keeper;
  }

  private void loop() {
    Duration third = engine.settings().lease().dividedBy(3);
    while (!closed) {
      try {
        engine.pacing().pause(third);
      } catch (InterruptedException e) {
        return;
      }
      chores.forEach(this::tried);
    }
  }

  private void tried(Runnable chore) {
    if (closed) {
      return;
    }
    try {
      chore.run();
    } catch (RuntimeException | Error e) { // an error of a host's code must not end the keeping
      if (!closed) {
        LOG.warn("leases could not be kept or runs not be looked after: {}", e.toString(), e);
      }
    }
  }

  /** Ends at once; a chore at hand is interrupted. */
  void close() {
    closed = true;
    thread.interrupt();
  }
}
