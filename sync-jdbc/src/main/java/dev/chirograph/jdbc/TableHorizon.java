package dev.chirograph.jdbc;

import dev.chirograph.Pacing;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.ColumnType.Kind;
import dev.chirograph.spi.table.Horizon;
import dev.chirograph.spi.table.Horizon.Proof;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.RowFormat;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far the rows of a table are all there.
 *
 * <p>The largest version is read first, and then which transactions are running: whoever drew a
 * number at or below that version, and is not seen yet, is among them, since one that begins later
 * draws a later number. Once all of them have ended the version is proven. What is known is kept
 * here; when it is lost it is found out anew.
 *
 * <p>Safe for use by several threads.
 */
final class TableHorizon {

  /** Clocks tick, and two transactions may draw one time. */
  private static final long SECOND = 1_000_000;

  /** While nothing at all is proven yet, it is worth waiting for those who run. */
  private static final int LOOKS = 40;

  private static final Duration BETWEEN = Duration.ofMillis(50);

  private final Database database;
  private final boolean inTransaction;
  private final Duration lag;
  private final Pacing pacing;
  private final Deque<Sample> samples = new ArrayDeque<>();
  private @Nullable Mark proven;
  private @Nullable Candidate candidate;

  /** A largest version, and since when it has been there, as far as we know. */
  private record Sample(Mark last, long nanos) {}

  /** A version that is proven once those who ran have ended. */
  private record Candidate(Mark last, TableRunning running, long nanos) {}

  TableHorizon(Database database, TableOptions options, Duration lag, Pacing pacing) {
    this.database = database;
    this.inTransaction = options.inTransaction();
    this.lag = lag;
    this.pacing = pacing;
  }

  synchronized Horizon now(TableMeta meta) {
    if (meta.shape().mark().isEmpty()) {
      return new Horizon(Mark.LAST, Proof.LAG, Duration.ZERO);
    }
    if (!inTransaction) {
      return lagging(meta);
    }
    if (database.dialect() == Dialect.SQLITE) {
      return new Horizon(last(meta), Proof.ONE_WRITER, Duration.ZERO);
    }
    Optional<TableRunning> now = running();
    if (now.isEmpty()) {
      return lagging(meta);
    }
    return proven(meta, now.get());
  }

  // ---- proven

  private Horizon proven(TableMeta meta, TableRunning first) {
    TableRunning now = first;
    for (int look = 1; ; look++) {
      judge(now);
      if (candidate == null) {
        Mark last = last(meta);
        // Read after the version, so that everybody who may still bring one below is among them.
        Optional<TableRunning> after = running();
        if (after.isEmpty()) {
          return lagging(meta);
        }
        candidate = new Candidate(last, after.get(), pacing.nanoTime());
        judge(after.get());
        restoredBelow(last);
      }
      Candidate waiting = candidate;
      if (proven != null || waiting == null || look == LOOKS) {
        Duration age =
            waiting == null ? Duration.ZERO : Duration.ofNanos(pacing.nanoTime() - waiting.nanos());
        return new Horizon(proven == null ? Mark.FIRST : proven, Proof.ENDED_TRANSACTIONS, age);
      }
      pacing.await(BETWEEN);
      Optional<TableRunning> again = running();
      if (again.isEmpty()) {
        return lagging(meta);
      }
      now = again.get();
    }
  }

  /** Whether those who ran have all ended. */
  private void judge(TableRunning now) {
    Candidate waiting = candidate;
    if (waiting == null) {
      return;
    }
    TableRunning left = waiting.running().left(now);
    if (left.isEmpty()) {
      proven = waiting.last();
      candidate = null;
    } else {
      candidate = new Candidate(waiting.last(), left, waiting.nanos());
    }
  }

  /** Numbers that lie above all rows will be drawn again after a restore. */
  private void restoredBelow(Mark last) {
    if (proven != null && proven.compareTo(last) > 0) {
      proven = candidate == null ? last : null;
    }
  }

  private Optional<TableRunning> running() {
    return TableRunning.now(database, pacing);
  }

  // ---- by time

  private Horizon lagging(TableMeta meta) {
    Mark last = last(meta);
    long now = pacing.nanoTime();
    while (!samples.isEmpty() && samples.getLast().last().compareTo(last) > 0) {
      samples.removeLast();
    }
    if (samples.isEmpty() || samples.getLast().last().compareTo(last) < 0) {
      samples.addLast(new Sample(last, now));
    }
    Mark horizon = Mark.FIRST;
    long oldest = now - lag.toNanos();
    Sample kept = samples.getFirst();
    while (!samples.isEmpty() && samples.getFirst().nanos() - oldest <= 0) {
      kept = samples.removeFirst();
      horizon = kept.last();
    }
    boolean behind = !samples.isEmpty();
    Duration age = behind ? Duration.ofNanos(now - samples.getFirst().nanos()) : Duration.ZERO;
    if (!horizon.equals(Mark.FIRST)) {
      samples.addFirst(kept);
    }
    return new Horizon(horizon, Proof.LAG, age);
  }

  /** The largest version that is there; of times none that may be drawn again. */
  private Mark last(TableMeta meta) {
    RowFormat format = RowFormat.agreed(meta.shape(), meta.shape(), ColumnRules.standard());
    TableScan scan = new TableScan(database.dialect(), meta, TableScope.ALL, format);
    TableMarks range = scan.range();
    Kind kind = range.column().kind();
    boolean time = kind == Kind.TIMESTAMP || kind == Kind.INSTANT;
    return TableSession.read(
        database,
        "reading the last version of the table " + meta.shape().name(),
        connection ->
            scan.from(
                    TableInfos.largest(database.dialect(), range) + ", " + database.dialect().now(),
                    new TableQuery())
                .read(
                    connection,
                    0,
                    rows -> {
                      rows.next();
                      long last = rows.getLong(1);
                      if (rows.wasNull()) {
                        return Mark.FIRST;
                      }
                      return new Mark(time ? Math.min(last, rows.getLong(2) - SECOND) : last);
                    }));
  }
}
