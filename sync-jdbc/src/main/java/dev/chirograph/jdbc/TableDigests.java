package dev.chirograph.jdbc;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.Selection;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Digests of slices of a table: one pass for all that share no row. */
final class TableDigests {

  private final TableScan scan;
  private final Selection selection;

  TableDigests(TableScan scan, Selection selection) {
    this.scan = scan;
    this.selection = selection;
  }

  List<Digest> of(Connection connection, List<? extends Slice> slices) throws SQLException {
    Digest[] digests = new Digest[slices.size()];
    Arrays.fill(digests, Digest.EMPTY);
    for (TableSlices layout : TableSlices.of(slices, horizon())) {
      if (!scan.rows().inSql() || !bySql(connection, layout, digests)) {
        here(connection, layout, digests);
      }
    }
    return List.of(digests);
  }

  private long horizon() {
    return selection.format().mark().isPresent() ? selection.horizon().value() : Long.MAX_VALUE;
  }

  // ---- by the database

  /** Answers false when the database could not hash a row, for its length. */
  private boolean bySql(Connection connection, TableSlices layout, Digest[] digests)
      throws SQLException {
    TableQuery inner =
        scan.placed(
            layout, scan.rows().hash(selection.salt()), scan.within(layout, selection.horizon()));
    String xor = scan.dialect() == Dialect.H2 ? "bit_xor_agg" : "bit_xor";
    TableQuery query =
        TableQuery.of("select place, count(*), count(h), sum(h), " + xor + "(h) from (")
            .add(inner)
            .add(once() + ") x group by place");
    try {
      return query.read(connection, 0, rows -> add(rows, layout, digests));
    } catch (SQLException e) {
      if (tooLong(e)) {
        return false;
      }
      throw e;
    }
  }

  /** Keeps the database from putting the hash wherever it is named, and computing it each time. */
  private String once() {
    return switch (scan.dialect()) {
      case POSTGRESQL -> " offset 0";
      case MARIADB -> " limit 18446744073709551615";
      default -> "";
    };
  }

  private static boolean add(ResultSet rows, TableSlices layout, Digest[] digests)
      throws SQLException {
    while (rows.next()) {
      if (rows.getLong(2) != rows.getLong(3)) {
        return false;
      }
      int slice = layout.slice(rows.getInt(1));
      if (slice >= 0) {
        digests[slice] = new Digest(rows.getLong(2), low(rows, 4), low(rows, 5));
      }
    }
    return true;
  }

  /** The last 64 bits of a number. */
  private static long low(ResultSet rows, int column) throws SQLException {
    BigDecimal number = rows.getBigDecimal(column);
    return number.toBigInteger().longValue();
  }

  /** Whether a text was too long for H2, whose texts have a million characters at most. */
  static boolean tooLong(SQLException error) {
    return error.getClass().getName().startsWith("org.h2.") && "22001".equals(error.getSQLState());
  }

  // ---- here

  private void here(Connection connection, TableSlices layout, Digest[] digests)
      throws SQLException {
    RowFormat format = selection.format();
    for (int i = 0; i < digests.length; i++) {
      if (layout.has(i)) {
        digests[i] = Digest.EMPTY;
      }
    }
    scan.from(scan.rows().columns(), scan.within(layout, selection.horizon()))
        .each(
            connection,
            scan.rows().fetch(),
            row -> {
              List<@Nullable String> cells = scan.rows().cells(row);
              int slice = find(format, layout, cells);
              if (slice >= 0) {
                digests[slice] =
                    digests[slice].plus(Digest.of(format.hash(selection.salt(), cells)));
              }
            });
  }

  /** The slice of a row; -1 for none. */
  static int find(RowFormat format, TableSlices layout, List<@Nullable String> cells) {
    long mark = layout.byMark() ? at(format, cells) : 0;
    int bucket = layout.byBucket() ? Slice.Bucket.of(format.key(cells).text()) : 0;
    return layout.find(mark, bucket);
  }

  /** Where a row is among the ranges. */
  static long at(RowFormat format, List<@Nullable String> cells) {
    Column column = format.range().orElseThrow();
    String cell = cells.get(format.indexOf(column.name()));
    return cell == null ? Long.MIN_VALUE : Mark.of(column.type(), cell).value();
  }
}
