package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a table in the order of versions and keys. Those of one version are asked for apart
 * from those of later ones: each of the two is one range of an index.
 */
final class TablePages {

  private final TableScan scan;
  private final RowFormat format;

  TablePages(TableScan scan) {
    this.scan = scan;
    this.format = scan.rows().format();
  }

  /** A page that is being filled. */
  private static final class Page {
    private final List<Row> rows = new ArrayList<>();
    private final int most;
    private final long bytes;
    private long size;
    private boolean full;

    Page(int most, long bytes) {
      this.most = most;
      this.bytes = bytes;
    }

    /** Adds a row, unless the page has no room for it. */
    void add(Row row) {
      size += row.bytes();
      full = full || rows.size() == most || (!rows.isEmpty() && size > bytes);
      if (!full) {
        rows.add(row);
      }
    }

    int room() {
      return full ? 0 : most - rows.size();
    }
  }

  List<Row> after(Connection connection, Optional<Cursor> after, Mark through, int most, long bytes)
      throws SQLException {
    Page page = new Page(most, bytes);
    long from = after.map(cursor -> cursor.mark().value()).orElse(Long.MIN_VALUE);
    if (from > through.value()) {
      return List.of();
    }
    Optional<RowKey> key = after.flatMap(Cursor::key);
    boolean nulls = from == Long.MIN_VALUE && (after.isEmpty() || key.isPresent());
    if (nulls ? scan.range().column().column().nullable() : key.isPresent()) {
      sameVersion(connection, from, key, page);
    }
    if (page.room() > 0) {
      laterVersions(connection, from, through.value(), page);
    }
    return page.rows;
  }

  private void sameVersion(Connection connection, long mark, Optional<RowKey> key, Page page)
      throws SQLException {
    TableQuery condition = scan.range().at(mark);
    if (format.key().isEmpty()) {
      counted(connection, condition, key, page);
      return;
    }
    TableKeys keys = scan.keys();
    key.ifPresent(last -> condition.and(keys.after(last)));
    keyed(connection, condition, keys.order(), page);
  }

  private void laterVersions(Connection connection, long from, long through, Page page)
      throws SQLException {
    TableMarks range = scan.range();
    if (!format.key().isEmpty()) {
      TableQuery condition = present(range.within(from, through));
      keyed(connection, condition, range.compared() + ", " + scan.keys().order(), page);
      return;
    }
    OptionalLong last = version(connection, from, through, page.room() - 1);
    counted(connection, present(range.within(from, last.orElse(through))), Optional.empty(), page);
  }

  /** Rows without version come before all others, and were read then. */
  private TableQuery present(TableQuery condition) {
    return scan.range().column().column().nullable()
        ? condition.and(TableQuery.of(scan.range().compared() + " is not null"))
        : condition;
  }

  /** The version of the row that has so many of later versions before it. */
  private OptionalLong version(Connection connection, long from, long through, int before)
      throws SQLException {
    TableMarks range = scan.range();
    return scan.from(scan.rows().mark(), present(range.within(from, through)))
        .add(" order by " + range.compared() + " limit 1 offset " + before)
        .read(
            connection,
            0,
            rows ->
                rows.next()
                    ? OptionalLong.of(scan.rows().mark(rows, 1).value())
                    : OptionalLong.empty());
  }

  /** Bytes of several lengths sort in another way than the versions that they are. */
  private Mark mark(List<@Nullable String> cells) {
    ColumnType type = scan.range().column().type();
    String cell = cells.get(format.indexOf(scan.range().column().name()));
    if (type.kind() == ColumnType.Kind.BYTES && cell != null && cell.length() != 2 * type.size()) {
      throw new SyncException(
          SyncException.Kind.UNSUPPORTED,
          "a version in '"
              + scan.range().column().name()
              + "' of the table "
              + scan.meta().shape().name()
              + " has "
              + cell.length() / 2
              + " bytes and others have "
              + type.size()
              + ": rows in their order would be left out; give all the same length");
    }
    return format.mark(cells);
  }

  // ---- rows with keys

  private void keyed(Connection connection, TableQuery condition, String order, Page page)
      throws SQLException {
    int room = page.room();
    int most = fitting(connection, condition, order, page);
    scan.from(scan.rows().columns(), condition)
        .add(" order by " + order + " limit " + most)
        .each(
            connection,
            scan.rows().fetch(),
            row -> {
              List<@Nullable String> cells = scan.rows().cells(row);
              page.add(new Row(format.key(cells), mark(cells), cells));
            });
    page.full = page.full || most < room;
  }

  /** How many of the next rows fit, as far as the database tells without sending them. */
  private int fitting(Connection connection, TableQuery condition, String order, Page page)
      throws SQLException {
    if (scan.rows().wide().isEmpty() || page.bytes == Long.MAX_VALUE) {
      return page.room();
    }
    return scan.from(scan.rows().size(), condition)
        .add(" order by " + order + " limit " + page.room())
        .read(
            connection,
            1_000,
            rows -> {
              int count = 0;
              long size = page.size;
              while (rows.next()) {
                size += rows.getLong(1);
                if (size > page.bytes && !(page.rows.isEmpty() && count == 0)) {
                  return Math.max(count, 1);
                }
                count++;
              }
              return page.room();
            });
  }

  // ---- rows without keys

  /** Rows in the order of versions; those of one version by the hash that is their key. */
  private void counted(
      Connection connection, TableQuery condition, Optional<RowKey> after, Page page)
      throws SQLException {
    Group group = new Group(page, after);
    scan.from(scan.rows().columns(), condition)
        .add(" order by " + scan.range().compared())
        .each(connection, scan.rows().fetch(), row -> group.add(scan.rows().cells(row)));
    group.end();
  }

  /** Equal rows of one version, counted: the first ones in the order of keys, as many as fit. */
  private final class Group {
    private final Page page;
    private final Optional<RowKey> after;
    private final TreeMap<String, Row> first = new TreeMap<>();
    private Mark mark = Mark.FIRST;

    Group(Page page, Optional<RowKey> after) {
      this.page = page;
      this.after = after;
    }

    void add(List<@Nullable String> cells) {
      Mark now = mark(cells);
      if (!now.equals(mark)) {
        end();
        mark = now;
      }
      RowKey key = format.key(cells);
      if (after.isPresent() && key.text().compareTo(after.get().text()) <= 0) {
        return;
      }
      first.merge(
          key.text(),
          new Row(key, now, cells),
          (one, more) -> new Row(key, now, one.cells(), one.count() + 1));
      if (first.size() > page.room()) {
        first.pollLastEntry();
      }
    }

    void end() {
      for (Map.Entry<String, Row> row : first.entrySet()) {
        page.add(row.getValue());
      }
      first.clear();
    }
  }
}
