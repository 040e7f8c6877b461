package dev.chirograph.jdbc;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.TableShape;
import java.sql.Connection;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads one table, or those of its rows that are in a scope: what {@link
 * dev.chirograph.spi.table.ComparableTable} and {@link dev.chirograph.spi.table.SourceTable} ask
 * for.
 *
 * <p>Methods that take a connection work in its transaction, which has to be prepared by {@link
 * TableSession#prepared}; the others are one transaction each, which sees one moment. Safe for use
 * by several threads.
 */
final class TableReader {

  private final Database database;
  private final TableMeta meta;
  private final TableScope scope;

  TableReader(Database database, TableMeta meta, TableScope scope) {
    this.database = database;
    this.meta = meta;
    this.scope = scope;
  }

  TableMeta meta() {
    return meta;
  }

  TableShape shape() {
    return meta.shape();
  }

  private TableScan scan(RowFormat format) {
    return new TableScan(database.dialect(), meta, scope, format);
  }

  private <T> T read(String what, Work<T> work) {
    return TableSession.read(database, what + " of the table " + meta.shape().name(), work);
  }

  List<Digest> digests(Selection selection, List<? extends Slice> slices) {
    TableScan scan = scan(selection.format());
    return read(
        "reading digests", connection -> new TableDigests(scan, selection).of(connection, slices));
  }

  List<RowVersion> manifest(
      Selection selection, List<? extends Slice> slices, Optional<RowKey> after, int limit) {
    TableScan scan = scan(selection.format());
    return read(
        "reading a manifest",
        connection -> new TableManifest(scan, selection).page(connection, slices, after, limit));
  }

  List<Optional<RowVersion>> find(Selection selection, List<RowKey> keys) {
    if (keys.isEmpty()) {
      return List.of();
    }
    Map<RowKey, RowVersion> found =
        read("looking for rows", connection -> find(connection, selection, keys, false));
    return keys.stream().map(key -> Optional.ofNullable(found.get(key))).toList();
  }

  /**
   * The rows that are there, by key.
   *
   * @param lock whether they are locked until the transaction ends
   */
  Map<RowKey, RowVersion> find(
      Connection connection, Selection selection, List<RowKey> keys, boolean lock)
      throws SQLException {
    String locking = lock ? database.dialect().forUpdate() : "";
    return new TableLookup(scan(selection.format()), locking).versions(connection, selection, keys);
  }

  List<Optional<Row>> rows(RowFormat format, List<RowKey> keys, long bytes) {
    if (keys.isEmpty()) {
      return List.of();
    }
    return read(
        "reading rows",
        connection -> new TableLookup(scan(format), "").rows(connection, keys, bytes));
  }

  List<Slice.Marks> split(RowFormat format, Slice.Marks range, int parts) {
    return read(
        "cutting a range", connection -> TableSplit.of(connection, scan(format), range, parts));
  }

  List<Row> after(RowFormat format, Optional<Cursor> after, Mark through, int most, long bytes) {
    return read(
        "reading the next rows",
        connection -> new TablePages(scan(format)).after(connection, after, through, most, bytes));
  }

  /** Whether the table has a column by now that it had not when it was looked at. */
  boolean hasNewColumns(Connection connection) throws SQLException {
    Dialect dialect = database.dialect();
    return TableQuery.of("select * from " + meta.qualified(dialect) + " " + TableRowSql.ALIAS)
        .add(" where ")
        .add(scope.condition(dialect, TableRowSql.ALIAS).and(TableQuery.of("1 = 0")))
        .read(connection, 0, rows -> hasOthers(rows.getMetaData()));
  }

  private boolean hasOthers(ResultSetMetaData columns) throws SQLException {
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      String name = columns.getColumnLabel(i);
      if (!meta.columns().containsKey(name)
          && !meta.leftOut().contains(name)
          && !scope.columns().contains(name)) {
        return true;
      }
    }
    return false;
  }

  /** How many slices are worth asking for in one call. */
  int slices() {
    return database.dialect() == Dialect.H2 ? 256 : 4_096;
  }
}
