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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far the rows of a table are all there.
 *
 * <p>The largest version is read first, and then which transactions are running: whoever drew a
 * number at or below that version, and is not seen yet, is among them, since one that begins later
 * draws a later number. Once all of them have ended the version is proven. Two transactions may
 * draw the same time; so where versions are times, those who are running are looked at when the
 * clock has gone on. What is known is kept here; when it is lost it is found out anew.
 *
 * <p>Safe for use by several threads.
 */
final class TableHorizon {

  private static final Logger LOG = LoggerFactory.getLogger(TableHorizon.class);

  /** No clock of a column ticks more slowly. */
  private static final long TICK = Duration.ofMillis(1_100).toNanos();

  /** While nothing at all is proven yet, it is worth waiting for those who run. */
  private static final int LOOKS = 40;

  private static final Duration BETWEEN = Duration.ofMillis(50);

  private final Database database;
  private final boolean inTransaction;
  private final Duration lag;
  private final Pacing pacing;
  private final Deque<Candidate> samples = new ArrayDeque<>();
  private @Nullable Mark proven;
  private @Nullable Candidate candidate;

  /** Why nothing is proven, as it was told last. */
  private String told = "";

  /**
   * A largest version.
   *
   * @param running those who may still bring one at or below it; null before they were looked at
   * @param nanos when it was read
   */
  private record Candidate(Mark last, @Nullable TableRunning running, long nanos) {}

  TableHorizon(Database database, JdbcTable options, Duration lag, Pacing pacing) {
    this.database = database;
    this.inTransaction = options.inTransaction();
    this.lag = lag;
    this.pacing = pacing;
  }

  synchronized Horizon now(TableMeta meta) {
    if (meta.shape().mark().isEmpty()) {
      return new Horizon(Mark.LAST, Proof.LAG, Duration.ZERO);
    }
    for (int look = 1; inTransaction && prove(meta); look++) {
      if (proven != null || look == LOOKS) {
        return new Horizon(proven == null ? Mark.FIRST : proven, proof(), age());
      }
      pacing.await(BETWEEN);
    }
    return lagging(meta);
  }

  private Proof proof() {
    return database.dialect() == Dialect.SQLITE ? Proof.ONE_WRITER : Proof.ENDED_TRANSACTIONS;
  }

  private Duration age() {
    Candidate waiting = candidate;
    return waiting == null || waiting.last().equals(proven)
        ? Duration.ZERO
        : Duration.ofNanos(pacing.nanoTime() - waiting.nanos());
  }

  // ---- proven

  /** Proves what can be proven now; answers false where the database does not tell who runs. */
  private boolean prove(TableMeta meta) {
    Candidate waiting = candidate;
    if (waiting != null && waiting.running() == null && waiting.last().equals(proven)) {
      waiting = null; // of which nothing was to be learned
      candidate = null;
    }
    boolean tooEarly =
        waiting != null && waiting.running() == null && pacing.nanoTime() - waiting.nanos() < TICK;
    if (waiting != null && !tooEarly && !judge(meta, waiting)) {
      return false;
    }
    if (candidate != null) {
      return true;
    }
    Mark last = last(meta);
    if (proven != null && proven.compareTo(last) > 0) {
      proven = null; // numbers that lie above all rows will be drawn again after a restore
    }
    Candidate next = new Candidate(last, null, pacing.nanoTime());
    candidate = next;
    return isTime(meta) || judge(meta, next);
  }

  /** Whether those who ran have all ended. */
  private boolean judge(TableMeta meta, Candidate waiting) {
    TableRunning before = waiting.running();
    TableRunning.Told told = TableRunning.now(database, meta, pacing);
    TableRunning now = told.running();
    if (now == null) {
      tell(meta, told.why());
      return false;
    }
    TableRunning left = before == null ? now : before.left(now);
    if (left.isEmpty()) {
      proven = waiting.last();
      candidate = null;
    } else {
      candidate = new Candidate(waiting.last(), left, waiting.nanos());
    }
    return true;
  }

  /** Says once why nothing is proven. */
  private void tell(TableMeta meta, String why) {
    if (!told.equals(why)) {
      LOG.warn(
          "Nothing is certified of the table {}, and its new rows wait for {}: of its database, {}",
          meta.shape().name(),
          lag,
          why);
      told = why;
    }
  }

  // ---- by time

  /** The largest version that was there so long ago that whoever drew one below has committed. */
  private Horizon lagging(TableMeta meta) {
    Mark last = last(meta);
    long now = pacing.nanoTime();
    while (!samples.isEmpty() && samples.getLast().last().compareTo(last) > 0) {
      samples.removeLast();
    }
    if (samples.isEmpty() || samples.getLast().last().compareTo(last) < 0) {
      samples.addLast(new Candidate(last, null, now));
    }
    Candidate old = null;
    while (!samples.isEmpty() && now - samples.getFirst().nanos() >= lag.toNanos()) {
      old = samples.removeFirst();
    }
    Duration age =
        samples.isEmpty() ? Duration.ZERO : Duration.ofNanos(now - samples.getFirst().nanos());
    if (old == null) {
      return new Horizon(Mark.FIRST, Proof.LAG, age);
    }
    samples.addFirst(old);
    return new Horizon(old.last(), Proof.LAG, age);
  }

  // ---- the table

  private static boolean isTime(TableMeta meta) {
    Kind kind = meta.column(meta.shape().mark().orElseThrow()).kind();
    return kind == Kind.TIMESTAMP || kind == Kind.INSTANT;
  }

  /** The largest version that is there. */
  private Mark last(TableMeta meta) {
    RowFormat format = RowFormat.agreed(meta.shape(), meta.shape(), ColumnRules.standard());
    TableScan scan = new TableScan(database.dialect(), meta, TableScope.ALL, format);
    return TableSession.read(
        database,
        "reading the last version of the table " + meta.shape().name(),
        connection ->
            scan.from(TableInfos.largest(database.dialect(), scan.range()), new TableQuery())
                .read(
                    connection,
                    0,
                    rows -> {
                      long last = rows.next() ? rows.getLong(1) : 0;
                      return rows.wasNull() ? Mark.FIRST : new Mark(last);
                    }));
  }
}
