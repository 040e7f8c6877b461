package dev.chirograph;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Monotonic time and waiting: the one place where a thread sleeps. Tests inject one that moves a
 * virtual clock instead.
 *
 * <p>Implementations are safe for use by several threads.
 */
public interface Pacing {

  /** A time in nanoseconds that never goes back; only differences mean anything. */
  long nanoTime();

  /**
   * Waits.
   *
   * @throws InterruptedException when the thread is interrupted before or meanwhile
   */
  void pause(Duration duration) throws InterruptedException;

  /** The machine's own monotonic clock. */
  static Pacing system() {
    return new Pacing() {
      @Override
      public long nanoTime() {
        return System.nanoTime();
      }

      @Override
      public void pause(Duration duration) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(duration.toNanos());
      }
    };
  }

  /**
   * Waits; an interrupt ends the wait as an error of kind UNAVAILABLE and stays set on the thread.
   *
   * @throws SyncException when the thread is interrupted
   */
  default void await(Duration duration) {
    try {
      pause(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SyncException(
          SyncException.Kind.UNAVAILABLE,
          SyncException.Advice.NEVER,
          "interrupted while waiting",
          e);
    }
  }
}
