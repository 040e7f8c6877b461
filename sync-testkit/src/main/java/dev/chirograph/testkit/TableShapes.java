package dev.chirograph.testkit;

import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.ColumnType.Kind;
import dev.chirograph.spi.table.TableShape;
import java.util.List;
import java.util.Optional;

/** The tables that the suites ask adapters for. */
final class TableShapes {

  private static final ColumnType WHOLE = new ColumnType(Kind.INTEGER, 0, 19);
  private static final ColumnType TEXT = ColumnType.of(Kind.TEXT);
  private static final Column ID = new Column("id", WHOLE, false);
  private static final Column VALUE = new Column("value", TEXT, true);
  private static final Column VERSION = new Column("version", WHOLE, false);

  /** The usual table. */
  static final TableShape INVOICE =
      shape(
          "invoice",
          List.of("id"),
          Optional.of("version"),
          ID,
          new Column("customer", TEXT, true),
          new Column("amount", new ColumnType(Kind.DECIMAL, 2), true),
          VERSION);

  /** A key of two columns, not in the order of the columns. */
  static final TableShape COMPOSITE =
      shape(
          "composite",
          List.of("region", "id"),
          Optional.of("version"),
          ID,
          VALUE,
          new Column("region", TEXT, false),
          VERSION);

  /** Keys of text that has to be compared exactly: the column has such a collation. */
  static final TableShape TEXT_KEY =
      shape(
          "text_key",
          List.of("name"),
          Optional.of("version"),
          new Column("name", TEXT, false),
          VALUE,
          VERSION);

  /** Keys of text in a column that compares as leniently as the database can. */
  static final TableShape COLLATED =
      shape(
          "collated",
          List.of("name"),
          Optional.of("version"),
          new Column("name", TEXT, false),
          VALUE,
          VERSION);

  static final TableShape UUID_KEY =
      shape(
          "uuid_key",
          List.of("id"),
          Optional.of("version"),
          new Column("id", ColumnType.of(Kind.UUID), false),
          VALUE,
          VERSION);

  static final TableShape BYTES_KEY =
      shape(
          "bytes_key",
          List.of("id"),
          Optional.of("version"),
          new Column("id", ColumnType.of(Kind.BYTES), false),
          VALUE,
          VERSION);

  /** No key: equal rows are counted. */
  static final TableShape KEYLESS =
      shape(
          "keyless",
          List.of(),
          Optional.empty(),
          new Column("a", TEXT, true),
          new Column("b", WHOLE, true));

  /** No column that grows; ranges of its key. */
  static final TableShape UNMARKED = shape("unmarked", List.of("id"), Optional.empty(), ID, VALUE);

  /** No column that grows, and no key that has ranges. */
  static final TableShape UNRANGED =
      shape("unranged", List.of("name"), Optional.empty(), new Column("name", TEXT, false), VALUE);

  /** Versions that are times. */
  static final TableShape TIMED =
      shape(
          "timed",
          List.of("id"),
          Optional.of("changed"),
          ID,
          VALUE,
          new Column("changed", new ColumnType(Kind.TIMESTAMP, 6), false));

  /** Versions that are bytes. */
  static final TableShape ROWVERSION =
      shape(
          "rowversion",
          List.of("id"),
          Optional.of("version"),
          ID,
          VALUE,
          new Column("version", new ColumnType(Kind.BYTES, 0, 8), false));

  /** A column of every type that databases write in the same way. */
  static final TableShape EVERYTHING =
      shape(
          "everything",
          List.of("id"),
          Optional.of("version"),
          ID,
          new Column("t", TEXT, true),
          new Column("n", WHOLE, true),
          new Column("d", new ColumnType(Kind.DECIMAL, 2), true),
          new Column("o", ColumnType.of(Kind.BOOLEAN), true),
          new Column("y", ColumnType.of(Kind.BYTES), true),
          new Column("u", ColumnType.of(Kind.UUID), true),
          new Column("da", ColumnType.of(Kind.DATE), true),
          new Column("ti", new ColumnType(Kind.TIME, 3), true),
          new Column("ts", new ColumnType(Kind.TIMESTAMP, 6), true),
          new Column("moment", new ColumnType(Kind.INSTANT, 3), true),
          VERSION);

  /** A column that has little room. */
  static final TableShape NARROW =
      shape(
          "narrow",
          List.of("id"),
          Optional.of("version"),
          ID,
          new Column("value", new ColumnType(Kind.TEXT, 0, 10), true),
          VERSION);

  private TableShapes() {}

  private static TableShape shape(
      String name, List<String> key, Optional<String> mark, Column... columns) {
    return new TableShape(name, List.of(columns), key, mark);
  }
}
