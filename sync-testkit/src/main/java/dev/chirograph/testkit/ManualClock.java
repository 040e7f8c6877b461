package dev.chirograph.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that stands still until a test advances it. Safe for use by several threads. */
public final class ManualClock implements InstantSource {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final AtomicReference<Instant> now;

  private ManualClock(Instant start) {
    this.now = new AtomicReference<>(start);
  }

  /** A clock that stands at the beginning of 2026, UTC. */
  public static ManualClock create() {
    return new ManualClock(START);
  }

  /** A clock that stands at this time. */
  public static ManualClock startingAt(Instant start) {
    return new ManualClock(start);
  }

  @Override
  public Instant instant() {
    return now.get();
  }

  /**
   * Moves the clock forward.
   *
   * @throws IllegalArgumentException when the time is negative: no clock of a store runs backwards
   */
  public void advance(Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException("a clock cannot be moved back, here by " + time);
    }
    now.updateAndGet(instant -> instant.plus(time));
  }

  @Override
  public String toString() {
    return "ManualClock[" + now + "]";
  }
}
