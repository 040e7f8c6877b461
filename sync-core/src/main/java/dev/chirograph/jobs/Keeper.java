package dev.chirograph.jobs;

import dev.chirograph.Pacing;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does chores in a thread of its own, again and again. A chore that fails keeps no other from being
 * done, and nothing but closing ends it.
 *
 * <p>Safe for use by several threads.
 */
public final class Keeper implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

  private final Pacing pacing;
  private final Duration every;
  private final List<Runnable> chores;
  private final Thread thread;
  private volatile boolean closed;

  private Keeper(ThreadFactory threads, Pacing pacing, Duration every, List<Runnable> chores) {
    this.pacing = pacing;
    this.every = every;
    this.chores = List.copyOf(chores);
    this.thread = threads.newThread(this::loop);
  }

  /**
   * One that does nothing before it is started.
   *
   * @param every the pause before each round of chores
   */
  public static Keeper of(
      ThreadFactory threads, Pacing pacing, Duration every, List<Runnable> chores) {
    return new Keeper(threads, pacing, every, chores);
  }

  /** Begins with a pause. */
  public void start() {
    thread.start();
  }

  private void loop() {
    while (!closed) {
      try {
        pacing.pause(every);
      } catch (InterruptedException e) {
        disregarded();
      }
      chores.forEach(this::tried);
      if (Thread.interrupted()) {
        disregarded();
      }
    }
  }

  /** Without chores leases would run out, so only closing ends them. */
  private void disregarded() {
    if (!closed) {
      LOG.warn("a thread that does chores was interrupted by somebody else, and goes on");
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
        LOG.warn("a chore failed and is done again: {}", e.toString(), e);
      }
    }
  }

  /** Ends at once; a chore at hand is interrupted. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
