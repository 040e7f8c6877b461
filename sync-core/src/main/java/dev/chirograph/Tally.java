package dev.chirograph;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** Counts of what happened to items. Safe for use by several threads. */
public final class Tally {

  /** What is counted. */
  public enum Count {
    /** Entries that the source listed. */
    SOURCE_LISTED,
    /** Entries that the replica listed. */
    REPLICA_LISTED,
    /**
     * Entries of the replica that no filter left out, without tombstones that no run would remove:
     * what the ratio of a limit is taken of.
     */
    REPLICA_IN_SCOPE,
    /** Keys that a filter left out. */
    SKIPPED,
    /** Keys whose evidence agreed, so that nobody looked further. */
    SAME,
    /** Keys that one side lacks, or whose evidence differs or is not shared. */
    FOUND,
    /** Jobs that were added to the queue. */
    QUEUED,
    /** Jobs that waited and were upgraded. */
    UPGRADED,
    /** Jobs that waited already. */
    ALREADY_QUEUED,
    /** Items whose looking-at showed that both sides agree. */
    UNCHANGED,
    /** Items that were written. */
    WRITTEN,
    /** Items that were deleted. */
    DELETED,
    /** Deletes that were found due and wait for leave. */
    HELD,
    /** Deletes that were found due and not made, because the run may not. */
    NOT_DELETED,
    /** Items of which a part could not be read; the rest was written. */
    PARTIAL,
    /** Attempts that failed and are tried again. */
    RETRIED,
    /** Items that failed for good. */
    FAILED,
    /** Folders that exist on one side only, when the run was asked to tell. */
    FOLDERS
  }

  private final Map<Count, LongAdder> counts = new EnumMap<>(Count.class);

  /** A tally of zeros. */
  public Tally() {
    for (Count count : Count.values()) {
      counts.put(count, new LongAdder());
    }
  }

  /** Adds to one count. */
  public void add(Count count, long number) {
    adder(count).add(number);
  }

  /** Adds all counts of another tally. */
  public void add(Tally other) {
    for (Count count : Count.values()) {
      add(count, other.get(count));
    }
  }

  /** One count. */
  public long get(Count count) {
    return adder(count).sum();
  }

  private LongAdder adder(Count count) {
    return Objects.requireNonNull(counts.get(count));
  }

  /** All counts that are not zero. */
  public Map<Count, Long> toMap() {
    Map<Count, Long> map = new EnumMap<>(Count.class);
    for (Count count : Count.values()) {
      if (get(count) != 0) {
        map.put(count, get(count));
      }
    }
    return map;
  }

  /** A tally with these counts. */
  public static Tally of(Map<Count, Long> counts) {
    Tally tally = new Tally();
    counts.forEach(tally::add);
    return tally;
  }

  /** The counts that are not zero, for people: {@code found 3, written 2, failed 1}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    toMap()
        .forEach(
            (count, number) ->
                text.append(text.isEmpty() ? "" : ", ")
                    .append(count.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                    .append(' ')
                    .append(number));
    return text.isEmpty() ? "nothing" : text.toString();
  }
}
