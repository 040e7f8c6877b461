package dev.chirograph.table;

import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes to the replica under the agent's fence. Rows that it does not take are isolated by halving
 * the batch: N rows with one that is bad take about log<sub>2</sub> N requests more.
 */
final class Uploads {

  private final ReplicaTable replica;
  private final RowFormat format;
  private final TableSettings settings;
  private final Fence fence;
  private final BatchSize size;
  private final Quarantine quarantine;

  Uploads(
      ReplicaTable replica,
      RowFormat format,
      TableSettings settings,
      Fence fence,
      BatchSize size,
      Quarantine quarantine) {
    this.replica = replica;
    this.format = format;
    this.settings = settings;
    this.fence = fence;
    this.size = size;
    this.quarantine = quarantine;
  }

  /**
   * Writes rows, and how far the replica has caught up with them.
   *
   * @return how many were taken
   */
  long put(List<Row> rows, Optional<Cursor> cursor) {
    List<Row> admitted = quarantine.admitted(rows);
    if (admitted.isEmpty() && cursor.isEmpty()) {
      return 0;
    }
    List<Row> taken = new ArrayList<>();
    bisect(admitted, cursor, taken);
    quarantine.release(taken);
    return taken.size();
  }

  private void bisect(List<Row> rows, Optional<Cursor> cursor, List<Row> taken) {
    SyncException why;
    try {
      long begun = settings.environment().pacing().nanoTime();
      write(rows, List.of(), "", cursor);
      size.took(rows.size(), Duration.ofNanos(settings.environment().pacing().nanoTime() - begun));
      taken.addAll(rows);
      return;
    } catch (SyncException e) {
      if (!isOfARow(e) || rows.isEmpty()) {
        throw e;
      }
      why = e;
    }
    if (why.kind() == Kind.TOO_LARGE) {
      size.failed();
    }
    if (rows.size() == 1) {
      quarantine.hold(rows.get(0), why);
      if (cursor.isPresent()) {
        write(List.of(), List.of(), "", cursor); // nothing waits for it
      }
      return;
    }
    int half = rows.size() / 2;
    bisect(rows.subList(0, half), Optional.empty(), taken);
    bisect(rows.subList(half, rows.size()), cursor, taken);
  }

  /** Whether fewer rows, or other ones, may be taken. */
  private static boolean isOfARow(SyncException e) {
    return e.kind() == Kind.INVALID_ARGUMENT
        || e.kind() == Kind.ALREADY_EXISTS
        || e.kind() == Kind.TOO_LARGE;
  }

  /** Deletes rows as they were seen; answers by position. */
  List<Outcome> delete(List<RowVersion> rows, String salt) {
    return write(List.of(), rows, salt, Optional.empty());
  }

  private List<Outcome> write(
      List<Row> puts, List<RowVersion> deletes, String salt, Optional<Cursor> cursor) {
    return settings.call(
        () -> {
          try {
            return replica.write(new Write(fence.held(), format, salt, puts, deletes, cursor));
          } catch (SyncException e) {
            if (e.kind() == Kind.UNAVAILABLE) {
              size.failed();
            }
            throw e;
          }
        });
  }
}
