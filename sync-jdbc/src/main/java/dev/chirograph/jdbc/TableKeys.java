package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.ColumnType.Kind;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The columns that identify rows: how rows are found by their keys, and the order of the index over
 * them.
 *
 * <p>A database may take two keys for equal that have different texts, and so find a row that was
 * not asked for: whoever looks up compares the texts.
 */
final class TableKeys {

  private static final Pattern ID =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?");
  private static final int LONGEST_NUMBER = 150_000;
  private static final Pattern DATE = Pattern.compile("-?infinity|\\d{4,6}-\\d\\d-\\d\\d( BC)?");
  private static final Pattern TIME = Pattern.compile("-?\\d{2,3}:\\d\\d:\\d\\d(\\.\\d{1,9})?");
  private static final Pattern MOMENT =
      Pattern.compile("-?infinity|\\d{4,6}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?( BC)?");

  private final Dialect dialect;
  private final boolean sorted;
  private final List<Part> parts = new ArrayList<>();

  /** One column of the key. */
  private record Part(TableColumn column, ColumnType wanted, String name, Optional<String> text) {}

  TableKeys(Dialect dialect, TableMeta meta, RowFormat format) {
    this.dialect = dialect;
    this.sorted = meta.uniqueKey();
    TableCells cells = new TableCells(dialect, meta.shape().name());
    for (String key : format.key()) {
      TableColumn column = meta.column(key);
      Column wanted = format.columns().get(format.indexOf(key));
      String name = TableRowSql.ALIAS + "." + TableNaming.quoted(dialect, key);
      parts.add(new Part(column, wanted.type(), name, cells.text(column, wanted.type(), name)));
    }
  }

  // ---- finding

  /** Rows with one of these keys, and perhaps others; empty when there can be none. */
  Optional<TableQuery> among(List<RowKey> keys) {
    List<List<TableValue>> rows = new ArrayList<>();
    for (RowKey key : keys) {
      values(key, false).ifPresent(rows::add);
    }
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    // Few texts of a statement exist when lists have few lengths.
    int wanted = rows.size() <= 1 ? 1 : Integer.highestOneBit(rows.size() - 1) << 1;
    while (rows.size() < wanted) {
      rows.add(rows.get(rows.size() - 1));
    }
    return Optional.of(parts.size() == 1 ? list(rows) : composite(rows));
  }

  private TableQuery list(List<List<TableValue>> rows) {
    TableQuery query = TableQuery.of(compared(parts.get(0)) + " in (");
    for (int i = 0; i < rows.size(); i++) {
      query.add(i == 0 ? "" : ", ").add(rows.get(i).get(0));
    }
    return query.add(")");
  }

  private TableQuery composite(List<List<TableValue>> rows) {
    if (dialect == Dialect.MARIADB) {
      return alternatives(rows);
    }
    String values = dialect == Dialect.SQLITE ? "values " : "";
    TableQuery query =
        TableQuery.of(
            parts.stream()
                .map(this::compared)
                .collect(Collectors.joining(", ", "(", ") in (" + values)));
    for (int i = 0; i < rows.size(); i++) {
      query.add(i == 0 ? "(" : ", (");
      for (int j = 0; j < parts.size(); j++) {
        query.add(j == 0 ? "" : ", ").add(rows.get(i).get(j));
      }
      query.add(")");
    }
    return query.add(")");
  }

  /** MariaDB finds rows of several columns in an index only in this form. */
  private TableQuery alternatives(List<List<TableValue>> rows) {
    TableQuery query = TableQuery.of("(");
    for (int i = 0; i < rows.size(); i++) {
      query.add(i == 0 ? "(" : " or (");
      for (int j = 0; j < parts.size(); j++) {
        query.add((j == 0 ? "" : " and ") + compared(parts.get(j)) + " = ").add(rows.get(i).get(j));
      }
      query.add(")");
    }
    return query.add(")");
  }

  /** The values of a key, as its columns have them; empty when no row can have them. */
  private Optional<List<TableValue>> values(RowKey key, boolean ordering) {
    List<@Nullable String> cells = key.cells();
    if (cells.size() != parts.size()) {
      return Optional.empty();
    }
    List<TableValue> values = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      String cell = cells.get(i);
      Optional<TableValue> value =
          cell == null ? Optional.empty() : value(parts.get(i), cell, ordering);
      if (value.isEmpty()) {
        return Optional.empty();
      }
      values.add(value.get());
    }
    return Optional.of(values);
  }

  /** Where a text is not a value of the column any more, the texts are compared: no index helps. */
  private boolean byText(Part part) {
    boolean shorter =
        isTime(part.wanted().kind()) && part.column().type().digits() > part.wanted().digits();
    boolean other =
        (part.wanted().kind() == Kind.UUID && part.column().kind() != Kind.UUID)
            || part.column().sqlType().equals("enum");
    return (shorter || other) && part.text().isPresent();
  }

  private static boolean isTime(Kind kind) {
    return kind == Kind.TIME || kind == Kind.TIMESTAMP || kind == Kind.INSTANT;
  }

  private String compared(Part part) {
    if (byText(part)) {
      return part.text().orElseThrow();
    }
    if (dialect == Dialect.SQLITE) {
      return switch (part.column().kind()) {
        case UUID -> "lower(" + part.name() + ")";
        case TIMESTAMP, INSTANT -> TableSqlite.comparable(part.name());
        case DATE -> "substr(" + part.name() + ", 1, 10)";
        default -> part.name();
      };
    }
    if (dialect == Dialect.H2 && part.column().kind() == Kind.PADDED) {
      return "rtrim(" + part.name() + ")";
    }
    return part.name();
  }

  private Optional<TableValue> value(Part part, String text, boolean ordering) {
    if (!ordering && byText(part)) {
      return storable(text).map(one -> new TableValue("?", one));
    }
    return switch (part.column().kind()) {
      case INTEGER, DECIMAL -> number(text);
      case BOOLEAN -> truth(text);
      case BYTES -> bytes(text);
      case UUID -> ID.matcher(text).matches() ? Optional.of(id(text)) : Optional.empty();
      case DATE -> matching(DATE, text).map(one -> typed(part, one, "date"));
      case TIME -> matching(TIME, text).map(one -> typed(part, one, "time(9)"));
      case TIMESTAMP -> matching(MOMENT, text).map(one -> typed(part, one, "timestamp(9)"));
      case INSTANT ->
          matching(MOMENT, text).map(one -> typed(part, inUtc(one), "timestamp(9) with time zone"));
      default -> storable(text).map(one -> typed(part, one, ""));
    };
  }

  /** Only as a key is written: {@code 1e999999999} would be written out by drivers. */
  private static Optional<TableValue> number(String text) {
    if (text.length() > LONGEST_NUMBER || !NUMBER.matcher(text).matches()) {
      return Optional.empty();
    }
    BigDecimal number = new BigDecimal(text);
    boolean whole = number.signum() == 0 || number.stripTrailingZeros().scale() <= 0;
    boolean small = number.precision() - number.scale() <= 18;
    return Optional.of(
        new TableValue("?", whole && small ? (Object) number.longValueExact() : number));
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

  private TableValue typed(Part part, String text, String h2) {
    return switch (dialect) {
      case POSTGRESQL -> new TableValue("cast(? as " + postgres(part.column()) + ")", text);
      case H2 -> new TableValue(h2.isEmpty() ? "?" : "cast(? as " + h2 + ")", text);
      case SQLITE -> new TableValue("?", comparable(part, text));
      case MARIADB -> new TableValue("?", text);
    };
  }

  /** Without a length, "character" is a single one. */
  private static String postgres(TableColumn column) {
    return column.sqlType().equals("character") ? "bpchar" : column.sqlType();
  }

  private static String comparable(Part part, String text) {
    return switch (part.column().kind()) {
      case TIMESTAMP, INSTANT -> new ColumnType(Kind.TIMESTAMP, 6).text(text.replace("+00", ""));
      default -> text;
    };
  }

  private String inUtc(String text) {
    if (dialect == Dialect.MARIADB || text.endsWith("infinity")) { // MariaDB's sessions are in UTC
      return text;
    }
    return text.endsWith(" BC") ? text.replace(" BC", "+00 BC") : text + "+00";
  }

  private static Optional<String> matching(Pattern pattern, String text) {
    return pattern.matcher(text).matches() ? Optional.of(text) : Optional.empty();
  }

  /** A text that the database can have; another is no row's. */
  private Optional<String> storable(String text) {
    boolean zero = dialect == Dialect.POSTGRESQL && text.indexOf('\0') >= 0;
    boolean broken = text.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF);
    return zero || broken ? Optional.empty() : Optional.of(text);
  }

  // ---- order

  /** The columns in the order of pages: that of the unique index, else the order of bytes. */
  String order() {
    return parts.stream().map(this::ordered).collect(Collectors.joining(", "));
  }

  private String ordered(Part part) {
    if (sorted || !isText(part)) {
      return compared(part);
    }
    return switch (dialect) {
      case POSTGRESQL -> part.name() + "::text collate \"C\"";
      case MARIADB -> "cast(convert(" + part.name() + " using utf8mb4) as binary)";
      case SQLITE -> part.name() + " collate binary";
      case H2 -> part.name();
    };
  }

  private static boolean isText(Part part) {
    return part.column().kind() == Kind.TEXT || part.column().kind() == Kind.PADDED;
  }

  /** Rows that come after one in this order. */
  TableQuery after(RowKey key) {
    List<TableValue> values =
        values(key, true)
            .orElseThrow(
                () ->
                    SyncException.invalid(
                        "pages cannot go on after a key that is none of this table's"));
    return after(values, 0);
  }

  /** (a, b) > (x, y), written so that every database uses its index. */
  private TableQuery after(List<TableValue> values, int from) {
    String column = ordered(parts.get(from));
    TableValue value = values.get(from);
    if (from == parts.size() - 1) {
      return TableQuery.of(column + " > ").add(place(from, value));
    }
    return TableQuery.of("(" + column + " >= ")
        .add(place(from, value))
        .add(" and (" + column + " > ")
        .add(place(from, value))
        .add(" or ")
        .add(after(values, from + 1))
        .add("))");
  }

  private TableValue place(int part, TableValue value) {
    if (sorted || !isText(parts.get(part))) {
      return value;
    }
    return switch (dialect) {
      case POSTGRESQL -> new TableValue("cast(? as text) collate \"C\"", value.value());
      case MARIADB -> new TableValue("cast(convert(? using utf8mb4) as binary)", value.value());
      default -> value;
    };
  }
}
