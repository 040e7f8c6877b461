package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.RowFormat;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A table in a format, and the parts of queries that say which of its rows are meant. */
final class TableScan {

  private final Dialect dialect;
  private final TableMeta meta;
  private final TableScope scope;
  private final TableRowSql rows;
  private final Optional<TableMarks> range;

  TableScan(Dialect dialect, TableMeta meta, TableScope scope, RowFormat format) {
    this.dialect = dialect;
    this.meta = meta;
    this.scope = scope;
    this.rows = new TableRowSql(dialect, meta, format);
    this.range =
        format
            .range()
            .map(column -> new TableMarks(dialect, meta.column(column.name()), TableRowSql.ALIAS));
  }

  TableRowSql rows() {
    return rows;
  }

  TableMeta meta() {
    return meta;
  }

  Dialect dialect() {
    return dialect;
  }

  /** The column by which the table is cut into ranges. */
  TableMarks range() {
    return range.orElseThrow(
        () ->
            new SyncException(
                SyncException.Kind.UNSUPPORTED,
                "the table "
                    + meta.shape().name()
                    + " has neither versions nor a whole number as its key, so it has no ranges"));
  }

  /** Whether all rows of the table are meant, and not those of one tenant. */
  boolean isOfAll() {
    return scope.columns().isEmpty();
  }

  boolean rangeIsIndexed() {
    return meta.indexed().contains(range().column().name());
  }

  TableKeys keys() {
    return new TableKeys(dialect, meta, rows.format());
  }

  /** The table, and the rows that are meant in any case. */
  TableQuery from(String selected, TableQuery condition) {
    return from(TableQuery.of(selected), condition);
  }

  TableQuery from(TableQuery selected, TableQuery condition) {
    return from(selected, "", condition);
  }

  /**
   * The same for few rows that are to be sorted: MariaDB would rather walk the whole table in the
   * order that is wanted.
   */
  TableQuery fromFew(TableQuery selected, TableQuery condition) {
    return from(
        selected, dialect == Dialect.MARIADB ? " use index for order by ()" : "", condition);
  }

  private TableQuery from(TableQuery selected, String hint, TableQuery condition) {
    TableQuery where = scope.condition(dialect, TableRowSql.ALIAS).and(condition);
    TableQuery query =
        TableQuery.of("select ")
            .add(selected)
            .add(" from " + meta.qualified(dialect) + " " + TableRowSql.ALIAS + hint);
    return where.isEmpty() ? query : query.add(" where ").add(where);
  }

  // ---- slices

  /** The rows of a layout's ranges; and others between them, when {@link #isExact} says no. */
  TableQuery within(TableSlices slices, Mark horizon) {
    if (!slices.byMark()) {
      return rows.format().mark().isEmpty()
          ? new TableQuery()
          : range().within(Long.MIN_VALUE, horizon.value());
    }
    List<TableSlices.Run> runs = slices.runs();
    if (!isExact(slices)) {
      return range().within(runs.get(0).after(), runs.get(runs.size() - 1).through());
    }
    TableQuery query = new TableQuery();
    for (TableSlices.Run run : runs) {
      TableQuery one = range().within(run.after(), run.through());
      if (runs.size() == 1 || one.isEmpty()) {
        return one;
      }
      query.add(query.isEmpty() ? "((" : ") or (").add(one);
    }
    return query.add("))");
  }

  /** Whether {@link #within} names the rows of the ranges and no others. */
  boolean isExact(TableSlices slices) {
    int most =
        switch (dialect) {
          case POSTGRESQL -> 1_000;
          case MARIADB -> 4_096;
          case SQLITE -> 100; // deeper conditions it refuses
          case H2 -> 1; // it uses no index for alternatives
        };
    int count = slices.runs().size();
    return !slices.byMark() || count == 1 || (count <= most && rangeIsIndexed());
  }

  /** How many bounds of the layout lie at or below a row. */
  TableQuery place(TableSlices slices) {
    return below(number(slices), slices.placeBounds());
  }

  /** Rows with their place, as {@link #place} has it, and their hash. */
  TableQuery placed(TableSlices slices, TableQuery hash, TableQuery condition) {
    if (slices.single() && isExact(slices)) {
      return from(TableQuery.of("1 as place, ").add(hash).add(" as h"), condition);
    }
    if (dialect != Dialect.H2) {
      return from(place(slices).add(" as place, ").add(hash).add(" as h"), condition);
    }
    // There each bound names the number, which is computed once this way.
    return TableQuery.of("select ")
        .add(below(TableQuery.of("n"), slices.placeBounds()))
        .add(" as place, h from (")
        .add(from(number(slices).add(" as n, ").add(hash).add(" as h"), condition))
        .add(") p");
  }

  /** The number along which the slices are laid out. */
  private TableQuery number(TableSlices slices) {
    TableQuery mark =
        slices.byMark()
            ? TableQuery.of("coalesce(" + range().number() + ", " + smallest() + ")")
            : new TableQuery();
    if (!slices.byBucket()) {
      return mark;
    }
    TableQuery bucket = TableQuery.of(rows.bucket());
    return slices.byMark()
        ? TableQuery.of("(")
            .add(below(mark, slices.rangeBounds()))
            .add(" * " + TableSlices.BUCKETS + " + ")
            .add(bucket)
            .add(")")
        : bucket;
  }

  private String smallest() {
    return dialect == Dialect.MARIADB
        ? "-9223372036854775808"
        : "cast(-9223372036854775808 as bigint)";
  }

  private TableQuery below(TableQuery number, long[] bounds) {
    return switch (dialect) {
      case POSTGRESQL ->
          TableQuery.of("width_bucket(cast(")
              .add(number)
              .add(" as bigint), ")
              .add("cast(? as bigint[]))", Arrays.stream(bounds).boxed().toArray(Long[]::new));
      case MARIADB ->
          TableQuery.of("interval(")
              .add(number)
              .add(
                  Arrays.stream(bounds)
                      .mapToObj(Long::toString)
                      .collect(Collectors.joining(", ", ", ", ")")));
      default -> TableQuery.of(tree(number.toString(), bounds, 0, bounds.length));
    };
  }

  /** A search among bounds, each half in a branch. */
  private static String tree(String number, long[] bounds, int from, int to) {
    if (from == to) {
      return Integer.toString(from);
    }
    int middle = (from + to) >>> 1;
    return "case when "
        + number
        + " < cast('"
        + bounds[middle]
        + "' as bigint) then "
        + tree(number, bounds, from, middle)
        + " else "
        + tree(number, bounds, middle + 1, to)
        + " end";
  }
}
