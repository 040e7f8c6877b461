package dev.chirograph.table;

import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Writes to the replica under the agent's fence. Rows that it does not take are isolated by halving
 * the batch: N rows with one that is bad take about 2 log<sub>2</sub> N requests more, half of them
 * with rows that are good.
 */
final class Uploads {

  /** So many rows that were not taken are tried again together at the end of the pass. */
  private static final int SECOND_CHANCE = Lookup.MANY;

  private final TableContext context;
  private final RowFormat format;
  private final Fence fence;
  private final BatchSize size;
  private final Quarantine quarantine;
  private final Pace.Keeper pace;
  private final Set<RowKey> refused = new LinkedHashSet<>();
  private final List<Row> waiting = new ArrayList<>();
  private long waitingBytes;
  private long mended;

  /**
   * Nothing is written yet.
   *
   * @param format of the rows in the replica
   */
  Uploads(
      TableContext context,
      RowFormat format,
      Fence fence,
      BatchSize size,
      Quarantine quarantine,
      Pace.Keeper pace) {
    this.context = context;
    this.format = format;
    this.fence = fence;
    this.size = size;
    this.quarantine = quarantine;
    this.pace = pace;
  }

  // ---- rows

  /** Collects a row that has to be mended; writes when there are enough. */
  void add(Row row) {
    waiting.add(row);
    waitingBytes += row.bytes();
    if (waiting.size() >= size.rows() || waitingBytes >= size.bytes()) {
      flush();
    }
  }

  /** Writes what was collected. */
  void flush() {
    List<Row> rows = List.copyOf(waiting);
    waiting.clear();
    waitingBytes = 0;
    if (!rows.isEmpty()) {
      mended += put(rows, Optional.empty());
    }
  }

  /** How many rows were mended. */
  long mended() {
    return mended;
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
    pace.rows(admitted.size());
    pace.bytes(admitted.stream().mapToLong(Row::bytes).sum());
    List<Row> taken = new ArrayList<>();
    bisect(admitted, cursor, taken);
    quarantine.release(taken);
    taken.forEach(row -> refused.remove(row.key()));
    return taken.size();
  }

  private void bisect(List<Row> rows, Optional<Cursor> cursor, List<Row> taken) {
    SyncException why;
    try {
      long begun = context.nanoTime();
      write(rows, List.of(), "", cursor);
      size.took(rows.size(), Duration.ofNanos(context.nanoTime() - begun));
      taken.addAll(rows);
      return;
    } catch (SyncException e) {
      if (!isOfARow(e) || rows.isEmpty()) {
        throw e;
      }
      why = e;
    }
    if (why.kind() == Kind.TOO_LARGE) {
      size.tooLarge();
    }
    if (rows.size() == 1) {
      refuse(rows.get(0), why);
      if (cursor.isPresent()) {
        write(List.of(), List.of(), "", cursor); // the cursor waits for no single row
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

  /**
   * It is on record before the cursor passes it; what comes later in the pass may make it fit after
   * all: a row that it refers to, or one that lets its unique value go.
   */
  private void refuse(Row row, SyncException why) {
    quarantine.hold(row, why);
    if (refused.size() < SECOND_CHANCE) {
      refused.add(row.key());
    }
  }

  /**
   * Tries once more what was not taken, as the source has it by now: it may have been compared
   * since, as another row or as none.
   *
   * @param mine the columns under the source's names
   */
  void again(RowFormat mine) {
    List<RowKey> keys = List.copyOf(refused);
    refused.clear();
    if (keys.isEmpty()) {
      return;
    }
    List<Row> rows =
        context.call(() -> context.source().rows(mine, keys, size.bytes())).stream()
            .flatMap(Optional::stream)
            .toList();
    if (rows.isEmpty()) {
      return;
    }
    List<Row> taken = new ArrayList<>();
    try {
      write(rows, List.of(), "", Optional.empty());
      taken.addAll(rows);
    } catch (SyncException e) {
      if (!isOfARow(e)) {
        throw e;
      }
      for (Row row : rows) {
        alone(row, taken);
      }
    }
    quarantine.release(taken);
    mended += taken.size();
  }

  private void alone(Row row, List<Row> taken) {
    try {
      write(List.of(row), List.of(), "", Optional.empty());
      taken.add(row);
    } catch (SyncException e) {
      if (!isOfARow(e)) {
        throw e;
      }
    }
  }

  /**
   * Deletes rows as they were seen.
   *
   * @return what became of each, by position; rejected where the replica does not let it go
   */
  List<Outcome> delete(List<RowVersion> rows, String salt) {
    pace.rows(rows.size());
    try {
      return write(List.of(), rows, salt, Optional.empty());
    } catch (SyncException e) {
      if (!isOfARow(e)) {
        throw e;
      }
      if (rows.size() == 1) {
        return List.of(Outcome.rejected(e));
      }
      int half = rows.size() / 2;
      List<Outcome> outcomes = new ArrayList<>(delete(rows.subList(0, half), salt));
      outcomes.addAll(delete(rows.subList(half, rows.size()), salt));
      return outcomes;
    }
  }

  private List<Outcome> write(
      List<Row> puts, List<RowVersion> deletes, String salt, Optional<Cursor> cursor) {
    return context.call(
        () -> {
          Write write = new Write(fence.held(), format, salt, puts, deletes, cursor);
          long begun = context.nanoTime();
          try {
            return context.replica().write(write);
          } catch (SyncException e) {
            if (e.kind() == Kind.UNAVAILABLE || e.kind() == Kind.UNEXPECTED) {
              fence.isUnsure();
              size.failed(Duration.ofNanos(context.nanoTime() - begun));
            }
            throw e;
          }
        });
  }
}
