package dev.chirograph.memory;

import dev.chirograph.Digest;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.Outcome;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnRules;
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
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A table in memory, as a source or as a replica: for tests, and to read how a table has to behave.
 *
 * <p>Safe for use by several threads.
 */
public final class MemoryTable implements SourceTable, ReplicaTable {

  private static final Comparator<Stored> BY_MARK =
      Comparator.comparing(Stored::mark).thenComparing(stored -> stored.key().text());

  private final TableShape shape;
  private final RowFormat own;
  private final InstantSource clock;
  private final String incarnation;
  private final TreeMap<String, Stored> rows = new TreeMap<>();
  private @Nullable Cursor cursor;
  private @Nullable String agent;
  private Instant leased = Instant.MIN;
  private long fence;
  private long writes;

  private record Stored(RowKey key, Mark mark, List<@Nullable String> cells, long count) {}

  private MemoryTable(TableShape shape, InstantSource clock, String incarnation) {
    this.shape = shape;
    this.own = RowFormat.agreed(shape, shape, ColumnRules.standard());
    this.clock = clock;
    this.incarnation = incarnation;
  }

  /**
   * An empty table.
   *
   * @param clock decides about leases
   * @param incarnation names the database
   */
  public static MemoryTable of(TableShape shape, InstantSource clock, String incarnation) {
    return new MemoryTable(
        shape,
        Objects.requireNonNull(clock, "clock"),
        Objects.requireNonNull(incarnation, "incarnation"));
  }

  // ---- as a host uses it

  /** Inserts a row, or writes over the one with its key. */
  public synchronized void put(@Nullable String... cells) {
    List<@Nullable String> all = new ArrayList<>();
    for (String cell : cells) {
      all.add(cell);
    }
    Stored row = stored(own.key(all), all, 1);
    Stored before = rows.get(row.key().text());
    long count = shape.key().isEmpty() && before != null ? before.count() + 1 : 1;
    rows.put(row.key().text(), stored(row.key(), all, count));
  }

  /** Deletes the row with this key; answers whether there was one. */
  public synchronized boolean remove(String... key) {
    StringBuilder text = new StringBuilder();
    for (String cell : key) {
      text.append('|').append(cell.replace("\\", "\\\\").replace("|", "\\|"));
    }
    return rows.remove(text.substring(1)) != null;
  }

  /** How many rows there are. */
  public synchronized long size() {
    return rows.values().stream().mapToLong(Stored::count).sum();
  }

  /** How often it has been written to as a replica. */
  synchronized long writes() {
    return writes;
  }

  /** All rows, in the order of their keys' texts. */
  public synchronized List<Row> all() {
    return rows.values().stream()
        .map(row -> new Row(row.key(), row.mark(), row.cells(), row.count()))
        .toList();
  }

  private Stored stored(RowKey key, List<@Nullable String> cells, long count) {
    return new Stored(key, mark(cells), cells, count);
  }

  private Mark mark(List<@Nullable String> cells) {
    return own.mark(cells);
  }

  // ---- looking

  @Override
  public TableShape shape() {
    return shape;
  }

  @Override
  public synchronized TableInfo info() {
    Optional<Mark> last =
        shape.mark().isEmpty()
            ? Optional.empty()
            : rows.values().stream().map(Stored::mark).max(Comparator.naturalOrder());
    return new TableInfo(shape.name(), size(), last, shape.fingerprint(), incarnation);
  }

  @Override
  public synchronized List<Digest> digests(Selection selection, List<? extends Slice> slices) {
    return slices.stream()
        .map(
            slice ->
                in(selection, slice)
                    .map(row -> digest(selection, row))
                    .reduce(Digest.EMPTY, Digest::plus))
        .toList();
  }

  private Digest digest(Selection selection, Stored row) {
    long hash = hash(selection, row);
    return new Digest(row.count(), hash * row.count(), row.count() % 2 == 0 ? 0 : hash);
  }

  private long hash(Selection selection, Stored row) {
    return selection.format().hash(selection.salt(), cells(selection.format(), row));
  }

  private Stream<Stored> in(Selection selection, Slice slice) {
    Predicate<Stored> inside = inside(selection.format(), slice);
    return rows.values().stream()
        .filter(row -> row.mark().compareTo(selection.horizon()) <= 0)
        .filter(inside);
  }

  private Predicate<Stored> inside(RowFormat format, Slice slice) {
    if (slice instanceof Slice.Marks marks) {
      return row -> {
        long at = at(format, row);
        return at <= marks.through() && (marks.after() == Long.MIN_VALUE || at > marks.after());
      };
    }
    if (slice instanceof Slice.Bucket bucket) {
      return row -> bucket.contains(Key.utf8(key(format, row).text()));
    }
    if (slice instanceof Slice.Part part) {
      return inside(format, part.marks()).and(inside(format, part.bucket()));
    }
    throw new SyncException(Kind.UNSUPPORTED, "rows are not found by " + slice);
  }

  /** Where a row is among the ranges. */
  private long at(RowFormat format, Stored row) {
    if (format.mark().isPresent()) {
      return row.mark().value();
    }
    Column column =
        format
            .range()
            .orElseThrow(
                () -> new SyncException(Kind.UNSUPPORTED, shape.name() + " has no ranges"));
    String cell = cells(format, row).get(format.indexOf(column.name()));
    return cell == null ? Long.MIN_VALUE : Mark.of(column.type(), cell).value();
  }

  @Override
  public synchronized List<RowVersion> manifest(
      Selection selection, List<? extends Slice> slices, Optional<RowKey> after, int limit) {
    return slices.stream()
        .flatMap(slice -> in(selection, slice))
        .map(row -> version(selection, row))
        .sorted(Comparator.comparing(row -> row.key().text()))
        .filter(row -> after.isEmpty() || row.key().text().compareTo(after.get().text()) > 0)
        .limit(limit)
        .toList();
  }

  private RowVersion version(Selection selection, Stored row) {
    return new RowVersion(
        key(selection.format(), row), row.mark(), hash(selection, row), row.count());
  }

  @Override
  public synchronized List<Optional<RowVersion>> find(Selection selection, List<RowKey> keys) {
    return found(selection.format(), keys).stream()
        .map(found -> found.map(row -> version(selection, row)))
        .toList();
  }

  @Override
  public synchronized List<Optional<Row>> rows(RowFormat format, List<RowKey> keys, long bytes) {
    List<Optional<Row>> answer = new ArrayList<>();
    long size = 0;
    for (Optional<Stored> found : found(format, keys)) {
      Optional<Row> row = found.map(stored -> row(format, stored));
      size += row.map(Row::bytes).orElse(0L);
      if (!answer.isEmpty() && size > bytes) {
        break;
      }
      answer.add(row);
    }
    return answer;
  }

  private List<Optional<Stored>> found(RowFormat format, List<RowKey> keys) {
    Map<RowKey, Stored> found = new HashMap<>();
    rows.values().forEach(row -> found.put(key(format, row), row));
    return keys.stream().map(key -> Optional.ofNullable(found.get(key))).toList();
  }

  private RowKey key(RowFormat format, Stored row) {
    return format.key(cells(format, row));
  }

  private Row row(RowFormat format, Stored row) {
    List<@Nullable String> cells = cells(format, row);
    return new Row(format.key(cells), row.mark(), cells, row.count());
  }

  /** The cells as a format has them. */
  private List<@Nullable String> cells(RowFormat format, Stored row) {
    List<@Nullable String> cells = new ArrayList<>();
    for (Column column : format.columns()) {
      String cell = row.cells().get(own.indexOf(column.name()));
      cells.add(cell == null ? null : column.type().text(cell));
    }
    return cells;
  }

  @Override
  public synchronized List<Slice.Marks> split(RowFormat format, Slice.Marks marks, int parts) {
    long[] all =
        rows.values().stream()
            .filter(inside(format, marks))
            .mapToLong(row -> at(format, row))
            .sorted()
            .distinct()
            .toArray();
    List<Slice.Marks> cut = new ArrayList<>();
    long after = marks.after();
    for (int part = 1; part < parts; part++) {
      int at = (int) ((long) all.length * part / parts) - 1;
      if (at >= 0 && all[at] > after && all[at] < marks.through()) {
        cut.add(new Slice.Marks(after, all[at]));
        after = all[at];
      }
    }
    cut.add(new Slice.Marks(after, marks.through()));
    return cut;
  }

  // ---- as a source

  /** Whoever changes a table in memory does so at once, one after the other. */
  @Override
  public synchronized Horizon horizon() {
    Mark last = info().last().orElse(Mark.LAST);
    return new Horizon(last, Horizon.Proof.ONE_WRITER, Duration.ZERO);
  }

  @Override
  public synchronized List<Row> after(
      RowFormat format, Optional<Cursor> after, Mark through, int limit, long bytes) {
    List<Row> page = new ArrayList<>();
    long size = 0;
    List<Stored> next =
        rows.values().stream()
            .filter(row -> row.mark().compareTo(through) <= 0)
            .filter(row -> after.isEmpty() || isAfter(format, row, after.get()))
            .sorted(BY_MARK)
            .limit(limit)
            .toList();
    for (Stored stored : next) {
      Row row = row(format, stored);
      size += row.bytes();
      if (!page.isEmpty() && size > bytes) {
        break;
      }
      page.add(row);
    }
    return page;
  }

  private boolean isAfter(RowFormat format, Stored row, Cursor cursor) {
    int order = row.mark().compareTo(cursor.mark());
    return order > 0
        || (order == 0
            && cursor
                .key()
                .filter(key -> key(format, row).text().compareTo(key.text()) > 0)
                .isPresent());
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
    if (!name.equals(agent) || !now.isBefore(leased)) {
      fence++;
    }
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
  public synchronized List<Outcome> write(Write write) {
    if (write.fence() != fence || agent == null) {
      throw new SyncException(
          Kind.CONFLICT,
          SyncException.Advice.NEVER,
          "another agent writes to " + shape.name() + " now",
          null);
    }
    List<Row> puts = write.puts();
    puts.forEach(row -> check(write.format(), row));
    List<Outcome> outcomes = new ArrayList<>();
    for (RowVersion seen : write.deletes()) {
      outcomes.add(delete(write, seen));
    }
    for (Row row : puts) {
      List<@Nullable String> cells = new ArrayList<>();
      for (Column column : shape.columns()) {
        int at = write.format().indexOf(column.name());
        String cell = at < 0 ? null : row.cells().get(at);
        cells.add(cell == null ? null : column.type().text(cell));
      }
      RowKey key = own.key(cells);
      rows.put(key.text(), stored(key, cells, row.count()));
    }
    write.cursor().ifPresent(now -> cursor = now);
    writes++;
    return outcomes;
  }

  private void check(RowFormat format, Row row) {
    for (Column column : shape.columns()) {
      int at = format.indexOf(column.name());
      String cell = at < 0 ? null : row.cells().get(at);
      if (cell == null && !column.nullable()) {
        throw SyncException.invalid("'" + column.name() + "' of " + shape.name() + " is null");
      }
      if (cell != null) {
        column.type().text(cell);
      }
    }
  }

  private Outcome delete(Write write, RowVersion seen) {
    Optional<Stored> there =
        rows.values().stream()
            .filter(row -> key(write.format(), row).equals(seen.key()))
            .findFirst();
    if (there.isEmpty()) {
      return Outcome.unchanged();
    }
    long hash = write.format().hash(write.salt(), cells(write.format(), there.get()));
    if (hash != seen.hash() || !there.get().mark().equals(seen.mark())) {
      return Outcome.conflict();
    }
    rows.remove(there.get().key().text());
    return Outcome.deleted(Guard.ATOMIC);
  }
}
