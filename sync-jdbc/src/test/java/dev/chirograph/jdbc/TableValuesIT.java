package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.ColumnType.Kind;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.SourceTable;
import dev.chirograph.spi.table.TableShape;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TimeZone;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A table per type with values that databases like to write in ways of their own: rows and digests
 * of each database are what Java says, and so those of every other.
 */
class TableValuesIT {

  private static final String SALT = "5a17";
  private static final Slice ALL = new Slice.Marks(Long.MIN_VALUE, Long.MAX_VALUE);

  private @Nullable SpyDataSource spy;

  @AfterEach
  void close() throws SQLException {
    if (spy != null) {
      spy.close();
    }
  }

  private SpyDataSource open(TestDatabase database) {
    SpyDataSource now = database.empty();
    now.remembersNothing();
    spy = now;
    return now;
  }

  private static Arguments of(TestDatabase database, Kind kind, int digits, String... values) {
    boolean sized = kind == Kind.PADDED;
    return Arguments.of(database, new ColumnType(kind, digits, sized ? 12 : 0), List.of(values));
  }

  static Stream<Arguments> values() {
    List<Arguments> all = new ArrayList<>();
    for (TestDatabase on : TestDatabase.values()) {
      boolean postgres = on == TestDatabase.POSTGRESQL;
      boolean sqlite = on == TestDatabase.SQLITE;
      boolean h2 = on == TestDatabase.H2;
      all.add(
          of(
              on,
              Kind.INTEGER,
              0,
              "0",
              "-1",
              "9223372036854775807",
              "-9223372036854775808",
              "1000"));
      all.add(of(on, Kind.DECIMAL, 2, "0", "-0.01", "0.10", "99999999999.99", "-1.5", "1000"));
      all.add(of(on, Kind.DECIMAL, 8, "0", "0.00000001", "-0.1", "12345.00000010"));
      all.add(of(on, Kind.BOOLEAN, 0, "0", "1"));
      all.add(
          of(
              on,
              Kind.TEXT,
              0,
              "",
              " ",
              "a ",
              "\t",
              "a|b",
              "\\",
              "\\N",
              "|",
              "é",
              "e\u0301",
              "😀👩‍👩‍👧",
              "\u200b",
              "'; drop table v; --",
              "%_",
              "\"q\"",
              "{}",
              "ﬁ",
              "ß",
              "İ",
              "\uFFFD",
              "line\r\nfeed",
              "\u0001"));
      all.add(of(on, Kind.PADDED, 0, "", "a", "a  ", "  a", "é", "a|b", "\\"));
      all.add(of(on, Kind.BYTES, 0, "", "00", "0000", "ff", "5c", "7c", "5c4e", "00ff00", "27"));
      all.add(
          of(
              on,
              Kind.UUID,
              0,
              "00000000-0000-0000-0000-000000000000",
              "FFFFFFFF-ffff-FFFF-bfff-ffffffffffff"));
      all.add(
          on == TestDatabase.MARIADB || sqlite
              ? of(on, Kind.DATE, 0, "1970-01-01", "9999-12-31", "1000-01-01", "2024-02-29")
              : of(
                  on,
                  Kind.DATE,
                  0,
                  "1970-01-01",
                  "9999-12-31",
                  "0001-01-01",
                  "2024-02-29",
                  "1582-10-04",
                  "1582-10-15"));
      all.add(of(on, Kind.TIME, 3, "00:00:00", "23:59:59.999", "12:00:00.5", "00:00:00.001"));
      all.add(
          of(
              on,
              Kind.TIMESTAMP,
              6,
              "1970-01-01 00:00:00",
              "1969-12-31 23:59:59.999999",
              "2026-03-29 02:30:00",
              "2026-10-25 02:30:00.000001",
              "9999-12-31 23:59:59.999999",
              "1582-10-10 12:00:00",
              "2026-11-21 10:00:00.1"));
      all.add(
          of(
              on,
              Kind.INSTANT,
              3,
              "1970-01-02 00:00:00",
              "2026-03-29 00:59:59.999",
              "2026-03-29 01:00:00",
              "2026-10-25 00:30:00",
              "2026-10-25 01:30:00",
              "2037-12-31 23:59:59.5"));
      if (postgres) {
        all.add(of(on, Kind.DATE, 0, "infinity", "-infinity", "0044-03-15 BC", "20000-01-01"));
        all.add(
            of(
                on,
                Kind.TIMESTAMP,
                3,
                "infinity",
                "-infinity",
                "0044-03-15 12:00:00.5 BC",
                "20000-01-01 00:00:00"));
        all.add(of(on, Kind.INSTANT, 0, "infinity", "-infinity"));
        all.add(of(on, Kind.TIME, 0, "24:00:00"));
      }
      all.add(
          of(
              on,
              Kind.DOUBLE,
              0,
              "0",
              "0.1",
              "-1.5",
              "1e23",
              "1.7976931348623157e308",
              "2.2250738585072014e-308",
              "9007199254740993",
              "1e-7",
              "123456789.123456789"));
      all.add(of(on, Kind.FLOAT, 0, "0", "0.1", "-1.5", "16777216", "3.4028e38", "1e-7"));
      if (postgres || h2) {
        all.add(of(on, Kind.DOUBLE, 0, "NaN", "Infinity", "-Infinity"));
        all.add(of(on, Kind.FLOAT, 0, "NaN", "Infinity", "-Infinity"));
      }
      if (postgres) {
        all.add(of(on, Kind.DOUBLE, 0, "-0", "4.9e-324"));
        all.add(of(on, Kind.FLOAT, 0, "-0", "1.4e-45"));
      }
      all.add(
          of(
              on,
              Kind.JSON,
              0,
              "{\"b\":[1,2.50,true],\"a\":null}",
              "\"é😀\"",
              "[]",
              "{}",
              "9007199254740993",
              "\"a|b\\\\N\"",
              "{\"a\":{\"b\":{\"c\":\" \"}}}"));
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("values")
  void TAB_1_hostileValuesAreWrittenAsInJava(
      TestDatabase database, ColumnType type, List<String> values) throws SQLException {
    TableShape shape =
        new TableShape(
            "v",
            List.of(
                new Column("id", new ColumnType(Kind.INTEGER, 0, 19), false),
                new Column("value", type, true)),
            List.of("id"),
            Optional.empty());
    HostTable host = new HostTable(database, shape);
    SpyDataSource spy = open(database);
    host.create(spy.dataSource(), "");
    List<@Nullable String> all = new ArrayList<>(values);
    all.add(null);
    try (Connection connection = spy.dataSource().getConnection()) {
      if (database == TestDatabase.MARIADB) {
        try (var statement = connection.createStatement()) {
          statement.execute("set session time_zone = '+00:00'");
        }
      }
      for (int i = 0; i < all.size(); i++) {
        host.insert(connection, Arrays.asList("" + i, all.get(i)));
      }
      if (database == TestDatabase.MARIADB) {
        try (var statement = connection.createStatement()) {
          statement.execute("set session time_zone = '-04:30'");
        }
      }
    }
    JdbcTable options =
        database == TestDatabase.SQLITE || type.kind() == Kind.JSON
            ? JdbcTable.standard().type("value", type)
            : JdbcTable.standard();
    SourceTable source =
        JdbcSource.builder(spy.dataSource()).table("v", options).build().table("v");
    RowFormat format =
        RowFormat.agreed(
            source.shape(), shape, ColumnRules.standard().allowNarrower("id", "value"));
    List<Row> expected = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      String value = all.get(i);
      List<@Nullable String> cells =
          Arrays.asList("" + i, value == null ? null : format.columns().get(1).type().text(value));
      expected.add(new Row(format.key(cells), Mark.FIRST, cells));
    }
    TimeZone before = TimeZone.getDefault();
    try {
      for (String zone : List.of("UTC", "America/New_York", "Asia/Kathmandu")) {
        TimeZone.setDefault(TimeZone.getTimeZone(zone));
        check(source, format, expected);
      }
    } finally {
      TimeZone.setDefault(before);
    }
  }

  private static void check(SourceTable source, RowFormat format, List<Row> expected) {
    List<Optional<Row>> rows =
        source.rows(format, expected.stream().map(Row::key).toList(), Long.MAX_VALUE);
    assertThat(rows).isEqualTo(expected.stream().map(Optional::of).toList());
    Digest digest =
        expected.stream()
            .map(row -> Digest.of(format.hash(SALT, row.cells())))
            .reduce(Digest.EMPTY, Digest::plus);
    Selection selection = new Selection(format, SALT, Mark.LAST);
    assertThat(source.digests(selection, List.of(ALL))).containsExactly(digest);
    assertThat(source.manifest(selection, List.of(ALL), Optional.empty(), 100))
        .extracting(row -> row.hash())
        .containsExactlyInAnyOrderElementsOf(
            expected.stream().map(row -> format.hash(SALT, row.cells())).toList());
  }

  // ---- large values

  private static final int LARGE = 20 << 20;

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void TAB_1_aValueOfTwentyMegabytes(TestDatabase database) throws SQLException {
    SpyDataSource spy = open(database);
    String types =
        switch (database) {
          case POSTGRESQL -> "t text, y bytea";
          case MARIADB -> "t longtext character set utf8mb4, y longblob";
          case H2 -> "\"t\" clob, \"y\" blob";
          case SQLITE -> "t text, y blob";
        };
    if (database == TestDatabase.MARIADB) {
      HostTable.execute(spy.dataSource(), "set global max_allowed_packet = " + (64 << 20));
      spy.close();
    }
    String name = database == TestDatabase.H2 ? "\"big\"" : "big";
    String id = database == TestDatabase.H2 ? "\"id\"" : "id";
    HostTable.execute(
        spy.dataSource(),
        "create table " + name + " (" + id + " bigint not null primary key, " + types + ")");
    String text = "é|".repeat(LARGE / 3);
    byte[] bytes = new byte[LARGE];
    Arrays.fill(bytes, (byte) 0x5c);
    try (Connection connection = spy.dataSource().getConnection();
        PreparedStatement insert =
            connection.prepareStatement("insert into " + name + " values (1, ?, ?)")) {
      insert.setString(1, text);
      insert.setBytes(2, bytes);
      insert.executeUpdate();
    }
    SourceTable source = JdbcSource.builder(spy.dataSource()).table("big").build().table("big");
    RowFormat format = RowFormat.agreed(source.shape(), source.shape(), ColumnRules.standard());
    List<@Nullable String> cells = Arrays.asList("1", text, HexFormat.of().formatHex(bytes));
    long hash = format.hash(SALT, cells);
    Selection selection = new Selection(format, SALT, Mark.LAST);
    assertThat(source.digests(selection, List.of(ALL))).containsExactly(Digest.of(hash));
    assertThat(source.find(selection, List.of(format.key(cells))).get(0).orElseThrow().hash())
        .isEqualTo(hash);
    Row row = source.rows(format, List.of(format.key(cells)), 1).get(0).orElseThrow();
    assertThat(format.hash(SALT, row.cells())).isEqualTo(hash);
  }

  // ---- refused

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of(TestDatabase.POSTGRESQL, "numeric"),
        Arguments.of(TestDatabase.POSTGRESQL, "interval"),
        Arguments.of(TestDatabase.POSTGRESQL, "_int4"),
        Arguments.of(TestDatabase.POSTGRESQL, "money"),
        Arguments.of(TestDatabase.POSTGRESQL, "timetz"),
        Arguments.of(TestDatabase.POSTGRESQL, "int4range"),
        Arguments.of(TestDatabase.MARIADB, "point"),
        Arguments.of(TestDatabase.H2, "DECFLOAT"),
        Arguments.of(TestDatabase.H2, "GEOMETRY"),
        Arguments.of(TestDatabase.SQLITE, "numeric"),
        Arguments.of(TestDatabase.SQLITE, "whatever"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void typesThatHaveNoCommonTextAreRefusedWithAdvice(TestDatabase database, String type)
      throws SQLException {
    SpyDataSource spy = open(database);
    String names =
        database == TestDatabase.H2
            ? "\"t\" (\"id\" bigint primary key, \"odd\" "
            : "t (id bigint primary key, odd ";
    HostTable.execute(spy.dataSource(), "create table " + names + type + ")");
    assertThatThrownBy(() -> JdbcSource.builder(spy.dataSource()).build().table("t"))
        .isInstanceOfSatisfying(
            SyncException.class,
            e -> assertThat(e.kind()).isEqualTo(SyncException.Kind.UNSUPPORTED))
        .hasMessageContainingAll(
            "'odd'", "table t", "'" + type + "'", "leaveOut", "JdbcTable.type");
    SourceTable without =
        JdbcSource.builder(spy.dataSource())
            .table("t", JdbcTable.standard().leaveOut("odd"))
            .build()
            .table("t");
    assertThat(without.shape().columns()).extracting(Column::name).containsExactly("id");
    SourceTable declared =
        JdbcSource.builder(spy.dataSource())
            .table("t", JdbcTable.standard().type("odd", ColumnType.of(Kind.TEXT)))
            .build()
            .table("t");
    assertThat(declared.shape().column("odd").orElseThrow().type())
        .isEqualTo(ColumnType.of(Kind.TEXT));
  }
}
