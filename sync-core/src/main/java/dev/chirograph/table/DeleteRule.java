package dev.chirograph.table;

import dev.chirograph.DeleteLimit;
import java.util.Optional;

/** Whether rows may be deleted, as the limit of a table has it. */
record DeleteRule(DeleteLimit limit, long sourceRows, long replicaRows) {

  /** How many at most. */
  long allowed() {
    return limit.allowed(replicaRows);
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
                + " that one round may delete")
        : Optional.empty();
  }
}
