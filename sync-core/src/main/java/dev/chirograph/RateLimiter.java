package dev.chirograph;

import java.time.Duration;

/**
 * Spreads calls evenly: so many in a second, with at most one second's worth at once after a quiet
 * time. Safe for use by several threads, which are served in the order in which they come.
 */
public final class RateLimiter {

  private final Pacing pacing;
  private final double nanosPerCall;
  private final long burstNanos;
  private long nextFree;

  /**
   * A limiter.
   *
   * @param perSecond how many calls a second; positive
   * @throws SyncException of kind INVALID_ARGUMENT when it is not positive
   */
  public RateLimiter(double perSecond, Pacing pacing) {
    if (!(perSecond > 0)) {
      throw SyncException.invalid("a rate must be positive: " + perSecond + " per second");
    }
    this.pacing = pacing;
    this.nanosPerCall = 1e9 / perSecond;
    this.burstNanos = Duration.ofSeconds(1).toNanos();
    this.nextFree = pacing.nanoTime() - burstNanos;
  }

  /**
   * Waits until so many calls may be made.
   *
   * @throws SyncException of kind UNAVAILABLE when the thread is interrupted
   */
  public void acquire(long calls) {
    long wait = reserve(calls);
    if (wait > 0) {
      pacing.await(Duration.ofNanos(wait));
    }
  }

  private synchronized long reserve(long calls) {
    long now = pacing.nanoTime();
    if (now - nextFree > burstNanos) {
      nextFree = now - burstNanos;
    }
    long wait = nextFree - now;
    nextFree += (long) (nanosPerCall * calls);
    return wait;
  }
}
