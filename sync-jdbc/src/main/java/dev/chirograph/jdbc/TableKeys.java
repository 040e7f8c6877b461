package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.ColumnType.Kind;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

  private final Dialect dialect;
  private final boolean sorted;
  private final List<Part> parts = new ArrayList<>();
  private final TableKeyValues values;

  /** One column of the key. */
  private record Part(TableColumn column, ColumnType wanted, String name, Optional<String> text) {}

  TableKeys(Dialect dialect, TableMeta meta, RowFormat format) {
    this.dialect = dialect;
    this.sorted = meta.uniqueKey();
    this.values = new TableKeyValues(dialect);
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
    List<TableValue> found = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      String cell = cells.get(i);
      Optional<TableValue> value =
          cell == null ? values.none(ordering) : value(parts.get(i), cell, ordering);
      if (value.isEmpty()) {
        return Optional.empty();
      }
      found.add(value.get());
    }
    return Optional.of(found);
  }

  /** Where a text is not a value of the column any more, the texts are compared: no index helps. */
  private boolean byText(Part part) {
    boolean shorter =
        isTime(part.wanted().kind()) && part.column().type().digits() > part.wanted().digits();
    boolean other =
        (part.wanted().kind() == Kind.UUID && part.column().kind() != Kind.UUID)
            || (part.column().label() && dialect != Dialect.POSTGRESQL);
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
        case TIME -> TableSqlite.comparableTime(part.name());
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
    return !ordering && byText(part) ? values.text(text) : values.of(part.column(), text);
  }

  // ---- order

  /** The columns in the order of pages: that of the unique index, else the order of bytes. */
  String order() {
    return parts.stream().map(this::ordered).collect(Collectors.joining(", "));
  }

  private String ordered(Part part) {
    if (!isText(part)) {
      return compared(part);
    }
    return switch (dialect) {
      case POSTGRESQL -> sorted ? part.name() : part.name() + "::text collate \"C\"";
      // It sorts by the beginning of a long text only.
      case MARIADB ->
          sorted ? compared(part) : "sha2(convert(" + part.name() + " using utf8mb4), 256)";
      // An index may tell apart what its column takes for equal.
      case SQLITE -> part.name() + " collate binary";
      case H2 -> compared(part);
    };
  }

  private static boolean isText(Part part) {
    return part.column().kind() == Kind.TEXT || part.column().kind() == Kind.PADDED;
  }

  /** Rows that come after one in this order. */
  TableQuery after(RowKey key) {
    List<TableValue> last =
        values(key, true)
            .orElseThrow(
                () ->
                    SyncException.invalid(
                        "pages cannot go on after a key that is none of this table's"));
    return after(last, 0);
  }

  /** (a, b) > (x, y), written so that every database uses its index. */
  private TableQuery after(List<TableValue> last, int from) {
    String column = ordered(parts.get(from));
    TableValue value = last.get(from);
    boolean end = from == parts.size() - 1;
    if (value.isNone()) { // which sorts before every other
      TableQuery later = TableQuery.of(column + " is not null");
      return end
          ? later
          : TableQuery.of("(").add(later).add(" or ").add(after(last, from + 1)).add(")");
    }
    if (end) {
      return TableQuery.of(column + " > ").add(place(from, value));
    }
    return TableQuery.of("(" + column + " >= ")
        .add(place(from, value))
        .add(" and (" + column + " > ")
        .add(place(from, value))
        .add(" or ")
        .add(after(last, from + 1))
        .add("))");
  }

  private TableValue place(int part, TableValue value) {
    if (sorted || !isText(parts.get(part))) {
      return value;
    }
    return switch (dialect) {
      case POSTGRESQL -> new TableValue("cast(? as text) collate \"C\"", value.value());
      case MARIADB -> new TableValue("sha2(convert(? using utf8mb4), 256)", value.value());
      default -> value;
    };
  }
}
