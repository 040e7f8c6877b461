package dev.chirograph.table;

import dev.chirograph.DeleteLimit;
import java.util.Optional;

/**
 * Whether rows may be deleted, as the limit of a table has it.
 *
 * @param deleted how many the round has deleted already
 */
record DeleteRule(DeleteLimit limit, long sourceRows, long replicaRows, long deleted) {

  /** How many more at most. */
  long allowed() {
    return Math.max(0, limit.allowed(replicaRows) - deleted);
  }

  /** Why so many may not be deleted; empty when they may. */
  Optional<String> refusal(long number) {
    if (number == 0) {
      return Optional.empty();
    }
    if (sourceRows == 0 && limit.emptySource() == DeleteLimit.EmptySource.REFUSED) {
      return Optional.of(
          "the source has no row at all, and "
              + number
              + " would have to be deleted; allow an empty source if this is right");
    }
    return number > allowed()
        ? Optional.of(
            number
                + " rows would have to be deleted, more than the "
                + allowed()
                + (deleted == 0 ? "" : " left of those")
                + " that one round may delete")
        : Optional.empty();
  }
}
