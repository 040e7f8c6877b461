package dev.chirograph.reconcile;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps leases alive from a thread of its own while the caller's thread is busy. With a concurrency
 * of one there is no other thread, and leases live from note to note.
 */
final class Keeper {

  private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

  private final Engine<?> engine;
  private final Runnable keep;
  private volatile boolean closed;
  private @Nullable Thread thread;

  private Keeper(Engine<?> engine, Runnable keep) {
    this.engine = engine;
    this.keep = keep;
  }

  static Keeper start(Engine<?> engine, Runnable keep) {
    Keeper keeper = new Keeper(engine, keep);
    if (engine.settings().concurrency() > 1) {
      keeper.thread = engine.settings().threads().newThread(keeper::loop);
      keeper.thread.start();
    }
    return keeper;
  }

  private void loop() {
    Duration third = engine.settings().lease().dividedBy(3);
    while (!closed) {
      try {
        engine.pacing().pause(third);
        if (!closed) {
          keep.run();
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.warn("a lease could not be extended: {}", e.toString());
      }
    }
  }

  void close() {
    closed = true;
    if (thread != null) {
      thread.interrupt();
    }
  }
}
