package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.SourceTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Keys that databases compare, order or read in ways of their own. */
class TableKeysIT {

  private static final Slice ALL = Slice.Bucket.ALL;

  private @Nullable SpyDataSource spy;

  @AfterEach
  void close() throws SQLException {
    if (spy != null) {
      spy.close();
    }
  }

  private void open(TestDatabase database, String... statements) throws SQLException {
    SpyDataSource now = database.empty();
    now.remembersNothing();
    spy = now;
    for (String sql : statements) {
      HostTable.execute(now.dataSource(), sql);
    }
  }

  private SourceTable table(String name, JdbcTable options) {
    return JdbcSource.builder(spy.dataSource()).table(name, options).build().table(name);
  }

  private static RowFormat format(SourceTable table) {
    return RowFormat.agreed(table.shape(), table.shape(), ColumnRules.standard());
  }

  /** The keys of a manifest, page by page. */
  private static List<String> manifest(SourceTable table, int limit) {
    return manifest(table, ALL, limit);
  }

  private static List<String> manifest(SourceTable table, Slice slice, int limit) {
    Selection selection = new Selection(format(table), "5a17", Mark.LAST);
    List<String> keys = new ArrayList<>();
    Optional<RowKey> after = Optional.empty();
    while (true) {
      List<RowVersion> page = table.manifest(selection, List.of(slice), after, limit);
      page.forEach(row -> keys.add(row.key().text()));
      if (page.size() < limit) {
        return keys;
      }
      after = Optional.of(page.get(page.size() - 1).key());
    }
  }

  /** The keys of all rows, page by page in the order of versions. */
  private static List<String> pages(SourceTable table, int limit) {
    RowFormat format = format(table);
    List<String> keys = new ArrayList<>();
    Optional<Cursor> after = Optional.empty();
    while (true) {
      List<Row> page = table.after(format, after, Mark.LAST, limit, Long.MAX_VALUE);
      if (page.isEmpty()) {
        return keys;
      }
      page.forEach(row -> keys.add(row.key().text()));
      Row last = page.get(page.size() - 1);
      after = Optional.of(new Cursor(last.mark(), Optional.of(last.key()), "here"));
    }
  }

  private static List<Optional<RowVersion>> find(SourceTable table, String... keys) {
    Selection selection = new Selection(format(table), "5a17", Mark.LAST);
    return table.find(selection, List.of(keys).stream().map(RowKey::new).toList());
  }

  // ---- order

  /** MariaDB sorts by the first kilobyte of a text only. */
  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void TAB_3_TAB_7_keysThatDifferAtTheirEndOnlyAreAllInPages(TestDatabase database)
      throws SQLException {
    boolean maria = database == TestDatabase.MARIADB;
    String type =
        maria ? "varchar(700) character set utf8mb4 collate utf8mb4_nopad_bin" : "varchar(700)";
    String sql = "create table 't' ('k' %s not null primary key, 'v' bigint not null)";
    open(
        database,
        sql.formatted(type).replace('\'', maria ? '`' : '"'),
        "create index 'by_v' on 't' ('v')".replace('\'', maria ? '`' : '"'));
    List<String> keys = insert(maria, 5, "x".repeat(600), 100);
    insert(maria, 6, "y", 4_000); // so many that others are found by their version
    SourceTable table = table("t", JdbcTable.standard().mark("v"));
    assertThat(pages(table, 7).subList(0, 100)).containsExactlyInAnyOrderElementsOf(keys);
    assertThat(manifest(table, new Slice.Marks(4, 5), 7)).containsExactlyInAnyOrderElementsOf(keys);
  }

  /** The same of a key that no index keeps, of any length. */
  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void TAB_3_longKeysWithoutAnIndexAreAllInPages(TestDatabase database) throws SQLException {
    boolean maria = database == TestDatabase.MARIADB;
    String text = maria ? "longtext character set utf8mb4 collate utf8mb4_nopad_bin" : "text";
    if (database == TestDatabase.H2) {
      text = "varchar";
    }
    String sql = "create table 't' ('k' %s not null, 'v' bigint not null)".formatted(text);
    open(database, sql.replace('\'', maria ? '`' : '"'));
    List<String> keys = insert(maria, 5, "x".repeat(20_000), 100);
    SourceTable table = table("t", JdbcTable.standard().key("k").mark("v"));
    assertThat(manifest(table, 7)).containsExactlyInAnyOrderElementsOf(keys);
    assertThat(pages(table, 7)).containsExactlyInAnyOrderElementsOf(keys);
  }

  private List<String> insert(boolean maria, long version, String prefix, int count)
      throws SQLException {
    List<String> keys = new ArrayList<>();
    String sql = "insert into 't' values (?, ?)".replace('\'', maria ? '`' : '"');
    try (Connection connection = spy.dataSource().getConnection();
        PreparedStatement insert = connection.prepareStatement(sql)) {
      connection.setAutoCommit(false);
      for (int i = 0; i < count; i++) {
        String key = prefix + (i * 7919 % 10_000);
        keys.add(key);
        insert.setString(1, key);
        insert.setLong(2, version);
        insert.addBatch();
      }
      insert.executeBatch();
      connection.commit();
      connection.setAutoCommit(true);
    }
    return keys;
  }

  /** The index tells apart what the column takes for equal. */
  @ParameterizedTest
  @EnumSource(
      value = TestDatabase.class,
      names = {"POSTGRESQL", "SQLITE"})
  void TAB_3_anIndexOfAnotherCollationThanItsColumn(TestDatabase database) throws SQLException {
    boolean postgres = database == TestDatabase.POSTGRESQL;
    open(database);
    if (postgres) {
      HostTable.execute(
          spy.dataSource(),
          "create collation lenient"
              + " (provider = icu, locale = 'und-u-ks-level1', deterministic = false)");
    }
    HostTable.execute(
        spy.dataSource(),
        "create table t (k varchar(20) collate "
            + (postgres ? "lenient" : "nocase")
            + " not null, v bigint not null)");
    HostTable.execute(
        spy.dataSource(),
        "create unique index k on t (k collate " + (postgres ? "\"C\")" : "binary)"));
    HostTable.execute(
        spy.dataSource(), "insert into t values ('a', 1), ('A', 1), ('b', 1), ('B', 1), ('c', 1)");
    SourceTable table = table("t", JdbcTable.standard().mark("v"));
    assertThat(table.shape().key()).containsExactly("k");
    assertThat(manifest(table, 1)).containsExactlyInAnyOrder("a", "A", "b", "B", "c");
    assertThat(pages(table, 1)).containsExactlyInAnyOrder("a", "A", "b", "B", "c");
  }

  @Test
  void TAB_7_versionsOfSeveralLengthsAreRefusedAndNotReadInAnotherOrder() throws SQLException {
    open(
        TestDatabase.MARIADB,
        "create table t (k bigint not null primary key, v varbinary(2) not null)",
        "insert into t values (1, X'0100'), (5, X'0100')");
    SourceTable table = table("t", JdbcTable.standard().mark("v"));
    assertThat(pages(table, 1)).containsExactly("1", "5");
    HostTable.execute(spy.dataSource(), "insert into t values (3, X'01')");
    assertThatThrownBy(() -> pages(table, 1))
        .isInstanceOf(SyncException.class)
        .hasMessageContaining("1 bytes");
  }

  /** SQLite keeps null in primary keys. */
  @Test
  void TAB_7_aKeyThatIsNullKeepsNobodyWaiting() throws SQLException {
    open(
        TestDatabase.SQLITE,
        "create table t (k text primary key, v bigint not null)",
        "insert into t values (null, 1), ('a', 1), ('b', 2)");
    SourceTable table = table("t", JdbcTable.standard().mark("v"));
    assertThat(pages(table, 1)).containsExactlyInAnyOrder("\\N", "a", "b");
    assertThat(manifest(table, 1)).containsExactlyInAnyOrder("\\N", "a", "b");
  }

  /** SQLite keeps dates and times as they are written, in many ways. */
  @Test
  void TAB_4_TAB_7_timesOfSqliteAreFoundHoweverTheyAreWritten() throws SQLException {
    open(
        TestDatabase.SQLITE,
        "create table t (k timestamp not null, n time not null, v timestamp not null,"
            + " primary key (k, n))",
        "insert into t values ('2026-11-21', '10:00', '2026-11-21'),"
            + " ('2026-11-21 10:00', '10:00:00', '2026-11-21 00:00'),"
            + " ('2026-11-21T10:00:01Z', '10:00:00.5', '2026-11-21T00:00:00Z'),"
            + " ('2026-11-21 10:00:02+00:00', '10:00:00.123456', '2026-11-21 00:00:00+00:00'),"
            + " ('2026-11-21 10:00:03.25', '10:00:00.000', '2026-11-21 00:00:00.000')");
    SourceTable table = table("t", JdbcTable.standard().mark("v"));
    List<String> keys = manifest(table, 2);
    assertThat(keys)
        .containsExactly(
            "2026-11-21 00:00:00.000000|10:00:00.000000",
            "2026-11-21 10:00:00.000000|10:00:00.000000",
            "2026-11-21 10:00:01.000000|10:00:00.500000",
            "2026-11-21 10:00:02.000000|10:00:00.123456",
            "2026-11-21 10:00:03.250000|10:00:00.000000");
    assertThat(find(table, keys.toArray(String[]::new))).allMatch(Optional::isPresent);
    assertThat(pages(table, 1)).isEqualTo(keys);
  }

  // ---- looking up

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void TAB_4_aKeyThatNoRowCanHaveIsAbsent(TestDatabase database) throws SQLException {
    String name = database == TestDatabase.H2 ? "T" : "t";
    String label =
        switch (database) {
          case POSTGRESQL -> "color";
          case SQLITE -> "text";
          default -> "enum('red', 'blue')";
        };
    open(database);
    if (database == TestDatabase.POSTGRESQL) {
      HostTable.execute(spy.dataSource(), "create type color as enum ('red', 'blue')");
    }
    String time = database == TestDatabase.MARIADB ? "datetime" : "timestamp";
    List<List<String>> columns =
        List.of(
            List.of(label, "red", "green", "", "RED"),
            List.of("date", "2024-02-29", "2023-02-29", "2026-13-01", "2026-00-10", "nonsense"),
            List.of(
                time,
                "2026-11-21 10:00:00",
                "2026-02-30 10:00:00",
                "2026-11-21 25:00:00",
                "2026-11-21 10:61:00",
                "999999-01-01 00:00:00"),
            List.of("time", "10:00:00", "25:00:00", "10:61:00", "10:00:61"),
            List.of("bigint", "5", "9".repeat(400), "0x5", "5.0"));
    for (List<String> column : columns) {
      HostTable.execute(
          spy.dataSource(),
          "create table t (k "
              + column.get(0)
              + " not null, n bigint not null, primary key (k, n))");
      HostTable.execute(spy.dataSource(), "insert into t values ('" + column.get(1) + "', 1)");
      SourceTable table = table(name, JdbcTable.standard());
      String there = manifest(table, 10).get(0);
      assertThat(find(table, there)).as("%s", column).containsOnly(find(table, there).get(0));
      assertThat(find(table, there).get(0)).as("%s", column).isPresent();
      for (String other : column.subList(2, column.size())) {
        List<Optional<RowVersion>> found = find(table, other + "|1", there);
        assertThat(found.get(0)).as(other).isEmpty();
        assertThat(found.get(1)).as(other).isPresent();
      }
      HostTable.execute(spy.dataSource(), "drop table t");
    }
  }
}
