package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.TableShape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a write as the table takes them, one for each key, in the order of the keys: writers
 * that take the same rows in the same order never wait for each other in a ring.
 *
 * @param values columns that are set
 * @param key columns that find a row; none where rows have no key
 * @param rows each with the cells of the values and, behind them, of the key
 */
record TablePuts(List<Column> values, List<Column> key, List<Put> rows) {

  private static final Comparator<Put> BY_KEY = Comparator.comparing(put -> put.key().text());

  /**
   * A row.
   *
   * @param key its identity
   * @param count how many there are to be, where rows have no key
   */
  record Put(RowKey key, Mark mark, List<@Nullable String> cells, long count) {}

  /**
   * The rows of a write.
   *
   * @param meta of the table that takes them
   * @throws SyncException of kind INVALID_ARGUMENT when a row cannot be stored, UNSUPPORTED when
   *     the format is not one of this table
   */
  static TablePuts of(TableMeta meta, RowFormat format, List<Row> puts, Dialect dialect) {
    TableShape shape = meta.shape();
    List<Column> own = columns(shape, format);
    checkComputed(meta, own);
    List<Column> values =
        own.stream()
            .filter(c -> !shape.key().contains(c.name()) && !meta.column(c.name()).isComputed())
            .toList();
    List<Column> key = key(shape);
    int[] order =
        Stream.concat(values.stream(), key.stream())
            .mapToInt(column -> format.indexOf(column.name()))
            .toArray();
    Map<RowKey, Put> rows = new LinkedHashMap<>();
    for (Row row : puts) {
      if (row.cells().size() != own.size()) {
        throw SyncException.invalid(
            "a row of "
                + shape.name()
                + " has "
                + row.cells().size()
                + " cells, not "
                + own.size());
      }
      List<@Nullable String> sent = new ArrayList<>();
      List<@Nullable String> stored = new ArrayList<>();
      for (int i = 0; i < own.size(); i++) {
        @Nullable String cell = row.cells().get(i);
        if (meta.column(own.get(i).name()).isComputed()) {
          stored.add(null);
          sent.add(cell);
          continue;
        }
        if (cell == null && !own.get(i).nullable()) {
          throw SyncException.invalid(
              "a row cannot be stored in "
                  + shape.name()
                  + ": its '"
                  + own.get(i).name()
                  + "' is null");
        }
        stored.add(cell == null ? null : stored(meta, own.get(i), cell, dialect));
        sent.add(
            cell == null
                ? null
                : TableValues.checked(shape.name(), format.columns().get(i), cell, dialect));
      }
      List<@Nullable String> cells = new ArrayList<>();
      for (int at : order) {
        cells.add(stored.get(at));
      }
      RowKey identity = format.key(sent);
      rows.put(identity, new Put(identity, format.mark(sent), cells, row.count()));
    }
    return new TablePuts(values, key, rows.values().stream().sorted(BY_KEY).toList());
  }

  /** What is computed is not written, so no row is found again by it. */
  private static void checkComputed(TableMeta meta, List<Column> columns) {
    for (Column column : columns) {
      boolean identifies =
          meta.shape().key().isEmpty() || meta.shape().key().contains(column.name());
      if (identifies && meta.column(column.name()).isComputed()) {
        throw new SyncException(
            Kind.UNSUPPORTED,
            "'"
                + column.name()
                + "' of "
                + meta.shape().name()
                + " is computed by the database, and rows are told apart by it: leave it out, or"
                + " give the table a key");
      }
    }
  }

  private static String stored(TableMeta meta, Column column, String cell, Dialect dialect) {
    String text = TableValues.checked(meta.shape().name(), column, cell, dialect);
    if (dialect == Dialect.SQLITE
        && !TableSqlite.keeps(column.type(), meta.column(column.name()).sqlType(), text)) {
      throw SyncException.invalid(
          "a row cannot be stored in "
              + meta.shape().name()
              + ": its '"
              + column.name()
              + "' is no "
              + column.type()
              + " that SQLite gives back as it was");
    }
    return text;
  }

  /**
   * The columns of a table in the order of a format.
   *
   * @throws SyncException of kind UNSUPPORTED when it has others, or another key
   */
  static List<Column> columns(TableShape shape, RowFormat format) {
    if (!new HashSet<>(format.key()).equals(new HashSet<>(shape.key()))
        || format.key().size() != shape.key().size()) {
      throw new SyncException(
          Kind.UNSUPPORTED,
          "rows of "
              + shape.name()
              + " are identified by "
              + shape.key()
              + ", those that are sent by "
              + format.key());
    }
    Set<String> known = new HashSet<>();
    List<Column> columns = new ArrayList<>();
    for (Column column : format.columns()) {
      Optional<Column> own = shape.column(column.name());
      if (own.isEmpty() || !known.add(column.name())) {
        throw new SyncException(
            Kind.UNSUPPORTED,
            "the table "
                + shape.name()
                + " has no column '"
                + column.name()
                + "', or it comes twice; agree on the columns again");
      }
      columns.add(own.get());
    }
    if (!known.containsAll(shape.key())) {
      throw new SyncException(
          Kind.UNSUPPORTED, "rows of " + shape.name() + " come without " + shape.key());
    }
    return columns;
  }

  /** The columns that find a row, in the order of the table's key. */
  static List<Column> key(TableShape shape) {
    return shape.key().stream().map(name -> shape.column(name).orElseThrow()).toList();
  }

  List<Column> columns() {
    return Stream.concat(values.stream(), key.stream()).toList();
  }

  List<RowKey> keys() {
    return rows.stream().map(Put::key).toList();
  }

  /** The cells of a row's key. */
  List<@Nullable String> keyOf(Put put) {
    return put.cells().subList(values.size(), put.cells().size());
  }
}
