package dev.chirograph.relocate;

import dev.chirograph.Environment;
import java.time.Duration;

/**
 * The rest that a bucket asks for by refusing calls: it doubles with each refusal and halves with
 * each call that is served. Safe for use by several threads.
 */
final class Respite {

  private static final long FIRST_NANOS = Duration.ofMillis(200).toNanos();

  /** The longest rest is the first, doubled so often: about 25 seconds. */
  private static final int MOST = 7;

  private final Environment environment;
  private int refusals;
  private long until;

  Respite(Environment environment) {
    this.environment = environment;
    this.until = environment.pacing().nanoTime();
  }

  /**
   * Waits for its end, each thread a little longer than that, so that not all come back at once.
   */
  void await() {
    long rest = rest();
    if (rest > 0) {
      environment.pacing().await(Duration.ofNanos(rest));
    }
  }

  private synchronized long rest() {
    long rest = until - environment.pacing().nanoTime();
    return rest <= 0 ? 0 : rest + environment.random().nextLong(length());
  }

  private long length() {
    return FIRST_NANOS << refusals;
  }

  /** Refusals of calls that were made before the rest began say nothing new. */
  synchronized void refused() {
    long now = environment.pacing().nanoTime();
    if (until - now <= 0) {
      until = now + length();
      refusals = Math.min(MOST, refusals + 1);
    }
  }

  synchronized void served() {
    refusals = Math.max(0, refusals - 1);
  }
}
