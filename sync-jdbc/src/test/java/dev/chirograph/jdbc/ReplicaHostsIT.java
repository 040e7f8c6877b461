package dev.chirograph.jdbc;

import static dev.chirograph.jdbc.ReplicaHosts.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.TableShape;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.h2.api.Trigger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tables of hosts that are not as our scripts make them. */
class ReplicaHostsIT {

  private static final Optional<Cursor> CURSOR =
      Optional.of(new Cursor(new Mark(7), Optional.empty(), "office"));

  @AutoClose private final ReplicaHosts hosts = new ReplicaHosts();

  private static String script(ReplicaHost host, TableShape shape) {
    return JdbcReplica.of(host.spy().dataSource()).script(shape);
  }

  // ---- columns that are not sent

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void aColumnThatIsLeftOutIsNotLostWhenRowsSwapAValue(TestDatabase database) throws Exception {
    ReplicaHost host = hosts.on(database);
    TableShape shape = ReplicaScene.INVOICE;
    host.create(shape, script(host, shape));
    String invoice = host.quoted("invoice");
    String own = host.quoted("own");
    host.execute("alter table " + invoice + " add " + own + " integer");
    host.unique(shape, List.of("customer"));
    ReplicaScene scene =
        new ReplicaScene(
            shape,
            JdbcReplica.builder(host.spy().dataSource())
                .table("invoice", ReplicaHost.options(shape).leaveOut("own"))
                .build()
                .table("invoice"));
    scene.put(scene.row("1", "a", "1", "1"), scene.row("2", "b", "1", "1"));
    host.execute("update " + invoice + " set " + own + " = 5");
    refused(
        Kind.ALREADY_EXISTS,
        () -> scene.put(scene.row("1", "b", "1", "2"), scene.row("2", "a", "1", "2")));
    assertThat(host.number("select count(*) from " + invoice + " where " + own + " = 5"))
        .isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void aColumnThatTheDatabaseComputesIsComparedAndNotWritten(TestDatabase database)
      throws Exception {
    ReplicaHost host = hosts.on(database);
    TableShape shape =
        new TableShape(
            "sum",
            List.of(
                new Column("id", new ColumnType(ColumnType.Kind.INTEGER, 0, 19), false),
                new Column("one", new ColumnType(ColumnType.Kind.INTEGER, 0, 19), true),
                new Column("twice", new ColumnType(ColumnType.Kind.INTEGER, 0, 19), true)),
            List.of("id"),
            Optional.empty());
    String twice = host.quoted("twice") + " bigint";
    String one = host.quoted("one");
    String computed =
        database == TestDatabase.H2 || database == TestDatabase.SQLITE
            ? " generated always as (" + one + " * 2)"
            : " generated always as (" + one + " * 2) stored";
    String script = script(host, shape);
    assertThat(script).contains(twice);
    host.create(shape, script.replace(twice, twice + computed));
    host.unique(shape, List.of("one"));
    ReplicaTable table = ReplicaScene.open(host, shape);
    if (database == TestDatabase.SQLITE) { // which does not tell of it
      assertThat(table.shape().column("twice")).isEmpty();
      return;
    }
    ReplicaScene scene = new ReplicaScene(shape, table);
    Row[] rows = {scene.row("1", "5", "10"), scene.row("2", "6", "12")};
    scene.put(rows);
    scene.put(rows);
    assertThat(scene.all()).isEqualTo(ReplicaScene.byKey(List.of(rows)));
    Row[] swapped = {scene.row("1", "6", "12"), scene.row("2", "5", "10")};
    scene.put(swapped);
    scene.put(scene.row("3", "7", "999")); // what is computed stands, and is found by comparing
    assertThat(scene.all())
        .isEqualTo(ReplicaScene.byKey(List.of(swapped[0], swapped[1], scene.row("3", "7", "14"))));
  }

  @ParameterizedTest
  @EnumSource(
      value = TestDatabase.class,
      names = {"POSTGRESQL", "H2"})
  void numbersThatAreAlwaysGivenOutCanBeWrittenOver(TestDatabase database) throws Exception {
    ReplicaHost host = hosts.on(database);
    TableShape shape = ReplicaScene.INVOICE;
    String version = host.quoted("version") + " bigint not null";
    String script = script(host, shape);
    assertThat(script).contains(version);
    host.create(
        shape,
        script.replace(
            version, host.quoted("version") + " bigint generated always as identity not null"));
    ReplicaScene scene = new ReplicaScene(shape, ReplicaScene.open(host, shape));
    scene.put(scene.row("1", "a", "1", "7"), scene.row("2", "b", "1", "8"));
    SyncException error = refused(Kind.UNSUPPORTED, () -> scene.put(scene.row("1", "a", "1", "9")));
    assertThat(error).hasMessageContaining("'version'").hasMessageContaining("by default");
  }

  // ---- where rows are

  @Test
  void partitionsAreNoTablesOfTheirOwn() throws Exception {
    ReplicaHost host = hosts.on(TestDatabase.POSTGRESQL);
    host.execute(
        "create table event (id bigint not null primary key) partition by range (id);\n"
            + "create table event_1 partition of event default");
    assertThat(JdbcSource.builder(host.spy().dataSource()).build().tables())
        .containsExactly("event");
    assertThat(
            JdbcReplica.of(host.spy().dataSource()).state(Optional.empty()).orElseThrow().tables())
        .extracting(info -> info.table())
        .containsExactly("event");
    assertThat(JdbcSource.builder(host.spy().dataSource()).table("event_1").build().tables())
        .containsExactly("event_1");
  }

  @ParameterizedTest
  @CsvSource({"MyISAM", "Aria"})
  void TAB_8_aTableWithoutTransactionsIsRefused(String engine) throws Exception {
    ReplicaHost host = hosts.on(TestDatabase.MARIADB);
    TableShape shape = ReplicaScene.INVOICE;
    host.create(shape, script(host, shape).replace("InnoDB", engine));
    assertThat(refused(Kind.UNSUPPORTED, () -> ReplicaScene.open(host, shape)))
        .hasMessageContaining("InnoDB");
    assertThat(
            JdbcSource.builder(host.spy().dataSource()).table("invoice").build().table("invoice"))
        .isNotNull();
  }

  /** Tables of one name in several schemas. */
  @ParameterizedTest
  @EnumSource(
      value = TestDatabase.class,
      names = {"POSTGRESQL", "H2"})
  void L5_tablesOfTwoSchemasHaveTheirOwnCursors(TestDatabase database) throws Exception {
    ReplicaHost host = hosts.on(database);
    TableShape shape = ReplicaScene.INVOICE;
    String script = script(host, shape);
    List<ReplicaScene> scenes = new ArrayList<>();
    for (String schema : List.of("one", "two.\"x")) {
      String quoted = host.quoted(schema);
      host.execute("create schema " + quoted);
      host.execute(
          script
              .replace("create table ", "create table " + quoted + ".")
              .replace(" on ", " on " + quoted + "."));
      scenes.add(
          new ReplicaScene(
              shape,
              JdbcReplica.builder(host.spy().dataSource())
                  .schema(schema)
                  .table("invoice", ReplicaHost.options(shape))
                  .build()
                  .table("invoice")));
    }
    ReplicaScene one = scenes.get(0);
    one.write(List.of(one.row("1", "a", "1", "7")), List.of(), CURSOR);
    assertThat(one.table.cursor()).isEqualTo(CURSOR);
    assertThat(scenes.get(1).table.cursor()).isEmpty();
    assertThat(scenes.get(1).all()).isEmpty();
  }

  /** Whoever names the schema that connections stand in means the same table. */
  @ParameterizedTest
  @EnumSource(
      value = TestDatabase.class,
      names = {"POSTGRESQL", "H2", "MARIADB"})
  void L5_theDefaultSchemaByItsNameIsTheSame(TestDatabase database) throws Exception {
    ReplicaHost host = hosts.on(database);
    ReplicaScene scene = ReplicaScene.invoices(host);
    String asked =
        switch (database) {
          case POSTGRESQL -> "current_schema()";
          case H2 -> "current_schema";
          default -> "database()";
        };
    ReplicaTable named =
        JdbcReplica.builder(host.spy().dataSource())
            .schema(host.text("select " + asked))
            .build()
            .table("invoice");
    assertThat(named.lease("another", Duration.ofMinutes(1))).isEmpty();
    scene.table.release(scene.fence);
    assertThat(named.lease("another", Duration.ofMinutes(1))).isPresent();
  }

  // ---- values that cannot be read again

  @ParameterizedTest
  @CsvSource({
    "DATE,0,0,infinity",
    "DATE,0,0,0044-03-15 BC",
    "TIMESTAMP,3,0,-infinity",
    "TIMESTAMP,3,0,0044-03-15 12:00:00.000 BC",
    "TIME,0,0,-838:59:59",
    "DECIMAL,2,30,12345678901234567890.12",
    "DECIMAL,10,30,0.1234567891"
  })
  void whatSqliteWouldNotGiveBackIsRefused(ColumnType.Kind kind, int digits, int size, String value)
      throws Exception {
    ReplicaHost host = hosts.on(TestDatabase.SQLITE);
    TableShape shape =
        new TableShape(
            "v",
            List.of(
                new Column("id", new ColumnType(ColumnType.Kind.INTEGER, 0, 19), false),
                new Column("value", new ColumnType(kind, digits, size), true)),
            List.of("id"),
            Optional.empty());
    ReplicaScene scene = ReplicaScene.of(host, shape);
    Row row = scene.raw("1", value);
    if (value.length() == 12) {
      scene.put(row);
      assertThat(scene.all().values()).extracting(Row::cells).containsExactly(row.cells());
      return;
    }
    assertThat(refused(Kind.INVALID_ARGUMENT, () -> scene.put(row)).getMessage())
        .contains("'value'")
        .doesNotContain(value);
    assertThat(scene.all()).isEmpty();
  }

  /** As sessions of MariaDB may have it, which take the one for the other. */
  @Test
  void TAB_1_anEmptyTextIsNoNull() throws Exception {
    ReplicaHost host = hosts.on(TestDatabase.MARIADB);
    TableShape shape =
        new TableShape(
            "word",
            List.of(
                new Column("word", new ColumnType(ColumnType.Kind.TEXT, 0, 20), false),
                new Column("note", new ColumnType(ColumnType.Kind.TEXT, 0, 20), true)),
            List.of("word"),
            Optional.empty());
    host.execute("set session sql_mode = concat(@@sql_mode, ',EMPTY_STRING_IS_NULL')");
    ReplicaScene scene = ReplicaScene.of(host, shape);
    Row row = scene.row("", "");
    scene.put(row);
    scene.put(row);
    assertThat(scene.all()).isEqualTo(ReplicaScene.byKey(List.of(row)));
    assertThat(host.text("select @@session.sql_mode")).contains("EMPTY_STRING_IS_NULL");
  }

  // ---- rows that a trigger refuses

  /** For H2, whose triggers are classes. */
  public static final class Refusing implements Trigger {
    @Override
    public void fire(Connection connection, Object[] before, Object[] after) throws SQLException {
      if ("secret".equals(after[1])) {
        throw new SQLException("no secret");
      }
      if ("other secret".equals(after[1])) {
        throw new IllegalStateException("no secret");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void L11_aRowThatATriggerRefusesIsToBlame(TestDatabase database) throws Exception {
    ReplicaHost host = hosts.on(database);
    ReplicaScene scene = ReplicaScene.invoices(host);
    switch (database) {
      case POSTGRESQL -> {
        host.execute(
            "create function no() returns trigger language plpgsql as $$ begin"
                + " if new.customer like '%secret' then raise exception 'no %', new.customer; end if;"
                + " return new; end $$");
        host.execute(
            "create trigger no before insert or update on invoice"
                + " for each row execute function no()");
      }
      case MARIADB ->
          host.execute(
              "create trigger no before insert on invoice for each row"
                  + " if new.customer like '%secret' then"
                  + " signal sqlstate '45000' set message_text = 'no secret'; end if");
      case H2 ->
          host.execute(
              "create trigger no before insert on \"invoice\" for each row call '"
                  + Refusing.class.getName()
                  + "'");
      case SQLITE ->
          host.execute(
              "create trigger no before insert on invoice when new.customer like '%secret'"
                  + " begin select raise(abort, 'no secret'); end");
    }
    for (String name : List.of("secret", "other secret")) {
      Row row = scene.row("1", name, "1", "1");
      assertThat(refused(Kind.INVALID_ARGUMENT, () -> scene.put(row)).getMessage())
          .doesNotContain("secret");
    }
    scene.put(scene.row("1", "public", "1", "1"));
  }

  // ---- keys with padding

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void rowsWithPaddedKeysAreFoundAgain(TestDatabase database) throws Exception {
    TableShape shape =
        new TableShape(
            "code",
            List.of(
                new Column("code", new ColumnType(ColumnType.Kind.PADDED, 0, 5), false),
                new Column("value", ColumnType.of(ColumnType.Kind.TEXT), true)),
            List.of("code"),
            Optional.empty());
    ReplicaHost host = hosts.on(database);
    String code = host.quoted("code");
    String script = script(host, shape);
    host.create(shape, script.replaceFirst("(\\(\\s*" + code + ") [^\n]*", "$1 char(5) not null,"));
    ReplicaScene scene = new ReplicaScene(shape, ReplicaScene.open(host, shape));
    Row[] rows = {scene.row("a", "1"), scene.row("ab", "2"), scene.row("abcde", "3")};
    scene.put(rows);
    scene.put(rows);
    assertThat(scene.all()).isEqualTo(ReplicaScene.byKey(List.of(rows)));
    scene.write(List.of(), scene.seen(List.of(rows[0], rows[2])), Optional.empty());
    assertThat(scene.all()).isEqualTo(ReplicaScene.byKey(List.of(rows[1])));
  }
}
