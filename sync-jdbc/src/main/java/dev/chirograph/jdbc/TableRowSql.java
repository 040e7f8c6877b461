package dev.chirograph.jdbc;

import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.ColumnType.Kind;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a table in a format: SQL for their texts, keys and hashes, and rows as they are read.
 *
 * <p>The alias of the table is always {@code t}.
 */
final class TableRowSql {

  static final String ALIAS = "t";

  /**
   * Rows with more bytes in their wide columns are hashed here: MariaDB takes a time for escaping
   * that grows with the square of a text, and both have a largest text.
   */
  private static final int LARGE = 100_000;

  private final Dialect dialect;
  private final TableMeta meta;
  private final RowFormat format;
  private final TableCells cells;
  private final Optional<List<String>> texts;

  TableRowSql(Dialect dialect, TableMeta meta, RowFormat format) {
    this.dialect = dialect;
    this.meta = meta;
    this.format = format;
    this.cells = new TableCells(dialect, meta.shape().name());
    this.texts = texts();
  }

  RowFormat format() {
    return format;
  }

  /** Whether the database can hash these rows. */
  boolean inSql() {
    return texts.isPresent() && !(format.key().isEmpty() && large().isPresent());
  }

  /** Which rows the database does not hash, because they are large; empty where it hashes all. */
  Optional<String> large() {
    boolean limited = dialect == Dialect.MARIADB || dialect == Dialect.H2;
    return limited && !wide().isEmpty() ? Optional.of(size() + " > " + LARGE) : Optional.empty();
  }

  /** How many rows are brought at a time. */
  int fetch() {
    boolean wide = format.columns().stream().anyMatch(column -> meta.column(column.name()).wide());
    return wide ? 20 : 1_000;
  }

  /** Whether a row may be so large that its size is asked for before it is read. */
  List<TableColumn> wide() {
    return format.columns().stream()
        .map(column -> meta.column(column.name()))
        .filter(TableColumn::wide)
        .toList();
  }

  String value(String column) {
    return ALIAS + "." + TableNaming.quoted(dialect, column);
  }

  // ---- texts

  private Optional<List<String>> texts() {
    List<String> all = new ArrayList<>();
    for (Column column : format.compared()) {
      Optional<String> text = escapedBytes(column);
      if (text.isEmpty()) {
        return Optional.empty();
      }
      all.add(text.get());
    }
    return all.isEmpty() ? Optional.empty() : Optional.of(all);
  }

  /** The text of a column as it stands in a row's. */
  private Optional<String> escaped(Column wanted) {
    return cells
        .text(meta.column(wanted.name()), wanted.type(), value(wanted.name()))
        .map(text -> escaped(wanted, text));
  }

  /** The same for hashing. */
  private Optional<String> escapedBytes(Column wanted) {
    return cells
        .bytes(meta.column(wanted.name()), wanted.type(), value(wanted.name()))
        .map(bytes -> escaped(wanted, bytes));
  }

  private String escaped(Column wanted, String text) {
    String safe =
        wanted.type().kind() == Kind.TEXT
            ? "replace(replace(%s, %s, %s), '|', %s)"
                .formatted(text, afterBackslash(""), afterBackslash("\\"), afterBackslash("|"))
            : text;
    return meta.column(wanted.name()).column().nullable()
        ? "coalesce(" + safe + ", " + afterBackslash("N") + ")"
        : safe;
  }

  /** A backslash and what follows, whatever the session makes of backslashes in text. */
  private String afterBackslash(String next) {
    if (dialect == Dialect.MARIADB) { // which puts a function together anew for each row
      return "_utf8mb4 x'"
          + HexFormat.of().formatHex(("\\" + next).getBytes(StandardCharsets.US_ASCII))
          + "'";
    }
    String backslash = dialect == Dialect.POSTGRESQL ? "chr(92)" : "char(92)";
    return switch (next) {
      case "" -> backslash;
      case "\\" -> joined(backslash, backslash);
      default -> joined(backslash, "'" + next + "'");
    };
  }

  private String joined(String... parts) {
    return dialect == Dialect.MARIADB
        ? "concat(" + String.join(", ", parts) + ")"
        : "(" + String.join(" || ", parts) + ")";
  }

  private String row(List<String> all) {
    List<String> parts = new ArrayList<>();
    for (String one : all) {
      if (!parts.isEmpty()) {
        parts.add("'|'");
      }
      parts.add(one);
    }
    return parts.size() == 1 ? parts.get(0) : joined(parts.toArray(String[]::new));
  }

  /** The identity of a row, where the database can hash. */
  String key() {
    if (format.key().isEmpty()) {
      String text = row(texts.orElseThrow());
      return switch (dialect) {
        case POSTGRESQL -> "encode(sha256(convert_to(" + text + ", 'UTF8')), 'hex')";
        case MARIADB -> "sha2(" + text + ", 256)";
        default -> "lower(rawtohex(hash('SHA-256', stringtoutf8(" + text + "))))";
      };
    }
    return row(
        format.key().stream()
            .map(name -> escaped(format.columns().get(format.indexOf(name))).orElseThrow())
            .toList());
  }

  /** The same for hashing. */
  private String keyBytes() {
    if (format.key().isEmpty()) {
      return key();
    }
    return row(
        format.key().stream()
            .map(name -> escapedBytes(format.columns().get(format.indexOf(name))).orElseThrow())
            .toList());
  }

  /** The hash of a row, where the database can hash; null for one that is {@link #large}. */
  TableQuery hash(String salt) {
    Optional<String> large = large();
    if (large.isEmpty()) {
      return hashOfAll(salt);
    }
    // MariaDB makes a number of another type of a case, and takes its exclusive or wrongly.
    boolean again = dialect == Dialect.MARIADB;
    return TableQuery.of((again ? "cast(" : "") + "case when " + large.get() + " then null else ")
        .add(hashOfAll(salt))
        .add(again ? " end as unsigned)" : " end");
  }

  private TableQuery hashOfAll(String salt) {
    String text = row(texts.orElseThrow());
    return switch (dialect) {
      case POSTGRESQL ->
          TableQuery.of("('x' || left(md5(convert_to(")
              .add("cast(? as text)", salt)
              .add(" || '|' || " + text + ", 'UTF8')), 16))::bit(64)::bigint");
      case MARIADB ->
          TableQuery.of("cast(conv(left(md5(concat(")
              .add("convert(? using utf8mb4)", salt)
              .add(", '|', " + text + ")), 16), 16, 10) as unsigned)");
      default ->
          TableQuery.of("cast(substring(hash('MD5', stringtoutf8(")
              .add("cast(? as varchar)", salt)
              .add(" || '|' || " + text + ")) from 1 for 8) as bigint)");
    };
  }

  /** The number of the finest bucket that a row's key belongs to. */
  String bucket() {
    return switch (dialect) {
      case POSTGRESQL ->
          "('x' || left(encode(sha256(convert_to("
              + key()
              + ", 'UTF8')), 'hex'), 4))::bit(16)::int";
      case MARIADB -> "cast(conv(left(sha2(" + keyBytes() + ", 256), 4), 16, 10) as signed)";
      default ->
          "bitand(cast(cast(substring(hash('SHA-256', stringtoutf8("
              + key()
              + ")) from 1 for 2) as smallint) as int), 65535)";
    };
  }

  /** What a query selects to have a mark read by {@link #mark}. */
  String mark() {
    return format
        .mark()
        .map(
            name -> {
              Column wanted = format.columns().get(format.indexOf(name));
              return cells.selected(meta.column(name), wanted.type(), value(name));
            })
        .orElse("0");
  }

  Mark mark(ResultSet row, int index) throws SQLException {
    if (format.mark().isEmpty()) {
      return Mark.FIRST;
    }
    Column wanted = format.columns().get(format.indexOf(format.mark().get()));
    String text = cells.read(row, index, meta.column(wanted.name()), wanted.type());
    return text == null ? Mark.FIRST : Mark.of(wanted.type(), text);
  }

  // ---- rows

  /** What a query selects to have rows read by {@link #cells}. */
  String columns() {
    List<String> all = new ArrayList<>();
    for (Column wanted : format.columns()) {
      TableColumn column = meta.column(wanted.name());
      all.add(cells.selected(column, wanted.type(), value(wanted.name())));
    }
    return String.join(", ", all);
  }

  /** The cells of a row that was selected by {@link #columns}. */
  List<@Nullable String> cells(ResultSet row) throws SQLException {
    List<@Nullable String> all = new ArrayList<>();
    int index = 0;
    for (Column wanted : format.columns()) {
      all.add(cells.read(row, ++index, meta.column(wanted.name()), wanted.type()));
    }
    return all;
  }

  RowKey key(List<@Nullable String> row) {
    return format.key(row);
  }

  /** What a query selects to have keys read by {@link #keyCells}. */
  String keyColumns() {
    return format.key().stream()
        .map(
            name ->
                cells.selected(
                    meta.column(name),
                    format.columns().get(format.indexOf(name)).type(),
                    value(name)))
        .collect(Collectors.joining(", "));
  }

  /** The cells of a row of which only the key was selected; the others are null. */
  List<@Nullable String> keyCells(ResultSet row) throws SQLException {
    List<@Nullable String> all =
        new ArrayList<>(Collections.nCopies(format.columns().size(), null));
    int index = 0;
    for (String name : format.key()) {
      int at = format.indexOf(name);
      ColumnType wanted = format.columns().get(at).type();
      all.set(at, cells.read(row, ++index, meta.column(name), wanted));
    }
    return all;
  }

  /** About how many bytes the columns have that may be large. */
  String size() {
    return wide().stream()
        .map(column -> "coalesce(" + size(column) + ", 0)")
        .collect(Collectors.joining(" + "));
  }

  private String size(TableColumn column) {
    String value = value(column.name());
    boolean bytes = column.kind() == Kind.BYTES;
    String twice = bytes ? " * 2" : "";
    return switch (dialect) {
      case POSTGRESQL -> "octet_length(" + value + (bytes ? ")" : "::text)") + twice;
      case SQLITE -> "length(" + value + ")" + twice;
      default -> "octet_length(" + value + ")" + twice;
    };
  }
}
