package dev.chirograph.table;

import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.TableInfo;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What has to be done about a table, as far as cheap facts tell. */
enum TableNeed {
  /** Nothing seems to have changed. */
  NOTHING,
  /** There may be new rows, or a comparison is under way. */
  LOOK,
  /** The newest rows have gone, or the source went back. */
  SHORTER,
  /** It has to be compared, a piece in each run. */
  COMPARE,
  /** It has to be compared from the start to the end. */
  EVERYTHING,
  /** The same, and the source may be another database. */
  ADOPT;

  boolean isEverything() {
    return this == EVERYTHING || this == ADOPT;
  }

  boolean isAdopting() {
    return this == ADOPT;
  }

  /**
   * What facts tell.
   *
   * @param every how often a table is compared as a whole
   */
  static TableNeed of(
      TableMemory memory, TableInfo here, TableInfo there, Duration every, long now) {
    if (isDue(memory.compared(), every, now) || hasOtherRows(memory, here, there)) {
      return COMPARE;
    }
    if (isBehind(here.last(), lastOf(memory.source()))) {
      return SHORTER;
    }
    boolean same = TableMemory.Facts.of(here).equals(memory.source());
    boolean retry = memory.retry() > 0 && memory.retry() <= now;
    return same && !retry && !memory.behind() && memory.round() == null ? NOTHING : LOOK;
  }

  /** Whether so much time has passed; a moment that is yet to come was noted by a wrong clock. */
  static boolean isDue(long last, Duration every, long now) {
    return last == 0 || now < last || now - last >= every.toMillis();
  }

  /** Whether something happened that reading on does not bring into agreement. */
  private static boolean hasOtherRows(TableMemory memory, TableInfo here, TableInfo there) {
    TableMemory.Facts before = memory.source();
    if (before == null || !TableMemory.Facts.of(there).equals(memory.replica())) {
      return true; // somebody else has written to the replica, or it was restored
    }
    if (!before.fingerprint().equals(here.fingerprint())) {
      return true; // other columns may be compared now
    }
    return isBehind(lastOf(before), there.last())
        && isBehind(here.last(), there.last())
        && !TableMemory.Facts.of(here).equals(before);
  }

  private static Optional<Mark> lastOf(TableMemory.@Nullable Facts facts) {
    return Optional.ofNullable(facts).map(TableMemory.Facts::last).map(Mark::new);
  }

  private static boolean isBehind(Optional<Mark> last, Optional<Mark> other) {
    return other.filter(mark -> last.isEmpty() || last.get().compareTo(mark) < 0).isPresent();
  }
}
