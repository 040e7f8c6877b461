package dev.chirograph.memory;

import dev.chirograph.Digest;
import dev.chirograph.Guard;
import dev.chirograph.Outcome;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.memory.MemoryRows.Stored;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Horizon;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.SourceTable;
import dev.chirograph.spi.table.TableInfo;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.spi.table.WriteLimits;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A table in memory, as a source or as a replica: for tests, and to read how a table has to behave.
 *
 * <p>Safe for use by several threads.
 */
public final class MemoryTable implements SourceTable, ReplicaTable {

  private final TableShape shape;
  private final String fingerprint;
  private final InstantSource clock;
  private final Set<String> unique = new LinkedHashSet<>();
  private Predicate<Row> refused = row -> false;
  private WriteLimits limits = WriteLimits.NONE;
  private String incarnation;
  private MemoryRows rows;
  private @Nullable Cursor cursor;
  private @Nullable String agent;
  private Instant leased = Instant.MIN;
  private long fence;
  private long writes;

  private MemoryTable(TableShape shape, InstantSource clock, String incarnation) {
    this.shape = Objects.requireNonNull(shape, "shape");
    this.fingerprint = shape.fingerprint();
    this.clock = Objects.requireNonNull(clock, "clock");
    this.incarnation = Objects.requireNonNull(incarnation, "incarnation");
    this.rows = MemoryRows.of(shape);
  }

  /**
   * An empty table.
   *
   * @param clock decides about leases
   * @param incarnation names the database
   */
  public static MemoryTable of(TableShape shape, InstantSource clock, String incarnation) {
    return new MemoryTable(shape, clock, incarnation);
  }

  // ---- as who set it up wants it

  /**
   * From now on no write leaves two rows with the same value in a column; rows in which it is null
   * do not count.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when there is no such column
   */
  public synchronized MemoryTable unique(String column) {
    if (shape.column(column).isEmpty()) {
      throw SyncException.invalid("the table " + shape.name() + " has no column '" + column + "'");
    }
    unique.add(column);
    return this;
  }

  /** From now on such rows, of which it sees all columns, are not taken. */
  public synchronized MemoryTable refuse(Predicate<Row> rows) {
    refused = Objects.requireNonNull(rows, "rows");
    return this;
  }

  /** From now on a write may bring no more than this. */
  public synchronized MemoryTable limit(WriteLimits most) {
    limits = Objects.requireNonNull(most, "most");
    return this;
  }

  // ---- as a host uses it

  /** Inserts a row, or writes over the one with its key. */
  public synchronized void put(@Nullable String... cells) {
    List<@Nullable String> all = new ArrayList<>(Arrays.asList(cells));
    long equal = shape.key().isEmpty() ? rows.get(rows.key(all)).map(Stored::count).orElse(0L) : 0L;
    rows.put(all, equal + 1);
  }

  /**
   * Deletes the row with this key; where rows have no key, one of those with these cells.
   *
   * @return whether there was one
   */
  public synchronized boolean remove(@Nullable String... key) {
    if (shape.key().isEmpty()) {
      return removeOne(new ArrayList<>(Arrays.asList(key)));
    }
    StringBuilder text = new StringBuilder();
    for (String cell : key) {
      text.append('|').append(String.valueOf(cell).replace("\\", "\\\\").replace("|", "\\|"));
    }
    return rows.remove(new RowKey(text.substring(1)));
  }

  private boolean removeOne(List<@Nullable String> cells) {
    RowKey key = rows.key(cells);
    long equal = rows.get(key).map(Stored::count).orElse(0L);
    if (equal > 1) {
      rows.put(cells, equal - 1);
      return true;
    }
    return rows.remove(key);
  }

  /** How many rows there are. */
  public synchronized long size() {
    return rows.size();
  }

  /** How often it has been written to as a replica. */
  synchronized long writes() {
    return writes;
  }

  /** All rows, in the order of their keys' texts. */
  public synchronized List<Row> all() {
    return rows.all().stream().map(Stored::row).toList();
  }

  /** What a table held at one moment. */
  public static final class Backup {
    private final MemoryRows rows;
    private final @Nullable Cursor cursor;

    private Backup(MemoryRows rows, @Nullable Cursor cursor) {
      this.rows = rows;
      this.cursor = cursor;
    }
  }

  /** What it holds now: its rows, and how far it has caught up. */
  public synchronized Backup backup() {
    return new Backup(rows.copy(), cursor);
  }

  /**
   * Holds what it held then; fences and leases stay, so that whoever writes now is noticed.
   *
   * @param incarnation names the life that begins; the present one's name where nobody has noticed
   *     the restore
   */
  public synchronized void restore(Backup backup, String incarnation) {
    this.incarnation = Objects.requireNonNull(incarnation, "incarnation");
    rows = backup.rows.copy();
    cursor = backup.cursor;
    writes++;
  }

  // ---- looking

  @Override
  public TableShape shape() {
    return shape;
  }

  @Override
  public synchronized TableInfo info() {
    return new TableInfo(shape.name(), rows.size(), rows.last(), fingerprint, incarnation);
  }

  @Override
  public synchronized List<Digest> digests(Selection selection, List<? extends Slice> slices) {
    return slices.stream().map(slice -> rows.digest(selection, slice)).toList();
  }

  @Override
  public synchronized List<RowVersion> manifest(
      Selection selection, List<? extends Slice> slices, Optional<RowKey> after, int limit) {
    return slices.stream()
        .flatMap(slice -> rows.in(selection, slice))
        .filter(row -> after.isEmpty() || row.key().text().compareTo(after.get().text()) > 0)
        .sorted(Comparator.comparing(row -> row.key().text()))
        .limit(limit)
        .map(row -> rows.version(selection.format(), selection.salt(), row))
        .toList();
  }

  @Override
  public synchronized List<Optional<RowVersion>> find(Selection selection, List<RowKey> keys) {
    Function<RowKey, Optional<Stored>> lookup = rows.lookup(selection.format());
    return keys.stream()
        .map(
            key ->
                lookup
                    .apply(key)
                    .map(row -> rows.version(selection.format(), selection.salt(), row)))
        .toList();
  }

  @Override
  public synchronized List<Optional<Row>> rows(RowFormat format, List<RowKey> keys, long bytes) {
    Function<RowKey, Optional<Stored>> lookup = rows.lookup(format);
    List<Optional<Row>> answer = new ArrayList<>();
    long size = 0;
    for (RowKey key : keys) {
      Optional<Row> row = lookup.apply(key).map(stored -> rows.row(format, stored));
      size += row.map(Row::bytes).orElse(0L);
      if (!answer.isEmpty() && size > bytes) {
        break;
      }
      answer.add(row);
    }
    return answer;
  }

  @Override
  public synchronized List<Slice.Marks> split(RowFormat format, Slice.Marks range, int parts) {
    long[] all = rows.places(format, range);
    List<Slice.Marks> cut = new ArrayList<>();
    long after = range.after();
    for (int part = 1; part < parts; part++) {
      int at = (int) ((long) all.length * part / parts) - 1;
      if (at >= 0 && all[at] > after && all[at] < range.through()) {
        cut.add(new Slice.Marks(after, all[at]));
        after = all[at];
      }
    }
    cut.add(new Slice.Marks(after, range.through()));
    return cut;
  }

  // ---- as a source

  /** Whoever changes a table in memory does so at once, one after the other. */
  @Override
  public synchronized Horizon horizon() {
    Mark last = shape.mark().isEmpty() ? Mark.LAST : rows.last().orElse(Mark.FIRST);
    return new Horizon(last, Horizon.Proof.ONE_WRITER, Duration.ZERO);
  }

  @Override
  public synchronized List<Row> after(
      RowFormat format, Optional<Cursor> after, Mark through, int limit, long bytes) {
    List<Row> page = new ArrayList<>();
    long size = 0;
    for (Stored stored : rows.after(format, after, through).limit(limit).toList()) {
      Row row = rows.row(format, stored);
      size += row.bytes();
      if (!page.isEmpty() && size > bytes) {
        break;
      }
      page.add(row);
    }
    return page;
  }

  // ---- as a replica

  @Override
  public synchronized Optional<Cursor> cursor() {
    return Optional.ofNullable(cursor);
  }

  @Override
  public synchronized Optional<Long> lease(String name, Duration duration) {
    Instant now = clock.instant();
    if (agent != null && !agent.equals(name) && now.isBefore(leased)) {
      return Optional.empty();
    }
    fence++;
    agent = name;
    leased = now.plus(duration);
    return Optional.of(fence);
  }

  @Override
  public synchronized void release(long held) {
    if (held == fence) {
      agent = null;
    }
  }

  @Override
  public synchronized WriteLimits limits() {
    return limits;
  }

  @Override
  public synchronized List<Outcome> write(Write write) {
    check(write);
    MemoryRows before = rows.copy();
    try {
      Function<RowKey, Optional<Stored>> lookup = rows.lookup(write.format());
      List<Outcome> outcomes = new ArrayList<>();
      write.deletes().forEach(seen -> outcomes.add(delete(write, lookup, seen)));
      write.puts().forEach(row -> put(write.format(), row));
      checkUnique();
      write.cursor().ifPresent(now -> cursor = now);
      writes++;
      return outcomes;
    } catch (SyncException e) {
      rows = before;
      throw e;
    }
  }

  private void check(Write write) {
    if (write.fence() != fence || agent == null) {
      throw new SyncException(
          Kind.CONFLICT,
          SyncException.Advice.NEVER,
          "another agent writes to " + shape.name() + " now",
          null);
    }
    int number = write.puts().size() + write.deletes().size();
    long bytes = write.puts().stream().mapToLong(Row::bytes).sum();
    if (number > limits.rows() || bytes > limits.bytes()) {
      throw new SyncException(
          Kind.TOO_LARGE,
          "a write of "
              + number
              + " rows and "
              + bytes
              + " bytes is more than "
              + shape.name()
              + " takes: "
              + limits);
    }
  }

  private Outcome delete(Write write, Function<RowKey, Optional<Stored>> lookup, RowVersion seen) {
    Optional<RowVersion> there =
        lookup.apply(seen.key()).map(row -> rows.version(write.format(), write.salt(), row));
    if (there.isEmpty()) {
      return Outcome.unchanged();
    }
    if (!there.get().equals(seen)) {
      return Outcome.conflict();
    }
    rows.keys(write.format(), seen.key()).forEach(rows::remove);
    return Outcome.deleted(Guard.ATOMIC);
  }

  /** Columns that are not written stay as they are. */
  private void put(RowFormat format, Row row) {
    List<@Nullable String> cells = new ArrayList<>();
    for (Column column : shape.columns()) {
      int at = format.indexOf(column.name());
      String cell = at < 0 ? null : row.cells().get(at);
      cells.add(cell == null ? null : column.type().text(cell));
    }
    if (shape.key().isEmpty()) {
      rows.keys(format, row.key()).forEach(rows::remove);
    } else {
      rows.get(rows.key(cells)).ifPresent(before -> keep(format, before, cells));
    }
    check(format, cells);
    rows.put(cells, row.count());
  }

  private void keep(RowFormat format, Stored before, List<@Nullable String> cells) {
    for (int i = 0; i < cells.size(); i++) {
      if (format.indexOf(shape.columns().get(i).name()) < 0) {
        cells.set(i, before.cells().get(i));
      }
    }
  }

  private void check(RowFormat format, List<@Nullable String> cells) {
    for (int i = 0; i < cells.size(); i++) {
      Column column = shape.columns().get(i);
      boolean filled = column.filled() && format.indexOf(column.name()) < 0;
      if (cells.get(i) == null && !column.nullable() && !filled) {
        throw SyncException.invalid("'" + column.name() + "' of " + shape.name() + " is null");
      }
      if (!MemoryRows.fits(column.type(), cells.get(i))) {
        throw SyncException.invalid(
            "a value is too long for '" + column.name() + "' of " + shape.name());
      }
    }
    if (refused.test(new Row(rows.key(cells), rows.mark(cells), cells))) {
      throw SyncException.invalid("the table " + shape.name() + " does not take such a row");
    }
  }

  private void checkUnique() {
    for (String column : unique) {
      Set<String> values = new HashSet<>();
      for (Stored row : rows.all()) {
        String value = rows.cell(row, column);
        if (value != null && !values.add(value)) {
          throw new SyncException(
              Kind.ALREADY_EXISTS,
              "another row of " + shape.name() + " has the same value in '" + column + "'");
        }
      }
    }
  }
}
