package dev.chirograph.spi.table;

import dev.chirograph.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The table that is brought into agreement. A handle is bound to one tenant's table. What {@link
 * #info} says is what its writes tell, as in {@link ReplicaDatabase.State}, so that nobody has to
 * count its rows; where it was never leased, it is looked at.
 *
 * <ul>
 *   <li><b>TAB-8</b> A write is made as a whole with its cursor, or not at all, and only under a
 *       fence that is still the last one given.
 *   <li><b>TAB-9</b> A row is deleted only as it was seen: one that has another version or hash by
 *       then, or is there more or less often, stays, which is {@link Outcome.Conflict}.
 *   <li><b>TAB-10</b> Written twice is written once.
 *   <li><b>TAB-11</b> Rows, cursors and fences of other tenants are neither seen nor touched.
 * </ul>
 */
public interface ReplicaTable extends ComparableTable {

  /** How far it has caught up; empty at first. */
  Optional<Cursor> cursor();

  /**
   * Lets one agent at a time write.
   *
   * @param agent who asks
   * @param duration how long nobody else gets it, unless it is given back; asking again under the
   *     same name goes on under a new fence, so that a write which is still on its way under the
   *     old one changes nothing
   * @return the fence to write under, one more than the last that was given to anybody; empty while
   *     another agent has it
   */
  Optional<Long> lease(String agent, Duration duration);

  /** Gives it back. */
  void release(long fence);

  /** How much one write may bring. */
  default WriteLimits limits() {
    return WriteLimits.NONE;
  }

  /**
   * One write.
   *
   * @param fence under which
   * @param format of the rows
   * @param salt of the hashes of what is to be deleted
   * @param puts rows to insert, or to write over; two of them may swap a value that is unique.
   *     Columns that are not in the format stay as they are; a row without key is there as often as
   *     it says afterwards
   * @param deletes rows to delete before that, as they were seen
   * @param cursor how far the replica has caught up with it; empty to leave that as it is
   */
  record Write(
      long fence,
      RowFormat format,
      String salt,
      List<Row> puts,
      List<RowVersion> deletes,
      Optional<Cursor> cursor) {}

  /**
   * Writes.
   *
   * @return what became of each delete, by position
   * @throws dev.chirograph.SyncException of kind INVALID_ARGUMENT when a row cannot be stored,
   *     ALREADY_EXISTS when another row has its unique value, TOO_LARGE when the write has to be
   *     smaller, CONFLICT when the fence is not the last one; nothing was written then
   */
  List<Outcome> write(Write write);
}
