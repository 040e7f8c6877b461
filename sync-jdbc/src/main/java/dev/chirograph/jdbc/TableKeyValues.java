package dev.chirograph.jdbc;

import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.ColumnType.Kind;
import java.math.BigDecimal;
import java.time.YearMonth;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Texts of keys as values of their columns. A key may come from the other side, and be none that
 * this database could have: then it is absent, and no error.
 */
final class TableKeyValues {

  private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?");
  private static final int LONGEST_NUMBER = 150_000;
  private static final Pattern ID =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  private static final Pattern TIME =
      Pattern.compile("-?\\d{2,3}:([0-5]\\d):([0-5]\\d)(\\.\\d{1,9})?");
  private static final Pattern MOMENT =
      Pattern.compile(
          "(\\d{4,7})-(\\d\\d)-(\\d\\d)(?: (\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})?))?( BC)?");
  private static final Pattern INFINITE = Pattern.compile("-?infinity");

  private static final int POSTGRES_DATE = 5_874_897;
  private static final int POSTGRES_MOMENT = 294_276;
  private static final int POSTGRES_BEFORE = 4_713;

  private final Dialect dialect;

  TableKeyValues(Dialect dialect) {
    this.dialect = dialect;
  }

  /** The value that a column has whose text this is; empty when it can have none. */
  Optional<TableValue> of(TableColumn column, String text) {
    return switch (column.kind()) {
      case INTEGER, DECIMAL -> number(column.type(), text);
      case BOOLEAN -> truth(text);
      case BYTES -> bytes(text);
      case UUID -> ID.matcher(text).matches() ? Optional.of(id(text)) : Optional.empty();
      case DATE -> isMoment(text, false) ? typed(column, text, "date") : Optional.empty();
      case TIME -> isTime(text) ? typed(column, text, "time(9)") : Optional.empty();
      case TIMESTAMP ->
          isMoment(text, true) ? typed(column, text, "timestamp(9)") : Optional.empty();
      case INSTANT ->
          isMoment(text, true)
              ? typed(column, inUtc(text), "timestamp(9) with time zone")
              : Optional.empty();
      default ->
          storable(text) && column.label() && dialect == Dialect.POSTGRESQL
              ? Optional.of(label(column, text))
              : storable(text) ? typed(column, text, "") : Optional.empty();
    };
  }

  /** A text that is compared with texts; empty when the database has no such text. */
  Optional<TableValue> text(String text) {
    return storable(text) ? Optional.of(new TableValue("?", text)) : Optional.empty();
  }

  /** What stands for null where rows are ordered: SQLite alone has it in keys. */
  Optional<TableValue> none(boolean ordering) {
    return ordering && dialect == Dialect.SQLITE ? Optional.of(TableValue.NONE) : Optional.empty();
  }

  /** Only as a key is written: {@code 1e999999999} would be written out by drivers. */
  private Optional<TableValue> number(ColumnType type, String text) {
    if (text.length() > LONGEST_NUMBER || !NUMBER.matcher(text).matches()) {
      return Optional.empty();
    }
    BigDecimal number = new BigDecimal(text);
    if (dialect == Dialect.H2 && !hasRoom(type, number)) {
      return Optional.empty();
    }
    boolean whole = number.signum() == 0 || number.stripTrailingZeros().scale() <= 0;
    boolean small = number.precision() - number.scale() <= 18;
    return Optional.of(
        new TableValue("?", whole && small ? (Object) number.longValueExact() : number));
  }

  /** H2 makes a value of the column's type of what a column is compared with, or fails. */
  private static boolean hasRoom(ColumnType type, BigDecimal number) {
    int room = type.size() - type.digits();
    if (type.kind() == Kind.DECIMAL) {
      return room <= 0 || number.precision() - number.scale() <= room;
    }
    int bits =
        switch (type.size()) {
          case 3 -> Byte.SIZE;
          case 5 -> Short.SIZE;
          case 10 -> Integer.SIZE;
          case 19 -> Long.SIZE;
          default -> Integer.MAX_VALUE;
        };
    return number.toBigInteger().bitLength() < bits;
  }

  private Optional<TableValue> truth(String text) {
    if (!text.equals("0") && !text.equals("1")) {
      return Optional.empty();
    }
    return Optional.of(
        switch (dialect) {
          case POSTGRESQL, H2 -> new TableValue("cast(? as boolean)", text);
          default -> new TableValue("?", Long.valueOf(text));
        });
  }

  private static Optional<TableValue> bytes(String text) {
    try {
      return Optional.of(new TableValue("?", HexFormat.of().parseHex(text)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private TableValue id(String text) {
    return switch (dialect) {
      case POSTGRESQL -> new TableValue("cast(? as uuid)", text);
      case H2 -> new TableValue("?", UUID.fromString(text));
      default -> new TableValue("?", text);
    };
  }

  private Optional<TableValue> typed(TableColumn column, String text, String h2) {
    return Optional.of(
        switch (dialect) {
          case POSTGRESQL -> new TableValue("cast(? as " + postgres(column) + ")", text);
          case H2 -> new TableValue(h2.isEmpty() ? "?" : "cast(? as " + h2 + ")", text);
          case SQLITE -> new TableValue("?", comparable(column, text));
          case MARIADB -> new TableValue("?", text);
        });
  }

  /** Without a length, "character" is a single one. */
  private static String postgres(TableColumn column) {
    return column.sqlType().equals("character") ? "bpchar" : column.sqlType();
  }

  /** A text that is no label of the type is null, where a cast would be an error. */
  private static TableValue label(TableColumn column, String text) {
    String type = column.sqlType();
    return new TableValue(
        "(select cast(cast(l.enumlabel as text) as "
            + type
            + ") from pg_catalog.pg_enum l where l.enumtypid = cast('"
            + type.replace("'", "''")
            + "' as regtype) and l.enumlabel = ?)",
        text);
  }

  private static String comparable(TableColumn column, String text) {
    return switch (column.kind()) {
      case TIMESTAMP, INSTANT -> new ColumnType(Kind.TIMESTAMP, 6).text(text.replace("+00", ""));
      case TIME -> new ColumnType(Kind.TIME, 6).text(text);
      default -> text;
    };
  }

  private String inUtc(String text) {
    if (dialect == Dialect.MARIADB || text.endsWith("infinity")) { // MariaDB's sessions are in UTC
      return text;
    }
    return text.endsWith(" BC") ? text.replace(" BC", "+00 BC") : text + "+00";
  }

  private boolean storable(String text) {
    boolean zero = dialect == Dialect.POSTGRESQL && text.indexOf('\0') >= 0;
    return !zero && text.codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF);
  }

  // ---- dates and times

  /** Whether values are read by the database as dates and times, and others are errors to it. */
  private boolean isStrict() {
    return dialect == Dialect.POSTGRESQL || dialect == Dialect.H2;
  }

  private boolean isTime(String text) {
    if (!TIME.matcher(text).matches()) {
      return false;
    }
    boolean midnight = dialect == Dialect.POSTGRESQL && text.matches("24:00:00(\\.0+)?");
    return !isStrict() || midnight || (text.indexOf(':') == 2 && text.compareTo("24") < 0);
  }

  private boolean isMoment(String text, boolean timed) {
    if (INFINITE.matcher(text).matches()) {
      return dialect != Dialect.H2;
    }
    Matcher moment = MOMENT.matcher(text);
    if (!moment.matches() || timed == (moment.group(4) == null)) {
      return false;
    }
    boolean before = moment.group(5) != null;
    int year = Integer.parseInt(moment.group(1));
    int month = Integer.parseInt(moment.group(2));
    int day = Integer.parseInt(moment.group(3));
    return !isStrict()
        || (hasYear(year, before, timed)
            && month >= 1
            && month <= 12
            && day >= 1
            && day <= YearMonth.of(before ? 1 - year : year, month).lengthOfMonth()
            && (!timed || isTime(moment.group(4))));
  }

  private boolean hasYear(int year, boolean before, boolean timed) {
    int last = timed ? POSTGRES_MOMENT : POSTGRES_DATE;
    return year >= 1
        && (dialect != Dialect.POSTGRESQL || year <= (before ? POSTGRES_BEFORE : last));
  }
}
