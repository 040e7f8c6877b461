package dev.chirograph.table;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Outcome;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.SourceTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Rows that only the replica has. They are deleted when everything has been compared, if they are
 * no more than the limit allows, and each is looked for in the source once more before.
 */
final class DeleteCandidates {

  private static final int BATCH = 500;

  private final long allowed;
  private final boolean emptySource;
  private final List<RowVersion> rows = new ArrayList<>();
  private long number;
  private long deleted;
  private long heldBack;

  DeleteCandidates(DeleteLimit limit, long sourceRows, long replicaRows) {
    this.allowed = limit.allowed(replicaRows);
    this.emptySource = sourceRows == 0 && limit.emptySource() == DeleteLimit.EmptySource.REFUSED;
  }

  void add(RowVersion row) {
    number++;
    if (number <= allowed) {
      rows.add(row);
    }
  }

  /** Why none may be deleted; empty when they may. */
  Optional<String> refused() {
    if (number == 0) {
      return Optional.empty();
    }
    if (emptySource) {
      return Optional.of(
          "the source has no row at all, and "
              + number
              + " would have to be deleted; allow an"
              + " empty source if this is right");
    }
    return number > allowed
        ? Optional.of(
            number
                + " rows would have to be deleted, more than the "
                + allowed
                + " that one pass may delete")
        : Optional.empty();
  }

  /** Deletes those that are still only in the replica, as they were seen. */
  void delete(
      SourceTable source, RowFormat format, String salt, Uploads uploads, TableSettings settings) {
    if (refused().isPresent()) {
      heldBack = number;
      return;
    }
    for (int i = 0; i < rows.size(); i += BATCH) {
      List<RowVersion> batch = rows.subList(i, Math.min(rows.size(), i + BATCH));
      List<RowKey> keys = batch.stream().map(RowVersion::key).toList();
      List<Optional<Row>> there = settings.call(() -> source.rows(format, keys, Long.MAX_VALUE));
      List<RowVersion> gone = new ArrayList<>();
      for (int j = 0; j < batch.size(); j++) {
        if (there.get(j).isEmpty()) {
          gone.add(batch.get(j));
        }
      }
      if (!gone.isEmpty()) {
        deleted +=
            uploads.delete(gone, salt).stream().filter(Outcome.Applied.class::isInstance).count();
      }
    }
  }

  long number() {
    return number;
  }

  long deleted() {
    return deleted;
  }

  long heldBack() {
    return heldBack;
  }
}
