package dev.chirograph.jdbc;

import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.TableShape;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A table as a host has one, of a shape, on one of the databases; and what the host does to it. */
final class HostTable {

  private final TestDatabase database;
  private final TableShape shape;

  HostTable(TestDatabase database, TableShape shape) {
    this.database = database;
    this.shape = shape;
  }

  String quoted(String name) {
    return database == TestDatabase.MARIADB ? "`" + name + "`" : "\"" + name + "\"";
  }

  private String table() {
    return quoted(shape.name());
  }

  // ---- its definition

  void create(DataSource source, String more) throws SQLException {
    String columns =
        shape.columns().stream()
            .map(c -> quoted(c.name()) + " " + type(c) + (c.nullable() ? " null" : " not null"))
            .collect(Collectors.joining(", "));
    String key =
        shape.key().isEmpty()
            ? ""
            : shape.key().stream()
                .map(this::quoted)
                .collect(Collectors.joining(", ", ", primary key (", ")"));
    execute(source, "create table " + table() + " (" + columns + key + more + ")");
    if (shape.mark().isPresent()) {
      execute(
          source,
          "create index "
              + quoted("by_" + shape.name())
              + " on "
              + table()
              + " ("
              + quoted(shape.mark().get())
              + ")");
    }
  }

  private String type(Column column) {
    ColumnType type = column.type();
    boolean key = shape.key().contains(column.name());
    return switch (database) {
      case POSTGRESQL -> postgres(type);
      case MARIADB -> mariaDb(type, key);
      case H2 -> h2(type);
      case SQLITE -> sqlite(type);
    };
  }

  private String postgres(ColumnType type) {
    return switch (type.kind()) {
      case INTEGER -> "bigint";
      case DECIMAL -> "numeric(20, " + type.digits() + ")";
      case BOOLEAN -> "boolean";
      case TEXT -> type.size() > 0 ? "varchar(" + type.size() + ")" : "text" + lenient();
      case PADDED -> "char(" + type.size() + ")";
      case BYTES -> "bytea";
      case UUID -> "uuid";
      case DATE -> "date";
      case TIME -> "time(" + type.digits() + ")";
      case TIMESTAMP -> "timestamp(" + type.digits() + ")";
      case INSTANT -> "timestamptz(" + type.digits() + ")";
      case FLOAT -> "real";
      case DOUBLE -> "double precision";
      case JSON -> "jsonb";
    };
  }

  private boolean collated() {
    return shape.name().equals("collated");
  }

  private String lenient() {
    return collated() ? " collate lenient" : "";
  }

  private String mariaDb(ColumnType type, boolean key) {
    return switch (type.kind()) {
      case INTEGER -> "bigint";
      case DECIMAL -> "decimal(20, " + type.digits() + ")";
      case BOOLEAN -> "bit(1)";
      case TEXT ->
          (type.size() > 0 ? "varchar(" + type.size() + ")" : key ? "varchar(400)" : "longtext")
              + " character set utf8mb4 collate "
              + (collated() ? "utf8mb4_unicode_ci" : "utf8mb4_nopad_bin");
      case PADDED -> "char(" + type.size() + ")";
      case BYTES ->
          type.size() > 0 ? "binary(" + type.size() + ")" : key ? "varbinary(400)" : "longblob";
      case UUID -> "uuid";
      case DATE -> "date";
      case TIME -> "time(" + type.digits() + ")";
      case TIMESTAMP -> "datetime(" + type.digits() + ")";
      case INSTANT -> "timestamp(" + type.digits() + ")";
      case FLOAT -> "float";
      case DOUBLE -> "double";
      case JSON -> "json";
    };
  }

  private String h2(ColumnType type) {
    return switch (type.kind()) {
      case INTEGER -> "bigint";
      case DECIMAL -> "numeric(20, " + type.digits() + ")";
      case BOOLEAN -> "boolean";
      case TEXT ->
          collated()
              ? "varchar_ignorecase"
              : type.size() > 0 ? "varchar(" + type.size() + ")" : "varchar";
      case PADDED -> "char(" + type.size() + ")";
      case BYTES -> type.size() > 0 ? "binary(" + type.size() + ")" : "varbinary";
      case UUID -> "uuid";
      case DATE -> "date";
      case TIME -> "time(" + type.digits() + ")";
      case TIMESTAMP -> "timestamp(" + type.digits() + ")";
      case INSTANT -> "timestamp(" + type.digits() + ") with time zone";
      case FLOAT -> "real";
      case DOUBLE -> "double precision";
      case JSON -> "json";
    };
  }

  private String sqlite(ColumnType type) {
    return switch (type.kind()) {
      case INTEGER -> "integer";
      case DECIMAL -> "decimal(20, " + type.digits() + ")";
      case BOOLEAN -> "boolean";
      case TEXT, PADDED -> "text" + (collated() ? " collate nocase" : "");
      case BYTES -> "blob";
      case UUID -> "uuid";
      case DATE -> "date";
      case TIME -> "time(" + type.digits() + ")";
      case TIMESTAMP -> "timestamp(" + type.digits() + ")";
      case INSTANT -> "timestamptz(" + type.digits() + ")";
      case FLOAT, DOUBLE -> "real";
      case JSON -> "json";
    };
  }

  // ---- its rows

  void put(Connection connection, List<@Nullable String> cells) throws SQLException {
    if (!shape.key().isEmpty()) {
      List<@Nullable String> key =
          shape.key().stream().<@Nullable String>map(name -> cells.get(place(name))).toList();
      remove(connection, key);
    }
    insert(connection, cells);
  }

  private int place(String name) {
    return shape.columns().stream().map(Column::name).toList().indexOf(name);
  }

  void insert(Connection connection, List<@Nullable String> cells) throws SQLException {
    String places =
        shape.columns().stream().map(c -> place(c.type())).collect(Collectors.joining(", "));
    try (PreparedStatement statement =
        connection.prepareStatement("insert into " + table() + " values (" + places + ")")) {
      for (int i = 0; i < cells.size(); i++) {
        bind(statement, i + 1, shape.columns().get(i).type(), cells.get(i));
      }
      statement.executeUpdate();
    }
  }

  void remove(Connection connection, List<@Nullable String> key) throws SQLException {
    String where =
        shape.key().stream()
            .map(name -> quoted(name) + exact() + place(shape.column(name).orElseThrow().type()))
            .collect(Collectors.joining(" and "));
    try (PreparedStatement statement =
        connection.prepareStatement("delete from " + table() + " where " + where)) {
      for (int i = 0; i < key.size(); i++) {
        ColumnType type = shape.column(shape.key().get(i)).orElseThrow().type();
        bind(statement, i + 1, type, key.get(i));
      }
      statement.executeUpdate();
    }
  }

  private String exact() {
    return " = ";
  }

  private String place(ColumnType type) {
    return switch (database) {
      case POSTGRESQL ->
          switch (type.kind()) {
            case UUID, DATE, FLOAT, DOUBLE, JSON -> "cast(? as " + postgres(type) + ")";
            case TIME, TIMESTAMP, INSTANT ->
                "cast(? as " + postgres(type).replaceAll("\\(.*", "") + ")";
            default -> "?";
          };
      case H2 ->
          switch (type.kind()) {
            case DATE, TIME, TIMESTAMP, INSTANT, FLOAT, DOUBLE -> "cast(? as " + h2(type) + ")";
            case JSON -> "? format json";
            default -> "?";
          };
      default -> "?";
    };
  }

  private void bind(PreparedStatement statement, int index, ColumnType type, @Nullable String cell)
      throws SQLException {
    if (cell == null) {
      statement.setNull(index, nullType(type));
      return;
    }
    switch (type.kind()) {
      case INTEGER -> statement.setLong(index, Long.parseLong(cell));
      case DECIMAL -> {
        if (database == TestDatabase.SQLITE) {
          statement.setString(index, cell);
        } else {
          statement.setBigDecimal(index, new BigDecimal(cell));
        }
      }
      case BOOLEAN -> {
        if (database == TestDatabase.SQLITE || database == TestDatabase.MARIADB) {
          statement.setInt(index, Integer.parseInt(cell));
        } else {
          statement.setBoolean(index, cell.equals("1"));
        }
      }
      case BYTES -> statement.setBytes(index, HexFormat.of().parseHex(cell));
      case UUID -> {
        if (database == TestDatabase.H2) {
          statement.setObject(index, UUID.fromString(cell));
        } else {
          statement.setString(index, cell);
        }
      }
      case INSTANT ->
          statement.setString(
              index,
              database == TestDatabase.POSTGRESQL || database == TestDatabase.H2
                  ? cell + "+00"
                  : cell);
      case FLOAT, DOUBLE -> {
        if (database == TestDatabase.SQLITE) {
          statement.setDouble(index, Double.parseDouble(cell));
        } else {
          statement.setString(index, cell);
        }
      }
      default -> statement.setString(index, cell);
    }
  }

  private static int nullType(ColumnType type) {
    return switch (type.kind()) {
      case INTEGER -> Types.BIGINT;
      case DECIMAL -> Types.NUMERIC;
      case BOOLEAN -> Types.BOOLEAN;
      case BYTES -> Types.VARBINARY;
      default -> Types.VARCHAR;
    };
  }

  static void execute(DataSource source, String sql) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
