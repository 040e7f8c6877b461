package dev.chirograph.jdbc;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
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
      if (scan.rows().inSql()) {
        bySql(connection, layout, digests);
      } else {
        here(connection, layout, scan.within(layout, selection.horizon()), digests);
      }
    }
    return List.of(digests);
  }

  private long horizon() {
    return selection.format().mark().isPresent() ? selection.horizon().value() : Long.MAX_VALUE;
  }

  // ---- by the database

  private void bySql(Connection connection, TableSlices layout, Digest[] digests)
      throws SQLException {
    TableQuery within = scan.within(layout, selection.horizon());
    TableQuery inner = scan.placed(layout, scan.rows().hash(selection.salt()), within);
    String xor = scan.dialect() == Dialect.H2 ? "bit_xor_agg" : "bit_xor";
    long[] left = {0};
    TableQuery.of("select place, count(*), count(h), sum(h), " + xor + "(h) from (")
        .add(inner)
        .add(once() + ") x group by place")
        .each(
            connection,
            0,
            row -> {
              int slice = layout.slice(row.getInt(1));
              if (slice >= 0) {
                long hashed = row.getLong(3);
                digests[slice] =
                    hashed == 0 ? Digest.EMPTY : new Digest(hashed, low(row, 4), low(row, 5));
                left[0] += row.getLong(2) - hashed;
              }
            });
    if (left[0] > 0) {
      TableQuery large = TableQuery.of(scan.rows().large().orElse("1 = 0"));
      long found =
          here(connection, layout, scan.within(layout, selection.horizon()).and(large), digests);
      if (found != left[0]) {
        throw unhashed(scan.meta());
      }
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

  /** A row that is not large has no hash. */
  static SyncException unhashed(TableMeta meta) {
    return new SyncException(
        SyncException.Kind.UNSUPPORTED,
        "the database could not hash a row of the table "
            + meta.shape().name()
            + "; let it have longer texts (max_allowed_packet on MariaDB), or leave large columns"
            + " out");
  }

  /** The last 64 bits of a number. */
  private static long low(ResultSet rows, int column) throws SQLException {
    BigDecimal number = rows.getBigDecimal(column);
    return number.toBigInteger().longValue();
  }

  // ---- here

  /** Adds the rows of a condition to their slices; answers how many there were. */
  private long here(
      Connection connection, TableSlices layout, TableQuery condition, Digest[] digests)
      throws SQLException {
    RowFormat format = selection.format();
    long[] found = {0};
    scan.from(scan.rows().columns(), condition)
        .each(
            connection,
            scan.rows().fetch(),
            row -> {
              List<@Nullable String> cells = scan.rows().cells(row);
              int slice = find(format, layout, cells);
              if (slice >= 0) {
                Digest one = Digest.of(format.hash(selection.salt(), cells));
                digests[slice] = digests[slice].plus(one);
                found[0]++;
              }
            });
    return found[0];
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
