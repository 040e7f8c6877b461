package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.ColumnType.Kind;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How the values of columns become the text that {@link ColumnType} says: by SQL, which then also
 * hashes it, or here.
 */
final class TableCells {

  /** H2 writes a decimal of more digits with an exponent. */
  private static final int H2_PLAIN = 6;

  private final Dialect dialect;
  private final String table;

  TableCells(Dialect dialect, String table) {
    this.dialect = dialect;
    this.table = table;
  }

  // ---- by SQL

  /**
   * SQL for the text of a value, null for null; empty where it is written here.
   *
   * @param wanted the type that the other side has agreed to
   * @param value SQL for the value
   */
  Optional<String> text(TableColumn column, ColumnType wanted, String value) {
    if (!wanted.isSameInSql() || !column.type().isSameInSql()) {
      return Optional.empty();
    }
    return switch (dialect) {
      case POSTGRESQL -> Optional.of(postgres(column, wanted, value));
      case MARIADB -> Optional.of(mariaDb(column, wanted, value));
      case H2 -> h2(column, wanted, value);
      case SQLITE -> Optional.empty();
    };
  }

  /**
   * SQL for the bytes of that text in UTF-8, or for what becomes these bytes when it is joined with
   * others: quicker where a database copies text from one set of characters to the next.
   */
  Optional<String> bytes(TableColumn column, ColumnType wanted, String value) {
    Optional<String> text = text(column, wanted, value);
    if (dialect != Dialect.MARIADB || text.isEmpty()) {
      return text;
    }
    return switch (wanted.kind()) {
      case INTEGER, BOOLEAN, DECIMAL, DATE, TIME, TIMESTAMP, INSTANT ->
          Optional.of(plain(text.get(), value));
      default -> Optional.of("cast(" + text.get() + " as binary)");
    };
  }

  /** Numbers and times have no character beyond ASCII, whoever writes them as text. */
  private static String plain(String text, String value) {
    return text.equals(chars(value)) ? value : text;
  }

  private static String postgres(TableColumn column, ColumnType wanted, String value) {
    int digits = wanted.digits();
    return switch (wanted.kind()) {
      case DECIMAL -> "round(cast(" + value + " as numeric), " + digits + ")::text";
      case INTEGER, BOOLEAN ->
          column.kind() == Kind.BOOLEAN
              ? "cast(" + value + " as int)::text"
              : wholePostgres(column, value);
      // Some collations refuse to have texts in them replaced.
      case TEXT -> "(" + value + "::text collate \"C\")";
      case BYTES -> "encode(" + value + ", 'hex')";
      case UUID -> "lower(" + value + "::text)";
      case TIME -> cut(value + "::text", 8, digits, "rpad(to_char(" + value + ", 'US'), 6, '0')");
      case TIMESTAMP -> momentPostgres(value, digits);
      case INSTANT -> momentPostgres("(" + value + " at time zone 'UTC')", digits);
      default -> value + "::text";
    };
  }

  /** Numbers that the host has declared whole are rounded. */
  private static String wholePostgres(TableColumn column, String value) {
    return column.sqlType().equals("numeric") ? "round(" + value + ")::text" : value + "::text";
  }

  /**
   * Infinite moments are written as they are, and those before our era with BC behind. Years of
   * four digits have a text of known length, which is quicker than a format.
   */
  private static String momentPostgres(String value, int digits) {
    String text = value + "::text";
    String filled = text + " || substr('.000000', length(" + text + ") - 18)";
    String quick =
        switch (digits) {
          case 6 -> filled;
          case 0 -> "left(" + text + ", 19)";
          default -> "left(" + filled + ", " + (20 + digits) + ")";
        };
    return "case when "
        + value
        + " >= timestamp '0001-01-01' and "
        + value
        + " < timestamp '10000-01-01' then "
        + quick
        + " when isfinite("
        + value
        + ") then to_char("
        + value
        + ", 'YYYY-MM-DD HH24:MI:SS')"
        + (digits == 0 ? "" : " || '.' || left(to_char(" + value + ", 'US'), " + digits + ")")
        + " || case when "
        + value
        + " < timestamp '0001-01-01' then ' BC' else '' end else "
        + text
        + " end";
  }

  private static String cut(String text, int whole, int digits, String micros) {
    return "left("
        + text
        + ", "
        + whole
        + ")"
        + (digits == 0 ? "" : " || '.' || left(" + micros + ", " + digits + ")");
  }

  private static String mariaDb(TableColumn column, ColumnType wanted, String value) {
    int digits = wanted.digits();
    String plain = chars(value);
    return switch (wanted.kind()) {
      case DECIMAL ->
          column.kind() == Kind.DECIMAL && column.type().digits() == digits
              ? plain
              : chars("cast(" + value + " as decimal(65, " + digits + "))");
      case INTEGER, BOOLEAN ->
          column.sqlType().equals("bit") ? chars("cast(" + value + " as unsigned)") : plain;
      case BYTES -> "lower(hex(" + value + "))";
      case TEXT -> "convert(" + value + " using utf8mb4)";
      case UUID -> "lower(" + plain + ")";
      case TIME, TIMESTAMP, INSTANT -> secondsMariaDb(column, plain, digits);
      default -> plain;
    };
  }

  private static String chars(String value) {
    return "convert(cast(" + value + " as char) using utf8mb4)";
  }

  private static String secondsMariaDb(TableColumn column, String text, int digits) {
    int own = column.type().digits();
    int less = own == digits ? 0 : own - digits + (digits == 0 ? 1 : 0);
    return less == 0 ? text : "left(" + text + ", char_length(" + text + ") - " + less + ")";
  }

  private static Optional<String> h2(TableColumn column, ColumnType wanted, String value) {
    int digits = wanted.digits();
    String plain = "cast(" + value + " as varchar)";
    return switch (wanted.kind()) {
      case DECIMAL ->
          digits > H2_PLAIN
              ? Optional.empty()
              : Optional.of("cast(cast(" + value + " as numeric(100, " + digits + ")) as varchar)");
      case INTEGER, BOOLEAN ->
          Optional.of(
              column.kind() == Kind.BOOLEAN
                  ? "case when " + value + " then '1' when not " + value + " then '0' end"
                  : "cast(cast(" + value + " as numeric(100)) as varchar)");
      case TEXT ->
          column.sqlType().endsWith("LARGE OBJECT") ? Optional.empty() : Optional.of(plain);
      case BYTES ->
          column.sqlType().endsWith("LARGE OBJECT")
              ? Optional.empty()
              : Optional.of("lower(rawtohex(" + value + "))");
      case UUID -> Optional.of("lower(" + plain + ")");
      case DATE ->
          Optional.of(
              "case when extract(year from "
                  + value
                  + ") > 0 then "
                  + plain
                  + " else lpad(cast(1 - extract(year from "
                  + value
                  + ") as varchar), 4, '0') || right("
                  + plain
                  + ", 6) || ' BC' end");
      case TIME -> Optional.of("to_char(" + value + ", 'HH24:MI:SS" + fraction(digits) + "')");
      case TIMESTAMP -> Optional.of(momentH2(value, digits));
      case INSTANT -> Optional.of(momentH2("(" + value + " at time zone 'UTC')", digits));
      default -> Optional.of(plain);
    };
  }

  private static String momentH2(String value, int digits) {
    String year = "extract(year from " + value + ")";
    String rest = "to_char(" + value + ", '-MM-DD HH24:MI:SS" + fraction(digits) + "')";
    return "case when "
        + year
        + " > 0 then lpad(cast("
        + year
        + " as varchar), greatest(4, length(cast("
        + year
        + " as varchar))), '0') || "
        + rest
        + " else lpad(cast(1 - "
        + year
        + " as varchar), 4, '0') || "
        + rest
        + " || ' BC' end";
  }

  private static String fraction(int digits) {
    return digits == 0 ? "" : ".FF" + digits;
  }

  // ---- here

  /** What a query selects to have it read by {@link #read}. */
  String selected(TableColumn column, ColumnType wanted, String value) {
    if (wanted.kind() == Kind.BYTES || dialect == Dialect.SQLITE) {
      return value;
    }
    Optional<String> text = text(column, wanted, value);
    if (text.isPresent()) {
      return text.get();
    }
    return switch (dialect) {
      case POSTGRESQL -> value + "::text";
      case MARIADB -> column.kind() == Kind.FLOAT ? "cast(" + value + " as double)" : value;
      default -> value;
    };
  }

  /**
   * The text of a value.
   *
   * @throws SyncException of kind UNSUPPORTED when the value is none of its column's type
   */
  @Nullable String read(ResultSet row, int index, TableColumn column, ColumnType wanted)
      throws SQLException {
    if (dialect == Dialect.SQLITE) {
      Object value = row.getObject(index);
      return value == null ? null : checked(column, wanted, () -> TableSqlite.text(wanted, value));
    }
    if (wanted.kind() == Kind.BYTES) {
      byte[] bytes = row.getBytes(index);
      return bytes == null ? null : HexFormat.of().formatHex(bytes);
    }
    if (dialect == Dialect.H2 && wanted.kind() == Kind.DECIMAL && wanted.digits() > H2_PLAIN) {
      BigDecimal number = row.getBigDecimal(index);
      return number == null
          ? null
          : checked(column, wanted, () -> wanted.text(number.toPlainString()));
    }
    String text = row.getString(index);
    return text == null || (wanted.isSameInSql() && column.type().isSameInSql())
        ? text
        : checked(column, wanted, () -> wanted.text(text));
  }

  @FunctionalInterface
  private interface Writing {
    String text();
  }

  private String checked(TableColumn column, ColumnType wanted, Writing writing) {
    try {
      return writing.text();
    } catch (IllegalArgumentException | SyncException e) {
      throw new SyncException(
          SyncException.Kind.UNSUPPORTED,
          "the column '"
              + column.name()
              + "' of the table "
              + table
              + " holds a value that is no "
              + wanted
              + "; change the value, or declare how the column is read by JdbcTable.type",
          e);
    }
  }
}
