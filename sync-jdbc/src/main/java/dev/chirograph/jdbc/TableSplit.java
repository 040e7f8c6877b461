package dev.chirograph.jdbc;

import dev.chirograph.Slice;
import dev.chirograph.spi.table.ColumnType;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Cuts ranges of versions where the rows are. */
final class TableSplit {

  /** A server sorts so many versions sooner than it answers a statement for each of many parts. */
  private static final int MANY = 32;

  private static final long SORTED = 4_000_000;

  private final Connection connection;
  private final TableScan scan;
  private final Slice.Marks range;
  private final int parts;

  private TableSplit(Connection connection, TableScan scan, Slice.Marks range, int parts) {
    this.connection = connection;
    this.scan = scan;
    this.range = range;
    this.parts = parts;
  }

  /** Parts with about as many rows, in their order. */
  static List<Slice.Marks> of(Connection connection, TableScan scan, Slice.Marks range, int parts)
      throws SQLException {
    List<Slice.Marks> cut = new ArrayList<>();
    long after = range.after();
    for (long end : new TableSplit(connection, scan, range, parts).ends()) {
      if (end > after && end < range.through()) {
        cut.add(new Slice.Marks(after, end));
        after = end;
      }
    }
    cut.add(new Slice.Marks(after, range.through()));
    return cut;
  }

  private List<Long> ends() throws SQLException {
    if (!scan.rangeIsIndexed()) {
      return sorted();
    }
    long count =
        scan.from("count(*)", present(range.after()))
            .read(connection, 0, rows -> rows.next() ? rows.getLong(1) : 0L);
    long each = Math.max(1, (count + parts - 1) / parts);
    if (scan.dialect() == Dialect.POSTGRESQL) {
      return walkedByPostgres(each);
    }
    if (mayWalkByMariaDb()) {
      return walkedByMariaDb(each);
    }
    boolean sorts = scan.dialect() == Dialect.MARIADB && parts > MANY && count <= SORTED;
    return sorts ? sorted() : walked(each);
  }

  /** From one end of a part to the next, along the index, with a statement for each. */
  private List<Long> walked(long each) throws SQLException {
    List<Long> ends = new ArrayList<>();
    OptionalLong end = OptionalLong.of(range.after());
    while (ends.size() < parts - 1) {
      end =
          scan.from(scan.range().number(), present(end.getAsLong()))
              .add(" order by " + scan.range().compared() + " limit 1 offset " + (each - 1))
              .read(
                  connection,
                  0,
                  rows -> rows.next() ? OptionalLong.of(rows.getLong(1)) : OptionalLong.empty());
      if (end.isEmpty()) {
        break;
      }
      ends.add(end.getAsLong());
    }
    return ends;
  }

  /** The same with one statement, which goes on from each row to the next. */
  private List<Long> walkedByPostgres(long each) throws SQLException {
    String compared = scan.range().compared();
    String selected = compared + " as v, " + scan.range().number() + " as n";
    String next = " order by " + compared + " limit 1 offset " + (each - 1);
    TableQuery above = TableQuery.of(compared + " > e.v").and(scan.range().upTo(range.through()));
    List<Long> ends = new ArrayList<>();
    TableQuery.of("with recursive e(v, n) as ((")
        .add(scan.from(selected, present(range.after())).add(next))
        .add(") union all select x.v, x.n from e, lateral (")
        .add(scan.from(selected, above).add(next))
        .add(") x) select n from e limit " + (parts - 1))
        .each(connection, 0, row -> ends.add(row.getLong(1)));
    return ends;
  }

  /** MySQL has no such blocks, and what they are told has to be a number. */
  private boolean mayWalkByMariaDb() throws SQLException {
    return scan.dialect() == Dialect.MARIADB
        && TableIncarnation.isMariaDb(connection)
        && scan.range().column().kind() == ColumnType.Kind.INTEGER
        && scan.isOfAll();
  }

  /** The same by a loop in the server, as MariaDB finds no index for what another row tells. */
  private List<Long> walkedByMariaDb(long each) throws SQLException {
    String compared = scan.range().compared();
    String next =
        scan.from(
                compared,
                TableQuery.of(compared + " > at_end and " + compared + " <= " + range.through()))
            .add(" order by " + compared + " limit 1 offset " + (each - 1))
            .toString();
    String loop =
        "begin not atomic declare at_end bigint default "
            + range.after()
            + "; declare all_ends longtext default ''; repeat set at_end = ("
            + next
            + "); if at_end is not null then set all_ends = concat(all_ends, at_end, ' '); end if;"
            + " until at_end is null end repeat; select all_ends; end";
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(loop)) {
      rows.next();
      return Stream.of(rows.getString(1).split(" "))
          .filter(end -> !end.isEmpty())
          .limit(parts - 1L)
          .map(Long::valueOf)
          .toList();
    }
  }

  /** By one pass over all versions of the range, which the database sorts. */
  private List<Long> sorted() throws SQLException {
    List<Long> ends = new ArrayList<>();
    String number = scan.range().number();
    TableQuery numbered =
        scan.from(
            number + " as n, ntile(" + parts + ") over (order by " + number + ") as part",
            present(range.after()));
    TableQuery.of("select max(n) from (")
        .add(numbered)
        .add(") x group by part order by 1")
        .each(connection, 0, row -> ends.add(row.getLong(1)));
    return ends;
  }

  private TableQuery present(long after) {
    TableQuery condition = scan.range().within(after, range.through());
    return scan.range().column().column().nullable()
        ? condition.and(TableQuery.of(scan.range().compared() + " is not null"))
        : condition;
  }
}
