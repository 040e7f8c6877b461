package dev.chirograph.jdbc;

import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.ColumnType.Kind;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the types of databases are to us. */
final class TableTypes {

  private static final int MICROSECONDS = 6;

  /** H2 writes it for a text without bound. */
  private static final long H2_UNBOUNDED = 1_048_576;

  private static final Pattern LENGTHS = Pattern.compile("\\((\\d+)(?:\\s*,\\s*(\\d+))?\\)");

  private TableTypes() {}

  /** The type of a column; empty when we cannot read it without being told how. */
  static Optional<ColumnType> of(Dialect dialect, TableFacts.Raw raw) {
    return Optional.ofNullable(
        switch (dialect) {
          case POSTGRESQL -> postgres(raw);
          case MARIADB -> mariaDb(raw);
          case H2 -> h2(raw);
          case SQLITE -> sqlite(raw);
        });
  }

  private static @Nullable ColumnType postgres(TableFacts.Raw raw) {
    return switch (raw.type()) {
      case "int2" -> whole(5);
      case "int4" -> whole(10);
      case "int8" -> whole(19);
      case "numeric" -> raw.size() == 0 ? null : number(raw);
      case "bool" -> ColumnType.of(Kind.BOOLEAN);
      case "varchar", "text", "citext", "enum" -> sized(Kind.TEXT, raw.size());
      case "name" -> sized(Kind.TEXT, 63);
      case "bpchar" -> sized(Kind.PADDED, raw.size());
      case "bytea" -> ColumnType.of(Kind.BYTES);
      case "uuid" -> ColumnType.of(Kind.UUID);
      case "date" -> ColumnType.of(Kind.DATE);
      case "time" -> new ColumnType(Kind.TIME, raw.digits());
      case "timestamp" -> new ColumnType(Kind.TIMESTAMP, raw.digits());
      case "timestamptz" -> new ColumnType(Kind.INSTANT, raw.digits());
      case "float4" -> ColumnType.of(Kind.FLOAT);
      case "float8" -> ColumnType.of(Kind.DOUBLE);
      case "json", "jsonb" -> ColumnType.of(Kind.JSON);
      default -> null;
    };
  }

  /** Unsigned numbers count a digit more where a signed type of so many digits has no room. */
  private static @Nullable ColumnType mariaDb(TableFacts.Raw raw) {
    return switch (raw.type().toLowerCase(Locale.ROOT)) {
      case "tinyint" -> whole(3);
      case "tinyint unsigned", "year" -> whole(4);
      case "smallint" -> whole(5);
      case "smallint unsigned" -> whole(6);
      case "mediumint" -> whole(7);
      case "mediumint unsigned" -> whole(8);
      case "int" -> whole(10);
      case "int unsigned" -> whole(11);
      case "bigint" -> whole(19);
      case "bigint unsigned" -> whole(20);
      case "decimal", "decimal unsigned" -> number(raw);
      case "bit" -> raw.size() == 1 ? ColumnType.of(Kind.BOOLEAN) : whole(20);
      case "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set" ->
          sized(Kind.TEXT, raw.size());
      case "inet4", "inet6" -> sized(Kind.TEXT, 45);
      case "char" -> sized(Kind.PADDED, raw.size());
      case "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob" ->
          sized(Kind.BYTES, raw.size());
      case "uuid" -> ColumnType.of(Kind.UUID);
      case "date" -> ColumnType.of(Kind.DATE);
      case "time" -> new ColumnType(Kind.TIME, raw.digits());
      case "datetime" -> new ColumnType(Kind.TIMESTAMP, raw.digits());
      case "timestamp" -> new ColumnType(Kind.INSTANT, raw.digits());
      case "float", "float unsigned" -> ColumnType.of(Kind.FLOAT);
      case "double", "double unsigned" -> ColumnType.of(Kind.DOUBLE);
      case "json" -> ColumnType.of(Kind.JSON);
      default -> null;
    };
  }

  /** Written small in a database that writes all names so. */
  private static @Nullable ColumnType h2(TableFacts.Raw raw) {
    return switch (raw.type().toUpperCase(Locale.ROOT)) {
      case "TINYINT" -> whole(3);
      case "SMALLINT" -> whole(5);
      case "INTEGER" -> whole(10);
      case "BIGINT" -> whole(19);
      case "NUMERIC", "DECIMAL" -> number(raw);
      case "BOOLEAN" -> ColumnType.of(Kind.BOOLEAN);
      case "CHARACTER VARYING", "VARCHAR_IGNORECASE", "CHARACTER LARGE OBJECT" ->
          sized(Kind.TEXT, raw.size() >= H2_UNBOUNDED ? 0 : raw.size());
      case "ENUM" -> ColumnType.of(Kind.TEXT);
      case "CHARACTER" -> sized(Kind.PADDED, raw.size());
      case "BINARY", "BINARY VARYING", "BINARY LARGE OBJECT" ->
          sized(Kind.BYTES, raw.size() >= H2_UNBOUNDED ? 0 : raw.size());
      case "UUID" -> ColumnType.of(Kind.UUID);
      case "DATE" -> ColumnType.of(Kind.DATE);
      case "TIME" -> new ColumnType(Kind.TIME, raw.digits());
      case "TIMESTAMP" -> new ColumnType(Kind.TIMESTAMP, raw.digits());
      case "TIMESTAMP WITH TIME ZONE" -> new ColumnType(Kind.INSTANT, raw.digits());
      case "REAL" -> ColumnType.of(Kind.FLOAT);
      case "DOUBLE PRECISION" -> ColumnType.of(Kind.DOUBLE);
      case "JSON" -> ColumnType.of(Kind.JSON);
      default -> null;
    };
  }

  /** As SQLite derives affinities from declared types, and more where the declaration says more. */
  private static @Nullable ColumnType sqlite(TableFacts.Raw raw) {
    String type = raw.type().toUpperCase(Locale.ROOT);
    Matcher lengths = LENGTHS.matcher(type);
    boolean sized = lengths.find();
    int first = sized ? Integer.parseInt(lengths.group(1)) : 0;
    int second = sized && lengths.group(2) != null ? Integer.parseInt(lengths.group(2)) : 0;
    if (type.contains("INT")) {
      return whole(19);
    }
    if (type.contains("CHAR") || type.contains("CLOB") || type.contains("TEXT")) {
      return ColumnType.of(Kind.TEXT); // SQLite keeps what is longer, too
    }
    if (type.contains("BLOB") || type.contains("BINARY")) {
      return ColumnType.of(Kind.BYTES);
    }
    if (type.contains("REAL") || type.contains("FLOA") || type.contains("DOUB")) {
      return ColumnType.of(Kind.DOUBLE);
    }
    String word = type.replaceAll("[^A-Z].*", "");
    return switch (word) {
      case "BOOL", "BOOLEAN" -> ColumnType.of(Kind.BOOLEAN);
      case "DECIMAL", "NUMERIC" -> sized ? decimal(first, second) : null;
      case "UUID" -> ColumnType.of(Kind.UUID);
      case "JSON" -> ColumnType.of(Kind.JSON);
      case "DATE" -> ColumnType.of(Kind.DATE);
      case "TIME" -> new ColumnType(Kind.TIME, sized ? first : MICROSECONDS);
      case "DATETIME", "TIMESTAMP" -> new ColumnType(Kind.TIMESTAMP, sized ? first : MICROSECONDS);
      case "TIMESTAMPTZ" -> new ColumnType(Kind.INSTANT, sized ? first : MICROSECONDS);
      default -> null;
    };
  }

  private static ColumnType whole(int digits) {
    return new ColumnType(Kind.INTEGER, 0, digits);
  }

  private static ColumnType number(TableFacts.Raw raw) {
    return decimal((int) raw.size(), raw.digits());
  }

  /** Without digits behind the point it is a whole number, whatever the database calls it. */
  private static ColumnType decimal(int size, int digits) {
    return digits > 0 ? new ColumnType(Kind.DECIMAL, digits, size) : whole(size - digits);
  }

  private static ColumnType sized(Kind kind, long size) {
    return new ColumnType(kind, 0, size > Integer.MAX_VALUE ? 0 : (int) size);
  }
}
