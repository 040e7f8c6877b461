package dev.chirograph.memory;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.TableShape;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The rows of a table in memory, as they are and as a format has them. Not thread-safe. */
final class MemoryRows {

  private static final Comparator<Stored> BY_MARK =
      Comparator.comparing(Stored::mark).thenComparing(stored -> stored.key().text());

  private final TableShape shape;
  private final RowFormat own;
  private final NavigableMap<String, Stored> rows;
  private @Nullable RowFormat asked;
  private boolean askedIsOwn;
  private boolean askedIsAll;

  /** A row with all columns of the table. */
  record Stored(RowKey key, Mark mark, List<@Nullable String> cells, long count) {
    Row row() {
      return new Row(key, mark, cells, count);
    }
  }

  private MemoryRows(TableShape shape, RowFormat own, NavigableMap<String, Stored> rows) {
    this.shape = shape;
    this.own = own;
    this.rows = rows;
  }

  static MemoryRows of(TableShape shape) {
    RowFormat own = RowFormat.agreed(shape, shape, ColumnRules.standard());
    return new MemoryRows(shape, own, new TreeMap<>());
  }

  MemoryRows copy() {
    return new MemoryRows(shape, own, new TreeMap<>(rows));
  }

  // ---- as they are

  Collection<Stored> all() {
    return rows.values();
  }

  Optional<Stored> get(RowKey key) {
    return Optional.ofNullable(rows.get(key.text()));
  }

  long size() {
    return rows.values().stream().mapToLong(Stored::count).sum();
  }

  Optional<Mark> last() {
    return shape.mark().isEmpty()
        ? Optional.empty()
        : rows.values().stream().map(Stored::mark).max(Comparator.naturalOrder());
  }

  RowKey key(List<@Nullable String> cells) {
    return own.key(cells);
  }

  @Nullable String cell(Stored row, String column) {
    return row.cells().get(own.indexOf(column));
  }

  /** The version of a row. */
  Mark mark(List<@Nullable String> cells) {
    return own.mark(cells);
  }

  void put(List<@Nullable String> given, long count) {
    List<@Nullable String> cells = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      String cell = given.get(i);
      cells.add(cell == null ? null : own.columns().get(i).type().text(cell));
    }
    RowKey key = own.key(cells);
    rows.put(key.text(), new Stored(key, own.mark(cells), cells, count));
  }

  boolean remove(RowKey key) {
    return rows.remove(key.text()) != null;
  }

  /** Whether a column has room for a value. */
  static boolean fits(ColumnType type, @Nullable String cell) {
    if (cell == null || type.size() == 0) {
      return true;
    }
    return switch (type.kind()) {
      case INTEGER, DECIMAL -> new BigDecimal(cell).precision() <= type.size();
      case BYTES -> cell.length() / 2 <= type.size();
      default -> cell.codePointCount(0, cell.length()) <= type.size();
    };
  }

  // ---- as a format has them

  /** Rows that a format cannot tell apart are one that is there several times. */
  private Collection<Stored> in(RowFormat format) {
    if (isOwn(format)) {
      return rows.values();
    }
    TreeMap<String, Stored> seen = new TreeMap<>();
    for (Stored row : rows.values()) {
      RowKey key = format.key(cells(format, row));
      seen.merge(
          key.text(),
          new Stored(key, row.mark(), row.cells(), row.count()),
          (one, more) ->
              new Stored(key, one.mark(), one.cells(), Math.addExact(one.count(), more.count())));
    }
    return seen.values();
  }

  /** Whether a format names rows as the table itself does. */
  private boolean isOwn(RowFormat format) {
    look(format);
    return askedIsOwn;
  }

  /** Many rows are looked at in one format. */
  private void look(RowFormat format) {
    if (!format.equals(asked)) {
      asked = format;
      askedIsOwn = texts(keyed(own)).equals(texts(keyed(format)));
      askedIsAll = texts(own.columns()).equals(texts(format.columns()));
    }
  }

  /** What the keys of rows are made of. */
  private static List<Column> keyed(RowFormat format) {
    return format.key().isEmpty()
        ? format.compared()
        : format.key().stream().map(key -> format.columns().get(format.indexOf(key))).toList();
  }

  /** What decides how columns are written. */
  private static List<String> texts(List<Column> columns) {
    return columns.stream()
        .map(column -> column.name() + " " + column.type().kind() + column.type().digits())
        .toList();
  }

  /** How rows are found by their keys in a format. */
  Function<RowKey, Optional<Stored>> lookup(RowFormat format) {
    if (isOwn(format)) {
      return this::get;
    }
    TreeMap<String, Stored> named = new TreeMap<>();
    in(format).forEach(row -> named.put(row.key().text(), row));
    return key -> Optional.ofNullable(named.get(key.text()));
  }

  /** The rows of the table that have this key in a format: several only where it has no key. */
  List<RowKey> keys(RowFormat format, RowKey key) {
    if (isOwn(format)) {
      return List.of(key);
    }
    return rows.values().stream()
        .filter(row -> format.key(cells(format, row)).equals(key))
        .map(Stored::key)
        .toList();
  }

  Digest digest(Selection selection, Slice slice) {
    return in(selection, slice)
        .map(
            row -> {
              long hash = hash(selection.format(), selection.salt(), row);
              long odd = row.count() % 2 == 0 ? 0 : hash;
              return new Digest(row.count(), hash * row.count(), odd);
            })
        .reduce(Digest.EMPTY, Digest::plus);
  }

  /** The rows of a slice, in the order of their keys. */
  Stream<Stored> in(Selection selection, Slice slice) {
    return in(selection.format()).stream()
        .filter(row -> row.mark().compareTo(selection.horizon()) <= 0)
        .filter(inside(selection.format(), slice));
  }

  private Predicate<Stored> inside(RowFormat format, Slice slice) {
    if (slice instanceof Slice.Marks marks) {
      return row -> {
        long at = at(format, row);
        return at <= marks.through() && (marks.after() == Long.MIN_VALUE || at > marks.after());
      };
    }
    if (slice instanceof Slice.Bucket bucket) {
      return row -> bucket.contains(format.key(cells(format, row)).text());
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

  /** Where the rows of a range are, each place once, in ascending order. */
  long[] places(RowFormat format, Slice.Marks range) {
    return rows.values().stream()
        .filter(inside(format, range))
        .mapToLong(row -> at(format, row))
        .sorted()
        .distinct()
        .toArray();
  }

  /** What comes behind a cursor, in the order of versions and keys. */
  Stream<Stored> after(RowFormat format, Optional<Cursor> after, Mark through) {
    return in(format).stream()
        .filter(row -> row.mark().compareTo(through) <= 0)
        .filter(row -> after.isEmpty() || isAfter(row, after.get()))
        .sorted(BY_MARK);
  }

  private static boolean isAfter(Stored row, Cursor cursor) {
    int order = row.mark().compareTo(cursor.mark());
    return order > 0
        || (order == 0
            && cursor.key().filter(key -> row.key().text().compareTo(key.text()) > 0).isPresent());
  }

  RowVersion version(RowFormat format, String salt, Stored row) {
    return new RowVersion(
        format.key(cells(format, row)), row.mark(), hash(format, salt, row), row.count());
  }

  private long hash(RowFormat format, String salt, Stored row) {
    return format.hash(salt, cells(format, row));
  }

  Row row(RowFormat format, Stored row) {
    List<@Nullable String> cells = cells(format, row);
    return new Row(format.key(cells), row.mark(), cells, row.count());
  }

  private List<@Nullable String> cells(RowFormat format, Stored row) {
    look(format);
    if (askedIsAll) {
      return row.cells();
    }
    List<@Nullable String> cells = new ArrayList<>();
    for (Column column : format.columns()) {
      String cell = cell(row, column.name());
      cells.add(cell == null ? null : column.type().text(cell));
    }
    return cells;
  }
}
