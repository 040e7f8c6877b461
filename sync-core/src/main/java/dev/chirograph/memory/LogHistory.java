package dev.chirograph.memory;

import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.ReplicaLog.Validity;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;

/** What was written when: the life of a log, its ends, and a mark for each commit. */
final class LogHistory {

  private UUID epoch;
  private long head;
  private long floor;
  private final NavigableMap<Long, Commit> commits = new TreeMap<>();

  /** What one commit wrote last, and when. */
  private record Commit(UUID mark, Instant at) {}

  LogHistory(UUID epoch) {
    this.epoch = epoch;
    commits.put(0L, new Commit(Position.START.mark(), Instant.EPOCH));
  }

  LogHistory copy() {
    LogHistory copy = new LogHistory(epoch);
    copy.head = head;
    copy.floor = floor;
    copy.commits.clear();
    copy.commits.putAll(commits);
    return copy;
  }

  UUID epoch() {
    return epoch;
  }

  void begin(UUID life) {
    epoch = life;
  }

  /** The number of the last change. */
  long last() {
    return head;
  }

  /** The next number. */
  long next() {
    return ++head;
  }

  /** Ends a commit that has taken numbers. */
  void commit(UUID mark, Instant at) {
    commits.put(head, new Commit(mark, at));
  }

  Position head() {
    return position(head);
  }

  Position floor() {
    return position(floor);
  }

  Position position(long number) {
    UUID mark = commits.ceilingEntry(number).getValue().mark();
    return new Position(epoch, number, number < floor ? below(mark) : mark);
  }

  /**
   * Marks a place below the floor for those who began at the start since it was raised: they may go
   * on. It is another mark than the place had when it was above the floor.
   */
  private static UUID below(UUID floor) {
    return new UUID(~floor.getMostSignificantBits(), ~floor.getLeastSignificantBits());
  }

  Validity validity(Position after) {
    if (after.equals(Position.START)) {
      return Validity.OK;
    }
    if (!after.epoch().equals(epoch)) {
      return Validity.OTHER_HISTORY;
    }
    if (after.number() < floor) {
      return position(after.number()).equals(after) ? Validity.OK : Validity.BELOW_FLOOR;
    }
    if (after.number() > head) {
      return Validity.BEYOND_HEAD;
    }
    return position(after.number()).equals(after) ? Validity.OK : Validity.OTHER_HISTORY;
  }

  /**
   * The largest number at which a commit ended that everybody has passed, or that is old.
   *
   * @param passed what everybody has passed
   * @param before what is old
   */
  long forgettable(long passed, Instant before) {
    long upTo = floor;
    for (Map.Entry<Long, Commit> commit : commits.tailMap(floor, false).entrySet()) {
      if (commit.getKey() > passed && !commit.getValue().at().isBefore(before)) {
        return upTo;
      }
      upTo = commit.getKey();
    }
    return upTo;
  }

  void raiseFloor(long number) {
    floor = number;
    commits.headMap(number, false).clear();
  }
}
