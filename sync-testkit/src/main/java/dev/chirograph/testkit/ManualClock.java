package dev.chirograph.testkit;

import dev.chirograph.Environment;
import dev.chirograph.Pacing;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.SplittableRandom;

/** A clock that stands still until a test advances it. Safe for use by several threads. */
public final class ManualClock implements InstantSource {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private volatile Instant now;

  private ManualClock(Instant start) {
    this.now = start;
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
    return now;
  }

  /**
   * Moves the clock forward.
   *
   * @throws IllegalArgumentException when the time is negative: no clock of a store runs backwards
   */
  public synchronized void advance(Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException("a clock cannot be moved back, here by " + time);
    }
    now = now.plus(time);
  }

  /**
   * What an engine needs to live in this clock's time: waiting moves the clock instead, and chance
   * is always the same. Its threads are real.
   */
  public Environment environment() {
    Pacing waiting =
        new Pacing() {
          @Override
          public long nanoTime() {
            return Duration.between(START, now).toNanos();
          }

          @Override
          public void pause(Duration duration) {
            advance(duration);
          }
        };
    return Environment.system()
        .withClock(this)
        .withPacing(waiting)
        .withRandom(new SplittableRandom(1));
  }

  @Override
  public String toString() {
    return "ManualClock[" + now + "]";
  }
}
