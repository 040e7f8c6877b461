package dev.chirograph.jdbc;

import static java.util.stream.Collectors.joining;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.TableShape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Writes the definition of a table for replicas, in which no two tenants meet. */
final class TableScript {

  /** As many characters of a key as every database has an index for. */
  private static final int KEY = 500;

  /** Longer ones do not count towards the size of a row. */
  private static final int LONG = 1_000;

  /** So many characters fit into 65,535 bytes. */
  private static final int MARIADB_TEXT = 16_383;

  private static final int MOST_DIGITS = 65;
  private static final int WHOLE = 19;

  private final Dialect dialect;
  private final boolean mysql;
  private final List<String> tenant;

  private TableScript(Dialect dialect, boolean mysql, List<String> tenant) {
    this.dialect = dialect;
    this.mysql = mysql;
    this.tenant = List.copyOf(tenant);
  }

  /**
   * Definitions for a database.
   *
   * @param tenant the names of the columns that tell tenants apart; none where they share nothing
   */
  static TableScript of(Database database, List<String> tenant) {
    boolean mysql =
        database.dialect() == Dialect.MARIADB
            && !database.<Boolean>read(
                "asking for the version", connection -> TableIncarnation.isMariaDb(connection));
    return new TableScript(database.dialect(), mysql, tenant);
  }

  String of(TableShape shape) {
    List<String> lines = new ArrayList<>();
    tenant.forEach(name -> lines.add(dialect.quoted(name) + " " + tenantType() + " not null"));
    for (Column column : shape.columns()) {
      if (tenant.contains(column.name())) {
        throw SyncException.invalid(
            "the table "
                + shape.name()
                + " has a column '"
                + column.name()
                + "', which tells tenants apart: name the tenant's columns otherwise");
      }
      lines.add(
          dialect.quoted(column.name())
              + " "
              + type(shape, column)
              + (column.nullable() ? "" : " not null"));
    }
    if (!shape.key().isEmpty()) {
      lines.add("primary key (" + names(shape.key()) + ")");
    }
    String table = dialect.quoted(shape.name());
    String end = dialect == Dialect.MARIADB ? ") engine = InnoDB;\n" : ");\n";
    String script = "create table " + table + " (\n  " + String.join(",\n  ", lines) + "\n" + end;
    List<String> indexed = shape.mark().map(List::of).orElse(List.of());
    boolean needed = !indexed.isEmpty() || (shape.key().isEmpty() && !tenant.isEmpty());
    return needed ? script + "\n" + index(shape, indexed) : script;
  }

  /** Versions are read in their order, and all rows of a tenant where none have a key. */
  private String index(TableShape shape, List<String> columns) {
    String name = dialect.quoted(shape.name() + "_by_version");
    return "create index "
        + name
        + " on "
        + dialect.quoted(shape.name())
        + " ("
        + names(columns)
        + ");\n";
  }

  private String names(List<String> columns) {
    return Stream.concat(tenant.stream(), columns.stream())
        .map(dialect::quoted)
        .collect(joining(", "));
  }

  /** Letter by letter, so that no collation makes two tenants one. */
  private String tenantType() {
    return switch (dialect) {
      case POSTGRESQL -> "varchar(64) collate \"C\"";
      case MARIADB -> "varchar(64) character set ascii collate ascii_bin";
      case H2 -> "varchar(64)";
      case SQLITE -> "text collate binary";
    };
  }

  private String type(TableShape shape, Column column) {
    ColumnType type = column.type();
    boolean key = shape.key().contains(column.name());
    int digits = Math.min(type.digits(), dialect == Dialect.H2 ? 9 : 6);
    return switch (type.kind()) {
      case INTEGER -> whole(type.size());
      case DECIMAL -> decimal(type.size() == 0 ? MOST_DIGITS : type.size(), type.digits());
      case BOOLEAN -> dialect == Dialect.MARIADB ? "bit(1)" : "boolean";
      case TEXT, PADDED -> text(type.size(), key);
      case BYTES -> bytes(type.size(), key);
      case UUID -> dialect == Dialect.MARIADB ? text(36, true) : "uuid";
      case DATE -> "date";
      case TIME -> "time(" + digits + ")";
      case TIMESTAMP -> (dialect == Dialect.MARIADB ? "datetime(" : "timestamp(") + digits + ")";
      case INSTANT -> instant(digits, column.nullable());
      case FLOAT -> dialect == Dialect.MARIADB ? "float" : "real";
      case DOUBLE -> dialect == Dialect.MARIADB ? "double" : "double precision";
      case JSON -> json(column);
    };
  }

  /** So many digits as a type has to have that every value fits. */
  private String whole(int size) {
    if (size > WHOLE) {
      return decimal(size, 0);
    }
    if (size > 0 && size <= 5) {
      return "smallint";
    }
    return size > 0 && size <= 10 ? "integer" : "bigint";
  }

  private String decimal(int size, int digits) {
    return (dialect == Dialect.SQLITE ? "decimal(" : "numeric(") + size + ", " + digits + ")";
  }

  private String text(int size, boolean key) {
    boolean bounded = size > 0 && (key || size <= LONG);
    int length = bounded ? size : KEY;
    return switch (dialect) {
      case POSTGRESQL ->
          (size > 0 ? "varchar(" + size + ")" : "text") + (key ? " collate \"C\"" : "");
      case MARIADB -> {
        String exact = mysql ? "utf8mb4_0900_bin" : "utf8mb4_nopad_bin";
        String name =
            bounded || key
                ? "varchar(" + length + ")"
                : size > 0 && size <= MARIADB_TEXT ? "text" : "longtext";
        yield name + " character set utf8mb4 collate " + exact;
      }
      // It counts characters beyond the first 65,536 twice.
      case H2 -> bounded || key ? "varchar(" + 2 * length + ")" : "character large object";
      case SQLITE -> "text";
    };
  }

  private String bytes(int size, boolean key) {
    boolean bounded = size > 0 && (key || size <= LONG);
    int length = bounded ? size : KEY;
    return switch (dialect) {
      case POSTGRESQL -> "bytea";
      case MARIADB ->
          bounded || key
              ? "varbinary(" + length + ")"
              : size > 0 && size <= 65_535 ? "blob" : "longblob";
      case H2 -> bounded || key ? "varbinary(" + length + ")" : "binary large object";
      case SQLITE -> "blob";
    };
  }

  private String instant(int digits, boolean nullable) {
    return switch (dialect) {
      case MARIADB -> "timestamp(" + digits + ")" + (nullable ? " null" : "");
      case H2 -> "timestamp(" + digits + ") with time zone";
      default -> "timestamptz(" + digits + ")";
    };
  }

  private String json(Column column) {
    if (dialect == Dialect.MARIADB && !mysql) {
      throw new SyncException(
          Kind.UNSUPPORTED,
          "MariaDB has no type for the JSON of '" + column.name() + "': leave the column out");
    }
    return "json";
  }
}
