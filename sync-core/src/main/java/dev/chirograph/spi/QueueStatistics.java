package dev.chirograph.spi;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * How many jobs a queue holds.
 *
 * @param scopes counts by scope
 * @param oldestWaiting how long the oldest ready job has waited; zero when none waits
 * @param exact whether counts are exact; when not, they are lower bounds
 */
public record QueueStatistics(Map<String, Counts> scopes, Duration oldestWaiting, boolean exact) {
  public QueueStatistics {
    scopes = Map.copyOf(scopes);
    Objects.requireNonNull(oldestWaiting, "oldestWaiting");
  }

  /** The counts of all scopes together. */
  public Counts total() {
    return scopes.values().stream().reduce(Counts.NONE, Counts::plus);
  }

  /**
   * Jobs by state.
   *
   * @param waiting ready to be leased
   * @param delayed waiting for their time
   * @param held waiting for the release of their run
   * @param running in a lease
   * @param dead dead letters
   */
  public record Counts(long waiting, long delayed, long held, long running, long dead) {

    /** No job at all. */
    public static final Counts NONE = new Counts(0, 0, 0, 0, 0);

    /** The sums of both. */
    public Counts plus(Counts other) {
      return new Counts(
          waiting + other.waiting,
          delayed + other.delayed,
          held + other.held,
          running + other.running,
          dead + other.dead);
    }
  }
}
