package dev.chirograph.table;

import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
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

  private final Mending mending;
  private final Uploads uploads;
  private final long allowed;
  private long spent;
  private long deleted;
  private long heldBack;
  private @Nullable SyncException why;

  /**
   * Nothing is deleted yet.
   *
   * @param mending sends rows of which the replica has too many copies
   * @param allowed how many at most
   */
  Deletes(Mending mending, Uploads uploads, long allowed) {
    this.mending = mending;
    this.uploads = uploads;
    this.allowed = allowed;
  }

  /** Copies are deleted; what else is missing is sent when what differs is looked at again. */
  @Override
  public void missing(List<RowVersion> rows, Map<RowKey, RowVersion> there) {
    List<RowKey> fewer = new ArrayList<>();
    for (RowVersion row : rows) {
      long copies = Mending.surplus(row, there);
      if (copies > 0 && spends(copies)) {
        deleted += copies;
        fewer.add(row.key());
      }
    }
    mending.send(fewer);
    uploads.flush();
  }

  @Override
  public void onlyThere(List<RowVersion> rows) {
    for (int i = 0; i < rows.size(); i += Lookup.MANY) {
      delete(rows.subList(i, Math.min(rows.size(), i + Lookup.MANY)));
    }
  }

  private void delete(List<RowVersion> rows) {
    List<RowVersion> gone = new ArrayList<>();
    mending
        .source()
        .find(
            rows,
            (row, found) -> {
              if (found.isEmpty() && spends(row.count())) {
                gone.add(row);
              }
            });
    if (gone.isEmpty()) {
      return;
    }
    List<Outcome> outcomes = uploads.delete(gone, mending.source().selection().salt());
    for (int i = 0; i < outcomes.size(); i++) {
      became(gone.get(i).count(), outcomes.get(i));
    }
  }

  private boolean spends(long number) {
    if (number > allowed - spent) {
      heldBack += number;
      return false;
    }
    spent += number;
    return true;
  }

  /** One that is gone already may be one whose reply was lost: it counts against the limit. */
  private void became(long number, Outcome outcome) {
    if (outcome instanceof Outcome.Applied) {
      deleted += number;
    } else if (outcome instanceof Outcome.Rejected rejected) {
      spent -= number;
      heldBack += number;
      why = rejected.why();
    } else if (outcome instanceof Outcome.Conflict) {
      spent -= number;
    }
  }

  /** How many count against the limit. */
  long spent() {
    return spent;
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
