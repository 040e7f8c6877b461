package dev.chirograph.relocate;

import java.util.EnumMap;
import java.util.Map;

/**
 * What became of the handles of a plan, as it was when it was asked.
 *
 * @param handles how many there are of each fate
 * @param bytes of the handles of each fate whose size is known
 */
public record RelocationReport(Map<Fate, Long> handles, Map<Fate, Long> bytes) {

  public RelocationReport {
    handles = Map.copyOf(handles);
    bytes = Map.copyOf(bytes);
  }

  /** How many handles there are of a fate. */
  public long count(Fate fate) {
    return handles.getOrDefault(fate, 0L);
  }

  /** Whether nothing of the plan is left to be done or to be looked after. */
  public boolean isDone() {
    return count(Fate.WAITING) == 0 && count(Fate.FAILED) == 0;
  }

  /** What became of a handle. */
  public enum Fate {
    /** It refers to another object in the bucket that the plan names. */
    MOVED,
    /** It refers to the same object as when it was planned. */
    WAITING,
    /** The same, and its move was given up; the reason is told. */
    FAILED,
    /** It is not there any more. */
    GONE,
    /** It refers to an object in a bucket that neither it nor the plan named. */
    ELSEWHERE
  }

  /** Counts while a report is written. */
  static final class Sum {
    private final Map<Fate, Long> handles = new EnumMap<>(Fate.class);
    private final Map<Fate, Long> bytes = new EnumMap<>(Fate.class);

    void add(Fate fate, long size) {
      handles.merge(fate, 1L, Long::sum);
      bytes.merge(fate, size, Long::sum);
    }

    RelocationReport report() {
      return new RelocationReport(handles, bytes);
    }
  }
}
