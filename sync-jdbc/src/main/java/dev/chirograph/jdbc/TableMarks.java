package dev.chirograph.jdbc;

import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.ColumnType.Kind;
import dev.chirograph.spi.table.Mark;
import java.util.HexFormat;

/** A column whose values are versions: its values as numbers, and ranges of them. */
final class TableMarks {

  /** Years 1 to 9999; what lies beyond is compared as if without bound. */
  private static final long EARLIEST = Mark.of(moment(), "0001-01-01 00:00:00.000000").value();

  private static final long LATEST = Mark.of(moment(), "9999-12-31 23:59:59.999999").value();

  private final Dialect dialect;
  private final TableColumn column;
  private final String name;

  TableMarks(Dialect dialect, TableColumn column, String alias) {
    this.dialect = dialect;
    this.column = column;
    this.name = alias + "." + TableNaming.quoted(dialect, column.name());
  }

  private static ColumnType moment() {
    return new ColumnType(Kind.TIMESTAMP, 6);
  }

  TableColumn column() {
    return column;
  }

  /** What is compared with a value. */
  String compared() {
    return dialect == Dialect.SQLITE && isTime() ? TableSqlite.comparable(name) : name;
  }

  private boolean isTime() {
    return column.kind() == Kind.TIMESTAMP || column.kind() == Kind.INSTANT;
  }

  /** The version as a 64-bit number, null for null. */
  String number() {
    return switch (column.kind()) {
      case TIMESTAMP, INSTANT -> micros();
      case BYTES -> unsigned();
      default ->
          switch (dialect) {
            case POSTGRESQL -> name + "::bigint";
            case MARIADB -> "cast(" + name + " as signed)";
            default -> "cast(" + name + " as bigint)";
          };
    };
  }

  private String micros() {
    return switch (dialect) {
      case POSTGRESQL ->
          "case when isfinite(%1$s) then (extract(epoch from %1$s) * 1000000)::bigint when %1$s > now() then 9223372036854775807 end"
              .formatted(name);
      case MARIADB -> "timestampdiff(microsecond, '1970-01-01', " + name + ")";
      case SQLITE ->
          "cast(strftime('%s', "
              + compared()
              + ") as integer) * 1000000 + cast(substr("
              + compared()
              + ", 21) as integer)";
      case H2 -> "cast(floor(extract(epoch from " + name + ") * 1000000) as bigint)";
    };
  }

  private String unsigned() {
    return switch (dialect) {
      case POSTGRESQL ->
          "('x' || rpad(encode("
              + name
              + ", 'hex'), 16, '0'))::bit(64)::bigint # (-9223372036854775808)::bigint";
      case MARIADB ->
          "cast(cast(conv(rpad(hex("
              + name
              + "), 16, '0'), 16, 10) as decimal(20)) - 9223372036854775808 as signed)";
      case SQLITE -> TableSqlite.number(name);
      case H2 ->
          "bitxor(cast(cast("
              + name
              + " as binary(8)) as bigint), cast(-9223372036854775808 as bigint))";
    };
  }

  /** A version as a value of the column. */
  TableValue value(long mark) {
    return switch (column.kind()) {
      case TIMESTAMP, INSTANT -> time(new Mark(mark).cell(moment()));
      case BYTES -> new TableValue("?", bytes(mark));
      default -> new TableValue("?", mark);
    };
  }

  private byte[] bytes(long mark) {
    return HexFormat.of().parseHex(new Mark(mark).cell(column.type()));
  }

  private TableValue time(String text) {
    String zone = column.kind() == Kind.INSTANT ? "+00" : "";
    return switch (dialect) {
      case POSTGRESQL -> new TableValue("cast(? as " + column.sqlType() + ")", text + zone);
      case H2 -> new TableValue("cast(? as " + h2Type() + ")", text + zone);
      default -> new TableValue("?", text);
    };
  }

  private String h2Type() {
    return column.kind() == Kind.INSTANT ? "timestamp(9) with time zone" : "timestamp(9)";
  }

  /**
   * Rows whose version lies in a range; without a version they lie before every other one.
   *
   * @param after the version before the first; {@link Long#MIN_VALUE} for no bound
   * @param through the last version; {@link Long#MAX_VALUE} for no bound
   */
  TableQuery within(long after, long through) {
    boolean low = after != Long.MIN_VALUE && !(isTime() && after < EARLIEST);
    boolean high = through != Long.MAX_VALUE && !(isTime() && through > LATEST);
    TableQuery query = new TableQuery();
    if (low) {
      query.add(compared() + " > ").add(value(after));
    }
    if (high) {
      boolean nulls = !low && column.column().nullable();
      query
          .add(low ? " and " : nulls ? "(" : "")
          .add(compared() + " <= ")
          .add(value(Math.max(through, isTime() ? EARLIEST : Long.MIN_VALUE)));
      query.add(nulls ? " or " + name + " is null)" : "");
    }
    return query;
  }

  /** Rows of this version or an earlier one, where they have one. */
  TableQuery upTo(long through) {
    return through == Long.MAX_VALUE || (isTime() && through > LATEST)
        ? new TableQuery()
        : TableQuery.of(compared() + " <= ")
            .add(value(Math.max(through, isTime() ? EARLIEST : Long.MIN_VALUE)));
  }

  /** Rows of one version. */
  TableQuery at(long mark) {
    if (mark == Long.MIN_VALUE) {
      return TableQuery.of(name + " is null");
    }
    return TableQuery.of(compared() + " = ").add(value(mark));
  }
}
