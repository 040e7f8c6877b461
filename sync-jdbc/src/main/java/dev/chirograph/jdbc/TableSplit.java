package dev.chirograph.jdbc;

import dev.chirograph.Slice;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Cuts ranges of versions where the rows are. */
final class TableSplit {

  /** A server sorts so many versions sooner than it answers a statement for each of many parts. */
  private static final int MANY = 32;

  private static final long SORTED = 4_000_000;

  private TableSplit() {}

  /** Parts with about as many rows, in their order. */
  static List<Slice.Marks> of(Connection connection, TableScan scan, Slice.Marks range, int parts)
      throws SQLException {
    List<Slice.Marks> cut = new ArrayList<>();
    long after = range.after();
    for (long end : ends(connection, scan, range, parts)) {
      if (end > after && end < range.through()) {
        cut.add(new Slice.Marks(after, end));
        after = end;
      }
    }
    cut.add(new Slice.Marks(after, range.through()));
    return cut;
  }

  private static List<Long> ends(
      Connection connection, TableScan scan, Slice.Marks range, int parts) throws SQLException {
    return scan.rangeIsIndexed()
        ? walked(connection, scan, range, parts)
        : sorted(connection, scan, range, parts);
  }

  private static boolean isServer(Dialect dialect) {
    return dialect == Dialect.POSTGRESQL || dialect == Dialect.MARIADB;
  }

  /** From one end of a part to the next, along the index. */
  private static List<Long> walked(
      Connection connection, TableScan scan, Slice.Marks range, int parts) throws SQLException {
    List<Long> ends = new ArrayList<>();
    long count =
        scan.from("count(*)", present(scan, range.after(), range.through()))
            .read(connection, 0, rows -> rows.next() ? rows.getLong(1) : 0L);
    if (parts > MANY && count <= SORTED && isServer(scan.dialect())) {
      return sorted(connection, scan, range, parts);
    }
    long after = range.after();
    long left = count;
    for (int part = parts; part > 1 && left > 1; part--) {
      long size = Math.max(1, left / part);
      OptionalLong end =
          scan.from(scan.range().number(), present(scan, after, range.through()))
              .add(" order by " + scan.range().compared() + " limit 1 offset " + (size - 1))
              .read(
                  connection,
                  0,
                  rows -> rows.next() ? OptionalLong.of(rows.getLong(1)) : OptionalLong.empty());
      if (end.isEmpty()) {
        break;
      }
      after = end.getAsLong();
      ends.add(after);
      left -= size;
    }
    return ends;
  }

  /** By one pass over all versions of the range, which the database sorts. */
  private static List<Long> sorted(
      Connection connection, TableScan scan, Slice.Marks range, int parts) throws SQLException {
    List<Long> ends = new ArrayList<>();
    String number = scan.range().number();
    TableQuery numbered =
        scan.from(
            number + " as n, ntile(" + parts + ") over (order by " + number + ") as part",
            present(scan, range.after(), range.through()));
    TableQuery.of("select max(n) from (")
        .add(numbered)
        .add(") x group by part order by 1")
        .each(connection, 0, row -> ends.add(row.getLong(1)));
    return ends;
  }

  private static TableQuery present(TableScan scan, long after, long through) {
    TableQuery condition = scan.range().within(after, through);
    return scan.range().column().column().nullable()
        ? condition.and(TableQuery.of(scan.range().compared() + " is not null"))
        : condition;
  }
}
