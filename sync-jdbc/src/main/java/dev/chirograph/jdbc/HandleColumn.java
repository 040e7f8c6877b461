package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A column of a table of file handles, whose values are bytes to us: those of the column, of its
 * text in UTF-8, of its number in decimal digits, or of its UUID in small letters.
 *
 * @param sql its name, quoted
 */
record HandleColumn(String sql, Kind kind, Dialect dialect) {

  /** What the database takes its values for. */
  enum Kind {
    BYTES,
    TEXT,
    NUMBER,
    UUID
  }

  /**
   * A column of a result.
   *
   * @throws SyncException of kind UNSUPPORTED when it is of a type that cannot be told apart here
   */
  static HandleColumn of(String name, String sql, ResultSetMetaData result, int index, Dialect in)
      throws SQLException {
    @Nullable Kind kind =
        in == Dialect.SQLITE
            ? affinity(result.getColumnTypeName(index).toUpperCase(Locale.ROOT))
            : kind(result.getColumnType(index), result.getColumnTypeName(index));
    if (kind == null) {
      throw new SyncException(
          SyncException.Kind.UNSUPPORTED,
          "the column "
              + name
              + " of the file handles is of type "
              + result.getColumnTypeName(index)
              + "; it has to be text, bytes, a whole number or a UUID");
    }
    return new HandleColumn(sql, kind, in);
  }

  private static @Nullable Kind kind(int type, String name) {
    if (name.equalsIgnoreCase("uuid")) {
      return Kind.UUID;
    }
    return switch (type) {
      case Types.CHAR, Types.VARCHAR, Types.LONGVARCHAR, Types.NCHAR, Types.NVARCHAR -> Kind.TEXT;
      case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY -> Kind.BYTES;
      case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT -> Kind.NUMBER;
      default -> null;
    };
  }

  /** As SQLite itself reads the name of a type. */
  private static @Nullable Kind affinity(String type) {
    if (type.contains("INT")) {
      return Kind.NUMBER;
    }
    if (type.contains("CHAR") || type.contains("TEXT") || type.contains("CLOB")) {
      return Kind.TEXT;
    }
    return type.contains("BLOB") ? Kind.BYTES : null;
  }

  /** Its values as bytes, in SQL: no collation takes two of them for one. */
  String bytes() {
    if (kind == Kind.BYTES) {
      return sql;
    }
    return switch (dialect) {
      case POSTGRESQL -> "convert_to(" + sql + "::text, 'UTF8')";
      case MARIADB -> "cast(convert(" + sql + " using utf8mb4) as binary)";
      case H2 -> "cast(cast(" + sql + " as varchar) as varbinary)";
      case SQLITE -> "cast(" + sql + " as blob)";
    };
  }

  /**
   * Its values in SQL, in the order of their bytes. Where that is the column itself or a collation
   * of it, an index serves it.
   */
  String ordered() {
    if (kind != Kind.TEXT) {
      return sql;
    }
    return switch (dialect) {
      case POSTGRESQL -> sql + " collate \"C\"";
      case SQLITE -> sql + " collate binary";
      case MARIADB, H2 -> bytes();
    };
  }

  /** That a value is on one side of a bound, in SQL. {@link #addBound} sets its parameter. */
  String bounded(String operator, byte[] bound) {
    return (boundIsText(bound) ? ordered() : bytes()) + " " + operator + " ?";
  }

  void addBound(Parameters parameters, byte[] bound) throws SQLException {
    if (boundIsText(bound)) {
      parameters.add(text(bound));
    } else {
      parameters.add(bound);
    }
  }

  private boolean boundIsText(byte[] bound) {
    return ordersText() && fits(bound);
  }

  private boolean ordersText() {
    return kind == Kind.TEXT && (dialect == Dialect.POSTGRESQL || dialect == Dialect.SQLITE);
  }

  /**
   * That a value is this one, in SQL; an index serves it. {@link #addEqual} sets its parameters.
   */
  String equal() {
    return kind == Kind.TEXT ? "(" + sql + " = ? and " + ordered() + " = ?)" : sql + " = ?";
  }

  void addEqual(Parameters parameters, byte[] value) throws SQLException {
    add(parameters, value);
    if (ordersText()) {
      parameters.add(text(value));
    } else if (kind == Kind.TEXT) {
      parameters.add(value);
    }
  }

  /** Sets a parameter that is compared with the column, or that it is set to. */
  void add(Parameters parameters, byte[] value) throws SQLException {
    switch (kind) {
      case BYTES -> parameters.add(value);
      case TEXT -> parameters.add(text(value));
      case NUMBER -> parameters.add(Long.parseLong(text(value)));
      case UUID -> parameters.addUuid(text(value), dialect);
    }
  }

  /** Sets the parameters of a list that the column is compared with; at least one. */
  void addList(Parameters parameters, List<byte[]> values) throws SQLException {
    switch (kind) {
      case BYTES -> parameters.addList(Column.bytes(sql), values.toArray(byte[][]::new), dialect);
      case TEXT ->
          parameters.addList(
              Column.text(sql),
              values.stream().map(HandleColumn::text).toArray(String[]::new),
              dialect);
      case NUMBER ->
          parameters.addList(
              Column.number(sql),
              values.stream().map(value -> Long.valueOf(text(value))).toArray(Long[]::new),
              dialect);
      case UUID ->
          parameters.addList(
              Column.uuid(sql),
              values.stream().map(HandleColumn::text).toArray(String[]::new),
              dialect);
    }
  }

  byte @Nullable [] read(ResultSet row, int index) throws SQLException {
    if (kind == Kind.BYTES) {
      return row.getBytes(index);
    }
    if (kind == Kind.NUMBER) {
      long number = row.getLong(index);
      return row.wasNull() ? null : bytes(Long.toString(number));
    }
    @Nullable String text = row.getString(index);
    return text == null ? null : bytes(text);
  }

  /** Whether the column can hold a value, as it is. */
  boolean fits(byte[] value) {
    return switch (kind) {
      case BYTES -> true;
      case TEXT -> Arrays.equals(bytes(text(value)), value) && Names.fault(text(value)).isEmpty();
      case NUMBER -> isNumber(text(value));
      case UUID -> isUuid(text(value));
    };
  }

  /** As databases write them, so that no two texts are one. */
  private static boolean isUuid(String text) {
    try {
      return java.util.UUID.fromString(text).toString().equals(text);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isNumber(String text) {
    try {
      return Long.toString(Long.parseLong(text)).equals(text);
    } catch (NumberFormatException e) {
      return false;
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] value) {
    return new String(value, StandardCharsets.UTF_8);
  }
}
