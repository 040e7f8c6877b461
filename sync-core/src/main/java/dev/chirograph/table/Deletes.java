package dev.chirograph.table;

import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Deletes rows that only the replica has, as they were seen, and only those that the source has
 * just said it does not have under any version.
 */
final class Deletes implements TableDiff.Differences {

  private final Lookup source;
  private final Uploads uploads;
  private final long allowed;
  private long deleted;
  private long heldBack;
  private @Nullable SyncException why;

  /**
   * Nothing is deleted yet.
   *
   * @param allowed how many at most
   */
  Deletes(TableContext context, Selection selection, Uploads uploads, long allowed) {
    this.source = new Lookup(context.source(), selection, context);
    this.uploads = uploads;
    this.allowed = allowed;
  }

  @Override
  public void missing(List<RowVersion> rows, Map<RowKey, RowVersion> there) {
    // They are sent when what differs is looked at again.
  }

  @Override
  public void onlyThere(List<RowVersion> rows) {
    for (int i = 0; i < rows.size(); i += Lookup.MANY) {
      delete(rows.subList(i, Math.min(rows.size(), i + Lookup.MANY)));
    }
  }

  private void delete(List<RowVersion> rows) {
    List<RowVersion> gone = new ArrayList<>();
    source.find(
        rows,
        (row, found) -> {
          if (found.isEmpty()) {
            gone.add(row);
          }
        });
    int may = (int) Math.min(gone.size(), allowed - deleted);
    heldBack += gone.size() - may;
    if (may > 0) {
      for (Outcome outcome : uploads.delete(gone.subList(0, may), source.selection().salt())) {
        if (outcome instanceof Outcome.Applied) {
          deleted++;
        } else if (outcome instanceof Outcome.Rejected rejected) {
          heldBack++;
          why = rejected.why();
        }
      }
    }
  }

  /** How many were deleted. */
  long deleted() {
    return deleted;
  }

  /** How many more should have been. */
  long heldBack() {
    return heldBack;
  }

  /** Why not; empty when the limit was the reason, or none was held back. */
  Optional<String> why() {
    return Optional.ofNullable(why)
        .map(one -> "the replica does not let them go: " + one.summary());
  }
}
