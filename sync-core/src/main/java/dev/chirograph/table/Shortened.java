package dev.chirograph.table;

import dev.chirograph.Slice;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.RowVersion;
import java.util.List;

/**
 * Tells a source whose newest rows were deleted from one that went back and writes its history
 * anew: in the one the newest rows that are left are those of the replica, in the other versions
 * that were given out again stand for other rows. The first needs no comparison of everything.
 */
final class Shortened {

  /** So many rows tell the one from the other. */
  private static final long NEWEST = 1_000;

  private final Comparing.Sides sides;
  private final Uploads uploads;
  private final OnlyThere onlyThere = new OnlyThere();
  private final Mending mending;
  private final TableDiff diff;
  private List<RowVersion> found = List.of();
  private Deletes deletes;

  Shortened(Comparing.Sides sides, Uploads uploads, BatchSize size, Pace.Keeper pace) {
    String salt = sides.context().salt();
    Mark upTo = sides.horizon().mark();
    this.sides = sides;
    this.uploads = uploads;
    this.diff = sides.diff(salt, upTo, pace);
    this.mending =
        new Mending(sides.context(), sides.selection(salt, upTo), uploads, size, onlyThere);
    this.deletes = new Deletes(mending, uploads, 0);
  }

  /**
   * Whether the rows beyond the source's newest one are all that differs, as far as can be told
   * quickly, and are few enough to be deleted. Those of them that the source has under lower
   * versions are mended.
   */
  boolean isAll() {
    Slice newest = diff.parts(diff.below(Long.MAX_VALUE), sides.rows(), NEWEST).get(0);
    if (!diff.isEqual(newest)) {
      return false;
    }
    diff.beyond(mending);
    uploads.flush();
    long number = onlyThere.number();
    boolean all = onlyThere.areAll(number) && sides.deletes(0).refusal(number).isEmpty();
    found = all ? onlyThere.rows() : List.of();
    return all;
  }

  /** How many rows are to be deleted. */
  long found() {
    return found.stream().mapToLong(RowVersion::count).sum();
  }

  /** Deletes them; what the replica does not let go, its number of rows tells later passes of. */
  void delete() {
    deletes = new Deletes(mending, uploads, sides.deletes(0).allowed());
    deletes.onlyThere(found);
  }

  /** What was deleted; nothing until then. */
  Deletes deletes() {
    return deletes;
  }
}
