package dev.chirograph.testkit;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.ComparableTable;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.TableShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A table under test, the format in which it is looked at, and how rows come into it. */
final class TableSubject {

  static final String SALT = "5a17";

  /** No manifest of a test is longer. */
  private static final int MANY = 10_000;

  static final long NO_LIMIT = Long.MAX_VALUE;
  static final Slice.Marks ALL = new Slice.Marks(Long.MIN_VALUE, Long.MAX_VALUE);

  final ComparableTable table;
  final RowFormat format;
  private final Consumer<Row> put;
  private final Consumer<Row> remove;

  /**
   * A table.
   *
   * @param put inserts a row or writes over it; where rows have no key, one more of it
   * @param remove deletes the row with its key
   */
  TableSubject(ComparableTable table, RowFormat format, Consumer<Row> put, Consumer<Row> remove) {
    this.table = table;
    this.format = format;
    this.put = put;
    this.remove = remove;
  }

  /** The format of a source that was asked for with a shape. */
  static RowFormat ofSource(TableShape wanted, TableShape is) {
    return RowFormat.agreed(is, wanted, lenient(is));
  }

  /** The format of a replica that was asked for with a shape. */
  static RowFormat ofReplica(TableShape wanted, TableShape is) {
    return RowFormat.agreed(wanted, is, lenient(wanted));
  }

  /** Where a database gives a column less room than was asked for, the rows still fit. */
  private static ColumnRules lenient(TableShape source) {
    return ColumnRules.standard()
        .allowNarrower(source.columns().stream().map(Column::name).toArray(String[]::new));
  }

  // ---- writing

  Row put(@Nullable String... cells) {
    Row row = row(cells);
    put.accept(row);
    return row;
  }

  List<Row> putAll(List<Row> rows) {
    rows.forEach(put);
    return rows;
  }

  void remove(Row row) {
    remove.accept(row);
  }

  // ---- what is to be expected

  Row row(@Nullable String... cells) {
    return written(format, Arrays.asList(cells));
  }

  static Row written(RowFormat format, List<@Nullable String> given) {
    List<@Nullable String> cells = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      String cell = given.get(i);
      cells.add(cell == null ? null : format.columns().get(i).type().text(cell));
    }
    return new Row(format.key(cells), format.mark(cells), cells);
  }

  static Row times(long count, Row row) {
    return new Row(row.key(), row.mark(), row.cells(), count);
  }

  RowVersion version(Row row) {
    return version(format, SALT, row);
  }

  static RowVersion version(RowFormat format, String salt, Row row) {
    return new RowVersion(row.key(), row.mark(), format.hash(salt, row.cells()), row.count());
  }

  List<RowVersion> versions(List<Row> rows) {
    return rows.stream().map(this::version).toList();
  }

  /** The digest of rows that are there once, or several times. */
  Digest digest(List<Row> rows) {
    Digest all = Digest.EMPTY;
    for (Row row : rows) {
      Digest one = Digest.of(format.hash(SALT, row.cells()));
      for (long i = 0; i < row.count(); i++) {
        all = all.plus(one);
      }
    }
    return all;
  }

  static List<RowKey> keys(List<Row> rows) {
    return rows.stream().map(Row::key).toList();
  }

  // ---- reading

  Selection upTo(long mark) {
    return new Selection(format, SALT, new Mark(mark));
  }

  Selection everything() {
    return new Selection(format, SALT, Mark.LAST);
  }

  /** All of it, as a slice that it knows. */
  Slice whole() {
    return format.range().isPresent() ? ALL : Slice.Bucket.ALL;
  }

  Digest digest(Slice slice) {
    return digests(List.of(slice)).get(0);
  }

  List<Digest> digests(List<? extends Slice> slices) {
    return table.digests(everything(), slices);
  }

  Digest sum(List<? extends Slice> slices) {
    return digests(slices).stream().reduce(Digest.EMPTY, Digest::plus);
  }

  List<RowVersion> manifest(List<? extends Slice> slices, int limit) {
    return manifest(everything(), slices, limit);
  }

  /** All pages. */
  List<RowVersion> manifest(Selection selection, List<? extends Slice> slices, int limit) {
    List<RowVersion> all = new ArrayList<>();
    Optional<RowKey> after = Optional.empty();
    List<RowVersion> page;
    do {
      page = table.manifest(selection, slices, after, limit);
      if (page.size() > limit) {
        throw new AssertionError("a page of " + page.size() + " rows where " + limit + " fit");
      }
      all.addAll(page);
      if (all.size() > MANY) {
        throw new AssertionError("pages of a manifest do not end");
      }
      after = page.isEmpty() ? after : Optional.of(page.get(page.size() - 1).key());
    } while (page.size() == limit);
    return all;
  }

  List<Optional<Row>> rows(List<RowKey> keys) {
    return table.rows(format, keys, NO_LIMIT);
  }

  Optional<Row> found(RowKey key) {
    return rows(List.of(key)).get(0);
  }
}
