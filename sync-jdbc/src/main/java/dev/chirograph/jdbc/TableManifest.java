package dev.chirograph.jdbc;

import dev.chirograph.Slice;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The rows of slices by name, page by page in the order of their keys. */
final class TableManifest {

  private final TableScan scan;
  private final Selection selection;
  private final RowFormat format;

  TableManifest(TableScan scan, Selection selection) {
    this.scan = scan;
    this.selection = selection;
    this.format = selection.format();
  }

  List<RowVersion> page(
      Connection connection, List<? extends Slice> slices, Optional<RowKey> after, int limit)
      throws SQLException {
    long horizon = format.mark().isPresent() ? selection.horizon().value() : Long.MAX_VALUE;
    List<TableSlices> layouts = TableSlices.of(slices, horizon);
    if (layouts.isEmpty()) {
      return List.of();
    }
    boolean keyed = !format.key().isEmpty();
    if (scan.rows().inSql()) {
      TableQuery condition = any(layouts.stream().map(this::inside).toList());
      boolean few = layouts.stream().allMatch(TableSlices::isBounded);
      return keyed
          ? keyed(connection, condition, few, after, limit)
          : counted(connection, condition, after, limit);
    }
    return keyed
        ? keyedHere(connection, layouts, after, limit)
        : countedHere(connection, layouts, after, limit);
  }

  private static TableQuery any(List<TableQuery> conditions) {
    TableQuery any = new TableQuery();
    for (TableQuery one : conditions) {
      if (conditions.size() == 1 || one.isEmpty()) {
        return one;
      }
      any.add(any.isEmpty() ? "((" : ") or (").add(one);
    }
    return any.add("))");
  }

  /** The rows of a layout, without those between its slices. */
  private TableQuery inside(TableSlices layout) {
    TableQuery within = scan.within(layout, selection.horizon());
    if (!layout.byBucket() && scan.isExact(layout)) {
      return within;
    }
    TableQuery place = scan.place(layout);
    List<Integer> inside = new ArrayList<>();
    for (int i = 0; i <= layout.placeBounds().length; i++) {
      if (layout.slice(i) >= 0) {
        inside.add(i);
      }
    }
    String list = inside.toString();
    return within.and(place.add(" in (" + list.substring(1, list.length() - 1) + ")"));
  }

  // ---- by the database

  private List<RowVersion> keyed(
      Connection connection, TableQuery condition, boolean few, Optional<RowKey> after, int limit)
      throws SQLException {
    TableKeys keys = scan.keys();
    after.ifPresent(key -> condition.and(keys.after(key)));
    TableQuery rows = few ? scan.fromFew(version(), condition) : versions(condition);
    TableQuery query = rows.add(" order by " + keys.order() + " limit " + limit);
    return read(connection, query);
  }

  /** Key, version, hash. */
  TableQuery versions(TableQuery condition) {
    return scan.from(version(), condition);
  }

  private TableQuery version() {
    return TableQuery.of(scan.rows().key() + ", " + scan.rows().mark() + ", ")
        .add(scan.rows().hash(selection.salt()))
        .add(", 1");
  }

  private List<RowVersion> counted(
      Connection connection, TableQuery condition, Optional<RowKey> after, int limit)
      throws SQLException {
    TableQuery query = grouped(condition);
    after.ifPresent(key -> query.add(" where k > ?", key.text()));
    return read(connection, query.add(" group by k, h, m order by k limit " + limit));
  }

  /** Key, version, hash and count of rows that have no key of their own. */
  TableQuery grouped(TableQuery condition) {
    return TableQuery.of("select k, m, h, count(*) from (")
        .add(
            scan.from(
                TableQuery.of(scan.rows().key() + " as k, " + scan.rows().mark() + " as m, ")
                    .add(scan.rows().hash(selection.salt()))
                    .add(" as h"),
                condition))
        .add(") x");
  }

  /** Rows as {@link #versions} and {@link #grouped} select them; the large ones are hashed here. */
  List<RowVersion> read(Connection connection, TableQuery query) throws SQLException {
    List<RowVersion> page = new ArrayList<>();
    List<Integer> large = new ArrayList<>();
    query.each(
        connection,
        0,
        row -> {
          BigDecimal hash = row.getBigDecimal(3);
          if (hash == null) {
            large.add(page.size());
          }
          page.add(
              new RowVersion(
                  new RowKey(row.getString(1)),
                  scan.rows().mark(row, 2),
                  hash == null ? 0 : hash.toBigInteger().longValue(),
                  row.getLong(4)));
        });
    for (int place : large) { // one at a time: they are large
      page.set(place, hashedHere(connection, page.get(place).key()));
    }
    return page;
  }

  private RowVersion hashedHere(Connection connection, RowKey key) throws SQLException {
    TableQuery condition =
        scan.keys().among(List.of(key)).orElseThrow(() -> TableDigests.unhashed(scan.meta()));
    List<RowVersion> found = new ArrayList<>();
    scan.from(scan.rows().columns(), condition)
        .each(
            connection,
            1,
            row -> {
              RowVersion version = version(scan.rows().cells(row), 1);
              if (version.key().equals(key)) {
                found.add(version);
              }
            });
    if (found.size() != 1) {
      throw TableDigests.unhashed(scan.meta());
    }
    return found.get(0);
  }

  // ---- here

  private TableQuery within(List<TableSlices> layouts) {
    return any(layouts.stream().map(layout -> scan.within(layout, selection.horizon())).toList());
  }

  private boolean isInside(List<TableSlices> layouts, List<@Nullable String> cells) {
    return layouts.stream().anyMatch(layout -> TableDigests.find(format, layout, cells) >= 0);
  }

  private List<RowVersion> keyedHere(
      Connection connection, List<TableSlices> layouts, Optional<RowKey> after, int limit)
      throws SQLException {
    TableKeys keys = scan.keys();
    TableQuery condition = within(layouts);
    after.ifPresent(key -> condition.and(keys.after(key)));
    TableQuery query = scan.from(scan.rows().columns(), condition).add(" order by " + keys.order());
    if (layouts.stream().allMatch(layout -> !layout.byBucket() && scan.isExact(layout))) {
      query.add(" limit " + limit);
    }
    return query.read(
        connection,
        scan.rows().fetch(),
        rows -> {
          List<RowVersion> page = new ArrayList<>();
          while (page.size() < limit && rows.next()) {
            List<@Nullable String> cells = scan.rows().cells(rows);
            if (isInside(layouts, cells)) {
              page.add(version(cells, 1));
            }
          }
          return page;
        });
  }

  RowVersion version(List<@Nullable String> cells, long count) {
    return new RowVersion(
        format.key(cells), format.mark(cells), format.hash(selection.salt(), cells), count);
  }

  /** Keeps no more rows than a page has: a larger one is in none of its places any more. */
  private List<RowVersion> countedHere(
      Connection connection, List<TableSlices> layouts, Optional<RowKey> after, int limit)
      throws SQLException {
    TreeMap<String, RowVersion> first = new TreeMap<>();
    scan.from(scan.rows().columns(), within(layouts))
        .each(
            connection,
            scan.rows().fetch(),
            row -> {
              List<@Nullable String> cells = scan.rows().cells(row);
              RowVersion version = version(cells, 1);
              String key = version.key().text();
              if (isInside(layouts, cells)
                  && (after.isEmpty() || key.compareTo(after.get().text()) > 0)) {
                first.merge(key, version, TableManifest::more);
                if (first.size() > limit) {
                  first.pollLastEntry();
                }
              }
            });
    return List.copyOf(first.values());
  }

  private static RowVersion more(RowVersion one, RowVersion other) {
    return new RowVersion(one.key(), one.mark(), one.hash(), one.count() + other.count());
  }
}
