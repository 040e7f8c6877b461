package dev.chirograph.table;

import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.TableInfo;
import java.time.Duration;
import java.util.Optional;

/** What has to be done about a table, as far as cheap facts tell. */
enum TableNeed {
  /** Nothing seems to have changed. */
  NOTHING,
  /** There may be new rows, or a comparison is under way. */
  LOOK,
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
    boolean due = memory.compared() == 0 || now - memory.compared() >= every.toMillis();
    boolean same =
        TableMemory.Facts.of(here).equals(memory.source())
            && TableMemory.Facts.of(there).equals(memory.replica());
    if (due || (!same && wentBack(memory, here, there))) {
      return COMPARE;
    }
    boolean retry = memory.retry() > 0 && memory.retry() <= now;
    return same && !retry && !memory.behind() && memory.round() == null ? NOTHING : LOOK;
  }

  private static boolean wentBack(TableMemory memory, TableInfo here, TableInfo there) {
    Optional<Mark> before =
        Optional.ofNullable(memory.source()).map(TableMemory.Facts::last).map(Mark::new);
    return isBehind(here.last(), before) || isBehind(here.last(), there.last());
  }

  private static boolean isBehind(Optional<Mark> last, Optional<Mark> other) {
    return other.filter(mark -> last.isEmpty() || last.get().compareTo(mark) < 0).isPresent();
  }
}
