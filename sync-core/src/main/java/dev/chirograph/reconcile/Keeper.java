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

  /** One that does nothing before it is started. */
  static Keeper of(Engine<?> engine, List<Runnable> chores) {
    return new Keeper(engine, chores);
  }

  static Keeper start(Engine<?> engine, List<Runnable> chores) {
    Keeper keeper = of(engine, chores);
    keeper.start();
    return keeper;
  }

  void start() {
    thread.start();
  }

  private void loop() {
    Duration third = engine.settings().lease().dividedBy(3);
    while (!closed) {
      try {
        engine.pacing().pause(third);
      } catch (InterruptedException e) {
        disregarded();
      }
      chores.forEach(this::tried);
      if (Thread.interrupted()) {
        disregarded();
      }
    }
  }

  /** Without the chores every lease would run out, so only closing ends them. */
  private void disregarded() {
    if (!closed) {
      LOG.warn("the thread that keeps leases was interrupted by somebody else, and goes on");
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
