package dev.chirograph.jdbc;

import dev.chirograph.jdbc.TableBook.Entry;
import dev.chirograph.spi.table.Mark;
import java.util.Optional;

/** What a write does to the number of rows and to their last version. */
final class TableTally {

  private long rows;
  private Optional<Mark> last;
  private boolean lost;

  TableTally(Entry before) {
    this.rows = before.rows();
    this.last = before.last();
  }

  /** Rows have come, or gone where there are fewer than none. */
  void add(long more) {
    rows += more;
  }

  /** A row of this version is not there any more, or has another one now. */
  void gone(Mark mark) {
    lost |= last.filter(mark::equals).isPresent();
  }

  /** A row of this version is there; {@link Mark#FIRST} where it has none. */
  void came(Mark mark) {
    if (mark.equals(Mark.FIRST)) {
      return;
    }
    if (last.isEmpty() || last.get().compareTo(mark) <= 0) {
      last = Optional.of(mark);
      lost = false;
    }
  }

  /** Whether the last version has to be looked up. */
  boolean lostLast() {
    return lost;
  }

  void found(Optional<Mark> mark) {
    last = mark;
    lost = false;
  }

  long rows() {
    return rows;
  }

  Optional<Mark> last() {
    return last;
  }
}
