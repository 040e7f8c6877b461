package dev.chirograph.jdbc;

import static dev.chirograph.jdbc.ReplicaHosts.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Outcome;
import dev.chirograph.Slice;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.jdbc.SpyDataSource.Ran;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.spi.table.Tenant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A tenant that wants what is another's, in a database whose tables they share. */
class TenantAttacksIT {

  private static final Tenant VICTIM = new Tenant("acme", "north");
  private static final Tenant ATTACKER = new Tenant("acme", "south");

  /** What ends a text, a name or a condition, somewhere. */
  private static final List<String> TEXTS =
      List.of(
          "' or '1'='1",
          "x'; delete from document; --",
          "\" or 1=1 --",
          "` or 1=1 -- ",
          "\\' or 1=1 -- ",
          "acme",
          "north",
          "acme|north|secret",
          "acme\\|north\\|secret",
          "$1",
          "?",
          "${document}",
          ":listed",
          "{fn now()}",
          "%",
          "_",
          "\\",
          "{1,2}",
          "{\"a\",null}",
          "NULL",
          "\\N",
          "/*",
          "*/ or /*");

  private static final TableShape DOCUMENT =
      new TableShape(
          "document",
          List.of(
              new Column("name", new ColumnType(ColumnType.Kind.TEXT, 0, 200), false),
              new Column("body", ColumnType.of(ColumnType.Kind.TEXT), true),
              new Column("version", new ColumnType(ColumnType.Kind.INTEGER, 0, 19), false)),
          List.of("name"),
          Optional.of("version"));

  private static final TableShape KEYLESS =
      new TableShape(
          "keyless",
          List.of(
              new Column("a", new ColumnType(ColumnType.Kind.TEXT, 0, 200), false),
              new Column("b", ColumnType.of(ColumnType.Kind.TEXT), true)),
          List.of(),
          Optional.empty());

  private static final TableShape NUMBERED =
      new TableShape(
          "numbered",
          List.of(
              new Column("id", new ColumnType(ColumnType.Kind.INTEGER, 0, 18), false),
              new Column("body", ColumnType.of(ColumnType.Kind.TEXT), true)),
          List.of("id"),
          Optional.empty());

  @AutoClose private final ReplicaHosts hosts = new ReplicaHosts();

  private static JdbcTenants tenants(ReplicaHost host, TableShape... shapes) throws Exception {
    JdbcTenants tenants = JdbcTenants.of(host.spy().dataSource());
    for (TableShape shape : shapes) {
      host.create(shape, tenants.script(shape));
    }
    tenants.register(VICTIM);
    tenants.register(ATTACKER);
    return tenants;
  }

  private static ReplicaScene scene(JdbcTenants tenants, Tenant tenant, TableShape shape) {
    return new ReplicaScene(shape, tenants.database(tenant).table(shape.name()));
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void L10_TAB_11_noTextReachesIntoAnotherTenant(TestDatabase database) throws Exception {
    for (TableShape shape : List.of(DOCUMENT, KEYLESS)) {
      JdbcTenants tenants = tenants(hosts.on(database), shape);
      ReplicaScene victim = scene(tenants, VICTIM, shape);
      ReplicaScene attacker = scene(tenants, ATTACKER, shape);
      List<Row> secrets = new ArrayList<>();
      for (String text : TEXTS) {
        secrets.add(row(victim, text, "secret"));
      }
      victim.write(secrets, List.of(), Optional.empty());
      TreeMap<String, Row> before = victim.all();
      assertThat(before).hasSize(TEXTS.size());
      List<RowVersion> stolen = victim.seen(secrets);
      List<RowKey> keys = secrets.stream().map(Row::key).toList();

      assertThat(attacker.table.rows(attacker.format, keys, Long.MAX_VALUE))
          .containsOnly(Optional.empty());
      assertThat(
              attacker.write(
                  List.of(),
                  stolen,
                  Optional.of(new Cursor(new Mark(9), Optional.of(keys.get(0)), TEXTS.get(0)))))
          .hasOnlyElementsOfType(Outcome.Unchanged.class);
      List<Row> same = new ArrayList<>();
      for (String text : TEXTS) {
        same.add(row(attacker, text, text));
      }
      attacker.write(same, List.of(), Optional.empty());
      attacker.write(same, List.of(), Optional.empty());
      assertThat(attacker.all()).isEqualTo(ReplicaScene.byKey(same));
      assertThat(attacker.write(List.of(), attacker.seen(same), Optional.empty()))
          .hasOnlyElementsOfType(Outcome.Applied.class);
      assertThat(victim.all()).isEqualTo(before);
      assertThat(victim.table.cursor()).isEmpty();
    }
  }

  private static Row row(ReplicaScene scene, String key, String text) {
    return scene.format.columns().size() == 3 ? scene.row(key, text, "1") : scene.row(key, text);
  }

  /** Drivers write such a number out, and databases compare with it. */
  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  @Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
  void L9_aShortKeyIsNoEndlessNumber(TestDatabase database) throws Exception {
    ReplicaScene scene = scene(tenants(hosts.on(database), NUMBERED), ATTACKER, NUMBERED);
    List<Row> rows = List.of(scene.row("1", "one"), scene.row("100", "hundred"));
    scene.write(rows, List.of(), Optional.empty());
    List<RowKey> keys =
        Stream.of(
                "1e2",
                "1e1000000000",
                "1e-1000000000",
                "-9e2147483647",
                "0e-2147483647",
                "1.0",
                "+1",
                "9".repeat(1_000_000))
            .map(RowKey::new)
            .toList();
    Selection selection = new Selection(scene.format, ReplicaScene.SALT, Mark.LAST);
    assertThat(scene.table.find(selection, keys)).containsOnly(Optional.empty());
    assertThat(scene.table.rows(scene.format, keys, Long.MAX_VALUE)).containsOnly(Optional.empty());
    assertThat(scene.all()).hasSize(2);
  }

  /** The names of columns come from a format, which somebody else may have made up. */
  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void L10_TAB_11_noFormatReachesIntoAnotherTenant(TestDatabase database) throws Exception {
    JdbcTenants tenants = tenants(hosts.on(database), DOCUMENT);
    ReplicaScene victim = scene(tenants, VICTIM, DOCUMENT);
    victim.put(victim.row("secret", "secret", "1"));
    TreeMap<String, Row> before = victim.all();
    ReplicaScene attacker = scene(tenants, ATTACKER, DOCUMENT);
    ReplicaTable table = attacker.table;
    Column text = new Column("body", ColumnType.of(ColumnType.Kind.TEXT), true);
    List<Column> own = attacker.format.columns();
    List<RowFormat> forged = new ArrayList<>();
    for (String name :
        List.of(
            "customer_id",
            "database_id",
            "CUSTOMER_ID",
            "nothing",
            "\"",
            "`",
            "body\" from \"document\" --",
            "body` from document -- ",
            "(select body from document)",
            "ctid",
            "rowid",
            "_rowid_")) {
      List<Column> columns = new ArrayList<>(own);
      columns.add(new Column(name, ColumnType.of(ColumnType.Kind.TEXT), true));
      forged.add(new RowFormat(columns, List.of("name"), Optional.of("version"), Set.of()));
    }
    forged.add(new RowFormat(own, List.of("body"), Optional.of("version"), Set.of()));
    forged.add(new RowFormat(own, List.of(), Optional.of("version"), Set.of()));
    forged.add(new RowFormat(own, List.of("name", "name"), Optional.of("version"), Set.of()));
    forged.add(new RowFormat(List.of(text), List.of("name"), Optional.empty(), Set.of()));
    for (RowFormat format : forged) {
      List<String> cells = new ArrayList<>();
      for (Column column : format.columns()) {
        cells.add(
            column.name().equals("version")
                ? "1"
                : column.name().startsWith("c") ? "acme" : "north");
      }
      Row row = new Row(new RowKey("secret"), new Mark(1), cells);
      RowVersion seen = new RowVersion(row.key(), new Mark(1), 0, 1);
      Selection selection = new Selection(format, ReplicaScene.SALT, Mark.LAST);
      refused(
          Kind.UNSUPPORTED,
          () ->
              table.write(
                  new ReplicaTable.Write(
                      attacker.fence,
                      format,
                      ReplicaScene.SALT,
                      List.of(row),
                      List.of(seen),
                      Optional.empty())));
      refused(Kind.UNSUPPORTED, () -> table.digests(selection, List.of(Slice.Bucket.ALL)));
      refused(
          Kind.UNSUPPORTED,
          () -> table.manifest(selection, List.of(Slice.Bucket.ALL), Optional.empty(), 10));
      refused(Kind.UNSUPPORTED, () -> table.find(selection, List.of(row.key())));
      refused(Kind.UNSUPPORTED, () -> table.rows(format, List.of(row.key()), 1_000));
      refused(
          Kind.UNSUPPORTED,
          () -> table.split(format, new Slice.Marks(Long.MIN_VALUE, Long.MAX_VALUE), 3));
    }
    assertThat(victim.all()).isEqualTo(before);
    assertThat(attacker.all()).isEmpty();
  }

  /** Whatever is asked for or written, tenant and database are in the statement. */
  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void L10_TAB_11_everyStatementNamesTheTenant(TestDatabase database) throws Exception {
    for (TableShape shape : List.of(DOCUMENT, KEYLESS)) {
      ReplicaHost host = hosts.on(database);
      JdbcTenants tenants = tenants(host, shape);
      ReplicaScene scene = scene(tenants, ATTACKER, shape);
      host.spy().statements();
      List<Row> rows = List.of(row(scene, "a", "1"), row(scene, "b", "2"));
      scene.write(rows, List.of(), Optional.empty());
      scene.write(List.of(row(scene, "a", "3")), List.of(), Optional.empty());
      Slice slice = Slice.Bucket.ALL;
      Selection selection = new Selection(scene.format, ReplicaScene.SALT, Mark.LAST);
      scene.table.digests(selection, List.of(slice));
      scene.table.manifest(selection, List.of(slice), Optional.of(rows.get(0).key()), 10);
      scene.table.find(selection, scene.all().values().stream().map(Row::key).toList());
      scene.table.info();
      if (scene.format.range().isPresent()) {
        Slice.Marks all = new Slice.Marks(Long.MIN_VALUE, Long.MAX_VALUE);
        scene.table.digests(selection, List.of(all));
        scene.table.split(scene.format, all, 3);
      }
      scene.write(List.of(), scene.seen(List.copyOf(scene.all().values())), Optional.empty());
      tenants.database(ATTACKER).state(Optional.empty());
      List<Ran> ran =
          host.spy().statements().stream()
              .filter(one -> names(one.sql(), shape.name()))
              .filter(one -> !one.sql().contains("union all select 'a'")) // asks of the columns
              .toList();
      assertThat(ran).hasSizeGreaterThan(10);
      for (Ran one : ran) {
        String sql = one.sql().toLowerCase(Locale.ROOT);
        assertThat(sql).contains("customer_id").contains("database_id");
        // As often as the table: no part of a statement is without.
        assertThat(count(sql, "customer_id"))
            .as(sql)
            .isGreaterThanOrEqualTo(count(sql, shape.name()));
      }
    }
  }

  private static boolean names(String sql, String table) {
    return sql.contains("\"" + table + "\"") || sql.contains("`" + table + "`");
  }

  private static int count(String sql, String part) {
    return sql.split(part, -1).length - 1;
  }

  // ---- tables that do not tell tenants apart

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void L10_aTableInWhichTenantsMeetIsRefused(TestDatabase database) throws Exception {
    ReplicaHost host = hosts.on(database);
    JdbcTenants tenants = JdbcTenants.of(host.spy().dataSource());
    tenants.register(VICTIM);
    String script = tenants.script(DOCUMENT);
    String customer = host.quoted("customer_id");
    String type = script.replaceAll("(?s).*" + customer + " ([^\\n]*) not null,\\n.*", "$1");
    String lenient =
        switch (database) {
          case POSTGRESQL -> "varchar(64) collate lenient";
          case MARIADB -> "varchar(64) character set ascii collate ascii_general_ci";
          case H2 -> "varchar_ignorecase(64)";
          case SQLITE -> "text collate nocase";
        };
    if (database == TestDatabase.POSTGRESQL) {
      host.execute(
          "create collation lenient"
              + " (provider = icu, locale = 'und-u-ks-level1', deterministic = false)");
    }
    host.execute(script.replace(customer + " " + type, customer + " " + lenient));
    assertThat(refused(Kind.UNSUPPORTED, () -> tenants.database(VICTIM).table("document")))
        .hasMessageContaining("collation");

    host.execute("drop table " + host.quoted("document"));
    host.execute(script.replace("primary key (" + customer + ", ", "primary key ("));
    assertThat(refused(Kind.UNSUPPORTED, () -> tenants.database(VICTIM).table("document")))
        .hasMessageContaining("unique index");

    host.execute("drop table " + host.quoted("document"));
    host.execute(script);
    assertThat(tenants.database(VICTIM).table("document").info().rows()).isZero();
    host.unique(DOCUMENT, List.of("version", "database_id"));
    assertThat(refused(Kind.UNSUPPORTED, () -> tenants.database(VICTIM).table("document").shape()))
        .hasMessageContaining("unique index");

    host.execute("drop table " + host.quoted("document"));
    host.execute("create table " + host.quoted("document") + " (name integer)");
    refused(Kind.NOT_FOUND, () -> tenants.database(VICTIM).table("document"));
    refused(Kind.NOT_FOUND, () -> tenants.database(VICTIM).table("chirograph_table_replica"));
    assertThat(tenants.database(VICTIM).state(Optional.empty()).orElseThrow().tables()).isEmpty();
  }
}
