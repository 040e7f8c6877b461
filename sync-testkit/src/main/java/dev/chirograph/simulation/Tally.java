package dev.chirograph.simulation;

import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How often everything happened, so that one sees that schedules are not empty.
 *
 * <p>Not safe for use by several threads.
 */
public final class Tally {

  private final Map<Happening, Long> counts = new EnumMap<>(Happening.class);

  Tally() {}

  void count(Happening what) {
    count(what, 1);
  }

  void count(Happening what, long often) {
    counts.merge(what, often, Long::sum);
  }

  void add(Tally other) {
    other.counts.forEach(this::count);
  }

  /** How often something happened. */
  public long of(Happening what) {
    return counts.getOrDefault(what, 0L);
  }

  @Override
  public String toString() {
    return counts.entrySet().stream()
        .map(entry -> entry.getValue() + " " + entry.getKey())
        .collect(Collectors.joining(", "));
  }
}
