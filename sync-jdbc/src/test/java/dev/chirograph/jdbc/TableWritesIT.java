package dev.chirograph.jdbc;

import static dev.chirograph.jdbc.ReplicaHosts.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaDatabase.State;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.TableInfo;
import dev.chirograph.spi.table.TableShape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What becomes of writes that databases have something to say about. */
class TableWritesIT {

  private static final Optional<Cursor> CURSOR =
      Optional.of(new Cursor(new Mark(7), Optional.empty(), "office"));

  @AutoClose private final ReplicaHosts hosts = new ReplicaHosts();

  // ---- how many statements

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void theNumberOfStatementsDoesNotGrowWithTheNumberOfRows(TestDatabase database) throws Exception {
    ReplicaHost host = hosts.on(database);
    ReplicaScene scene = ReplicaScene.invoices(host);
    for (int many : List.of(1, 2, 1_000)) {
      String name = database + " " + many;
      List<Row> rows = scene.invoices(1, many);
      // A savepoint, and settings.
      int more = (many > 1 ? 1 : 0) + (database == TestDatabase.POSTGRESQL ? 1 : 0);
      host.spy().statements();
      scene.write(rows, List.of(), CURSOR);
      assertThat(host.spy().statements()).as("insert " + name).hasSize(4 + more);
      scene.write(rows, List.of(), CURSOR);
      assertThat(host.spy().statements()).as("update " + name).hasSizeLessThanOrEqualTo(5 + more);
      List<Outcome> outcomes = scene.write(List.of(), scene.seen(rows), Optional.empty());
      assertThat(outcomes).hasOnlyElementsOfType(Outcome.Applied.class);
      assertThat(host.spy().statements())
          .as("delete " + name)
          .hasSizeLessThanOrEqualTo(5 + more + many / 500);
    }
  }

  // ---- what is told of a replica

  /** The number of rows is found out then, so what was told before is no longer so. */
  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void rowsThatWereThereBeforeTheFirstLeaseChangeTheTag(TestDatabase database) throws Exception {
    ReplicaHost host = hosts.on(database);
    JdbcReplica replica = JdbcReplica.of(host.spy().dataSource());
    host.create(ReplicaScene.INVOICE, replica.script(ReplicaScene.INVOICE));
    host.execute(
        "insert into "
            + host.quoted("invoice")
            + " ("
            + host.quoted("id")
            + ", "
            + host.quoted("version")
            + ") values (1, 1);\n");
    State before = replica.state(Optional.empty()).orElseThrow();
    ReplicaTable table = replica.table("invoice");
    long fence = table.lease("agent", Duration.ofMinutes(1)).orElseThrow();
    State after = replica.state(Optional.of(before.tag())).orElseThrow();
    assertThat(after.tables()).singleElement().extracting(TableInfo::rows).isEqualTo(1L);
    table.release(fence);
    assertThat(replica.state(Optional.of(after.tag()))).isEmpty();
  }

  // ---- rows that are refused

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void aRowThatIsRefusedIsToldWithoutAPieceOfIt(TestDatabase database) throws Exception {
    ReplicaHost host = hosts.on(database);
    TableShape shape = ReplicaScene.INVOICE;
    String script = JdbcReplica.of(host.spy().dataSource()).script(shape);
    String check =
        "check ("
            + host.quoted("amount")
            + " < 1000),\n  check ("
            + host.quoted("customer")
            + " <> 'secret'),\n  primary key";
    host.create(shape, script.replace("primary key", check));
    ReplicaScene scene = new ReplicaScene(shape, ReplicaScene.open(host, shape));
    Row kept = scene.row("1", "kept", "1", "1");
    scene.put(kept);
    boolean sqlite = database == TestDatabase.SQLITE;
    List<Row> bad = new ArrayList<>();
    bad.add(scene.raw("2", "secret", "1.00", "1"));
    bad.add(scene.raw("2", "secret-1", "4711.00", "1"));
    bad.add(scene.raw("2", "secret-2", "secret-3", "1"));
    bad.add(scene.raw("2", "secret-4", "0.4711", "1"));
    bad.add(scene.raw("2", "secret-5", "1.00", null));
    bad.add(scene.raw("99999999999999999994711", "secret-6", "1.00", "1"));
    bad.add(scene.raw("2", "secret \ud800", "1.00", "1"));
    if (!sqlite) {
      bad.add(scene.raw("2", "secret".repeat(50), "1.00", "1"));
      bad.add(scene.raw("2", "secret" + " ".repeat(200), "1.00", "1"));
      bad.add(scene.raw("2", "secret-7", "-99999999994711.00", "1"));
    }
    if (database == TestDatabase.POSTGRESQL) {
      bad.add(scene.raw("2", "secret \0", "1.00", "1"));
    }
    for (Row row : bad) {
      Row good = scene.row("3", "good", "1", "3");
      SyncException error =
          refused(Kind.INVALID_ARGUMENT, () -> scene.write(List.of(good, row), List.of(), CURSOR));
      assertThat(error.getMessage()).as("%s", row).contains("invoice").doesNotContain("secret");
      assertThat(error.getMessage()).doesNotContain("4711");
      assertThat(error.summary()).doesNotContain("secret");
      assertThat(scene.all()).isEqualTo(ReplicaScene.byKey(List.of(kept)));
      assertThat(scene.table.cursor()).isEmpty();
    }
  }

  /** The database would not say of which column. */
  @Test
  void L11_aTextWithNulIsToldByItsColumn() throws Exception {
    ReplicaScene scene = ReplicaScene.invoices(hosts.on(TestDatabase.POSTGRESQL));
    Row row = scene.raw("2", "secret \0", "1.00", "1");
    assertThat(refused(Kind.INVALID_ARGUMENT, () -> scene.put(row)).getMessage())
        .contains("'customer'", "NUL")
        .doesNotContain("secret");
    assertThat(scene.all()).isEmpty();
  }

  // ---- keys that a collation takes for one

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void aRowOfAnotherKeyIsNeverWrittenOver(TestDatabase database) throws Exception {
    TableShape shape =
        new TableShape(
            "collated",
            List.of(
                new Column("name", new ColumnType(ColumnType.Kind.TEXT, 0, 400), false),
                new Column("value", ColumnType.of(ColumnType.Kind.TEXT), true)),
            List.of("name"),
            Optional.empty());
    ReplicaScene scene = ReplicaScene.of(hosts.on(database), shape);
    Row upper = scene.row("KEY", "kept");
    scene.put(upper, scene.row("other", "kept"));
    TreeMap<String, Row> before = scene.all();
    assertThat(refused(Kind.ALREADY_EXISTS, () -> scene.put(scene.row("key", "lost"))))
        .hasMessageContaining("collation");
    refused(
        Kind.ALREADY_EXISTS,
        () -> scene.write(List.of(scene.row("a", "1"), scene.row("A", "2")), List.of(), CURSOR));
    refused(
        Kind.ALREADY_EXISTS,
        () -> scene.put(scene.row("OTHER", "lost"), scene.row("new", "1"), scene.row("b", "1")));
    assertThat(scene.all()).isEqualTo(before);
    assertThat(scene.write(List.of(), List.of(scene.seen(scene.row("key", "kept"))), CURSOR))
        .hasOnlyElementsOfType(Outcome.Unchanged.class);
    assertThat(scene.all()).isEqualTo(before);
    // In one write the one may go and the other come.
    scene.write(List.of(scene.row("key", "new")), List.of(scene.seen(upper)), Optional.empty());
    assertThat(scene.all().keySet()).containsExactlyInAnyOrder("key", "other");
  }

  // ---- rows that refer to others

  private ReplicaHost families(TestDatabase database, String rule) throws Exception {
    ReplicaHost host = hosts.on(database);
    JdbcReplica replica = JdbcReplica.of(host.spy().dataSource());
    TableShape parent = ReplicaScene.INVOICE;
    host.create(parent, replica.script(parent));
    host.unique(parent, List.of("customer"));
    String line = replica.script(LINE);
    String reference =
        "foreign key ("
            + host.quoted("invoice")
            + ") references "
            + host.quoted("invoice")
            + " ("
            + host.quoted("id")
            + ") "
            + rule
            + ",\n  primary key";
    host.create(LINE, line.replace("primary key", reference));
    return host;
  }

  private static final TableShape LINE =
      new TableShape(
          "line",
          List.of(
              new Column("id", new ColumnType(ColumnType.Kind.INTEGER, 0, 19), false),
              new Column("invoice", new ColumnType(ColumnType.Kind.INTEGER, 0, 19), true)),
          List.of("id"),
          Optional.empty());

  private static ReplicaScene scene(ReplicaHost host, TableShape shape) {
    return new ReplicaScene(shape, ReplicaScene.open(host, shape));
  }

  @ParameterizedTest
  @EnumSource(value = TestDatabase.class, mode = Mode.EXCLUDE, names = "SQLITE") // off by default
  void aRowThatRefersToNothingIsRefused(TestDatabase database) throws Exception {
    ReplicaHost host = families(database, "");
    ReplicaScene invoices = scene(host, ReplicaScene.INVOICE);
    ReplicaScene lines = scene(host, LINE);
    Row line = lines.row("1", "5");
    assertThat(refused(Kind.INVALID_ARGUMENT, () -> lines.put(line, lines.row("2", null))))
        .hasMessageContaining("refers to one that is not there");
    assertThat(lines.all()).isEmpty();
    Row invoice = invoices.row("5", "a", "1", "1");
    invoices.put(invoice);
    lines.put(line, lines.row("2", null));
    refused(
        Kind.INVALID_ARGUMENT,
        () -> invoices.write(List.of(), List.of(invoices.seen(invoice)), CURSOR));
    assertThat(invoices.all()).hasSize(1);
    lines.write(List.of(), List.of(lines.seen(line)), Optional.empty());
    invoices.write(List.of(), List.of(invoices.seen(invoice)), Optional.empty());
    assertThat(invoices.all()).isEmpty();
  }

  /**
   * They are written over one by one as long as that goes, so that nothing is deleted with them.
   */
  @ParameterizedTest
  @EnumSource(value = TestDatabase.class, mode = Mode.EXCLUDE, names = "SQLITE")
  void rowsThatOthersWouldBeDeletedWithAreNotReplaced(TestDatabase database) throws Exception {
    ReplicaHost host = families(database, "on delete cascade");
    ReplicaScene invoices = scene(host, ReplicaScene.INVOICE);
    ReplicaScene lines = scene(host, LINE);
    invoices.put(invoices.row("1", "a", "1", "1"), invoices.row("2", "b", "1", "1"));
    lines.put(lines.row("1", "1"), lines.row("2", "2"));
    TreeMap<String, Row> before = invoices.all();
    refused(
        Kind.ALREADY_EXISTS,
        () -> invoices.put(invoices.row("1", "b", "1", "2"), invoices.row("2", "a", "1", "2")));
    assertThat(invoices.all()).isEqualTo(before);
    assertThat(lines.all()).hasSize(2);
    invoices.put(invoices.row("1", "c", "1", "2"), invoices.row("2", "a", "1", "2"));
    assertThat(lines.all()).hasSize(2);
  }

  /** Be the column there before the table is looked at, or come after. */
  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void whatNobodySentIsNotLostWhenRowsSwapAValue(TestDatabase database) throws Exception {
    for (boolean later : new boolean[] {false, true}) {
      ReplicaHost host = hosts.on(database);
      TableShape shape = ReplicaScene.INVOICE;
      host.create(shape, JdbcReplica.of(host.spy().dataSource()).script(shape));
      host.unique(shape, List.of("customer"));
      String invoice = host.quoted("invoice");
      String own = host.quoted("own");
      String add = "alter table " + invoice + " add " + own + " integer";
      if (!later) {
        host.execute(add);
      }
      ReplicaScene scene = scene(host, shape);
      if (later) {
        host.execute(add);
      }
      scene.put(scene.row("1", "a", "1", "1"), scene.row("2", "b", "1", "1"));
      host.execute("update " + invoice + " set " + own + " = 5");
      refused(
          Kind.ALREADY_EXISTS,
          () -> scene.put(scene.row("1", "b", "1", "2"), scene.row("2", "a", "1", "2")));
      scene.put(scene.row("1", "c", "1", "2"), scene.row("2", "a", "1", "2"));
      assertThat(host.number("select count(*) from " + invoice + " where " + own + " = 5"))
          .isEqualTo(2);
    }
  }

  /** The database finds out at the commit. */
  @ParameterizedTest
  @EnumSource(
      value = TestDatabase.class,
      names = {"POSTGRESQL", "SQLITE"})
  void aConstraintThatIsLookedAtInTheEndIsAnErrorOfTheRows(TestDatabase database) throws Exception {
    ReplicaHost host = families(database, "deferrable initially deferred");
    ReplicaScene invoices = scene(host, ReplicaScene.INVOICE);
    ReplicaScene lines = scene(host, LINE);
    lines.put(lines.row("9", null));
    TreeMap<String, Row> before = lines.all();
    if (database == TestDatabase.SQLITE) {
      host.execute("pragma foreign_keys = on"); // of the one connection that is there
    }
    refused(
        Kind.INVALID_ARGUMENT,
        () -> lines.write(List.of(lines.row("1", "5"), lines.row("2", null)), List.of(), CURSOR));
    assertThat(lines.all()).isEqualTo(before);
    assertThat(lines.table.cursor()).isEmpty();
    invoices.put(invoices.row("5", "a", "1", "1"));
    lines.write(List.of(lines.row("1", "5")), List.of(), CURSOR);
    assertThat(lines.table.cursor()).isEqualTo(CURSOR);
  }

  // ---- sizes, numbers and settings

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void aRowOf20MegabytesIsWritten(TestDatabase database) throws Exception {
    TableShape shape =
        new TableShape(
            "large",
            List.of(
                new Column("id", new ColumnType(ColumnType.Kind.INTEGER, 0, 19), false),
                new Column("body", ColumnType.of(ColumnType.Kind.BYTES), true),
                new Column("note", ColumnType.of(ColumnType.Kind.TEXT), true)),
            List.of("id"),
            Optional.empty());
    ReplicaHost host = hosts.on(database);
    ReplicaScene scene = ReplicaScene.of(host, shape);
    if (database == TestDatabase.MARIADB) {
      host.execute("set global max_allowed_packet = 16777216");
      host.spy().close();
      try {
        refused(Kind.TOO_LARGE, () -> scene.put(scene.row("1", "", "x".repeat(20 << 20))));
        assertThat(scene.all()).isEmpty();
      } finally {
        host.execute("set global max_allowed_packet = 67108864");
        host.spy().close();
      }
    }
    Row text = scene.row("1", "00ff", "ä".repeat(10 << 20));
    Row bytes = scene.row("2", "0f".repeat(20 << 20), null);
    for (int i = 0; i < 2; i++) {
      scene.put(text);
      scene.put(bytes);
    }
    assertThat(scene.all().equals(ReplicaScene.byKey(List.of(text, bytes)))).isTrue();
    assertThat(scene.write(List.of(), scene.seen(List.of(text, bytes)), CURSOR))
        .hasOnlyElementsOfType(Outcome.Applied.class);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void numbersOfTheSourceAreKeptWhereTheDatabaseGivesThemOut(TestDatabase database)
      throws Exception {
    ReplicaHost host = hosts.on(database);
    TableShape shape = LINE;
    String script = JdbcReplica.of(host.spy().dataSource()).script(shape);
    String id = host.quoted("id") + " bigint not null";
    String given =
        switch (database) {
          case POSTGRESQL, H2 -> host.quoted("id") + " bigint generated always as identity";
          case MARIADB -> host.quoted("id") + " bigint not null auto_increment";
          case SQLITE -> id;
        };
    assertThat(script).contains(id);
    host.create(shape, script.replace(id, given));
    ReplicaScene scene = scene(host, shape);
    Row[] rows = {scene.row("0", "1"), scene.row("17", "2"), scene.row("-5", "3")};
    scene.put(rows);
    scene.put(rows);
    assertThat(scene.all()).isEqualTo(ReplicaScene.byKey(List.of(rows)));
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void theHostsConnectionsAreAsBefore(TestDatabase database) throws Exception {
    String asked =
        switch (database) {
          case POSTGRESQL ->
              "current_setting('timezone') || current_setting('lock_timeout')"
                  + " || current_setting('transaction_isolation')";
          case MARIADB -> "concat(@@session.sql_mode, @@session.time_zone, @@autocommit)";
          case H2 -> "lock_mode()";
          case SQLITE -> "1";
        };
    ReplicaHost host = hosts.on(database);
    ReplicaScene scene = ReplicaScene.invoices(host);
    String before = host.text("select " + asked);
    scene.put(scene.row("1", "a", "1", "1"));
    refused(Kind.INVALID_ARGUMENT, () -> scene.put(scene.raw("x", "a", "1", "1")));
    scene.fence--;
    refused(Kind.CONFLICT, () -> scene.put(scene.row("1", "b", "1", "1")));
    assertThat(host.text("select " + asked)).isEqualTo(before);
    assertThat(host.spy().lent()).isZero();
  }
}
