package dev.chirograph.jdbc;

import static dev.chirograph.jdbc.ReplicaHosts.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.TableShape;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Rows that have no key are found again by where they are, or by all that they hold. */
class KeylessRowsIT {

  @AutoClose private final ReplicaHosts hosts = new ReplicaHosts();

  private static final String PLAIN = "create table event (what varchar(50) not null, %s)";

  /** The table with a text and a whole number that is named like this. */
  private static ReplicaScene events(ReplicaHost host, String number) {
    TableShape shape =
        new TableShape(
            "event",
            List.of(
                new Column("what", new ColumnType(ColumnType.Kind.TEXT, 0, 50), false),
                new Column(number, new ColumnType(ColumnType.Kind.INTEGER, 0, 19), false)),
            List.of(),
            Optional.empty());
    return new ReplicaScene(shape, ReplicaScene.open(host, shape));
  }

  private static void delete(ReplicaScene scene, Row row) {
    scene.write(List.of(), List.of(scene.seen(row)), Optional.empty());
  }

  private static void deletesOne(ReplicaScene scene, Row gone, Row kept) {
    scene.put(gone, kept);
    delete(scene, gone);
    assertThat(scene.all()).isEqualTo(ReplicaScene.byKey(List.of(kept)));
  }

  /** Each part of a table counts for itself. */
  @Test
  void TAB_9_rowsAreDeletedInTheirOwnPartition() throws Exception {
    ReplicaHost host = hosts.on(TestDatabase.POSTGRESQL);
    host.execute(
        PLAIN.formatted("number bigint not null")
            + " partition by list (number);\n"
            + "create table event_1 partition of event for values in (1);\n"
            + "create table event_2 partition of event for values in (2)");
    ReplicaScene scene = events(host, "number");
    deletesOne(scene, scene.row("a", "1"), scene.row("b", "2"));
  }

  /** A column may be named like the number of a row. */
  @Test
  void TAB_9_aColumnNamedRowidIsNotTheNumberOfARow() throws Exception {
    ReplicaHost host = hosts.on(TestDatabase.SQLITE);
    host.execute(PLAIN.formatted("rowid integer not null"));
    ReplicaScene scene = events(host, "rowid");
    deletesOne(scene, scene.row("a", "5"), scene.row("b", "5"));
  }

  @Test
  void TAB_9_noColumnOfH2IsTheNumberOfARow() throws Exception {
    ReplicaHost host = hosts.on(TestDatabase.H2);
    host.execute(
        "create table \"event\" (\"what\" varchar(50) not null, \"_ROWID_\" bigint not null)");
    ReplicaScene scene = events(host, "_ROWID_");
    deletesOne(scene, scene.row("a", "5"), scene.row("b", "5"));
  }

  /** A trigger may keep a row without a word; then it is not told as deleted. */
  @Test
  void TAB_9_aRowThatStaysIsNotToldAsDeleted() throws Exception {
    ReplicaHost host = hosts.on(TestDatabase.POSTGRESQL);
    host.execute(PLAIN.formatted("number bigint not null"));
    ReplicaScene scene = events(host, "number");
    Row row = scene.row("a", "1");
    scene.put(row);
    host.execute(
        "create function keep() returns trigger language plpgsql as $$ begin return null; end $$");
    host.execute("create trigger keep before delete on event for each row execute function keep()");
    refused(Kind.UNEXPECTED, () -> delete(scene, row));
    assertThat(scene.table.info().rows()).isOne();
  }

  /** Of rows that are equal as many stay as there are to be. */
  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void TAB_10_ofEqualRowsTheRestIsDeleted(TestDatabase database) throws Exception {
    ReplicaHost host = hosts.on(database);
    host.execute(
        "create table event (what varchar(50) not null, number bigint not null)"
            .replace("event", host.quoted("event"))
            .replace("what", host.quoted("what"))
            .replace("number", host.quoted("number")));
    ReplicaScene scene = events(host, "number");
    Row row = scene.row("a", "1");
    Row other = scene.row("b", "1");
    scene.put(times(row, 5), other);
    scene.put(times(row, 2));
    assertThat(scene.all()).isEqualTo(ReplicaScene.byKey(List.of(times(row, 2), other)));
    delete(scene, times(row, 2));
    assertThat(scene.all()).isEqualTo(ReplicaScene.byKey(List.of(other)));
    assertThat(scene.table.info().rows()).isOne();
  }

  private static Row times(Row row, long count) {
    return new Row(row.key(), row.mark(), row.cells(), count);
  }

  @ParameterizedTest
  @EnumSource(
      value = TestDatabase.class,
      names = {"POSTGRESQL", "MARIADB", "SQLITE"})
  void L11_aDeleteThatATriggerRefusesIsAFaultOfTheRow(TestDatabase database) throws Exception {
    ReplicaHost host = hosts.on(database);
    host.execute(PLAIN.formatted("number bigint not null"));
    ReplicaScene scene = events(host, "number");
    Row row = scene.row("secret", "1");
    scene.put(row);
    switch (database) {
      case POSTGRESQL -> {
        host.execute(
            "create function no() returns trigger language plpgsql as $$ begin"
                + " raise exception 'no %', old.what; end $$");
        host.execute("create trigger no before delete on event for each row execute function no()");
      }
      case MARIADB ->
          host.execute(
              "create trigger no before delete on event for each row"
                  + " signal sqlstate '45000' set message_text = 'no secret'");
      default ->
          host.execute(
              "create trigger no before delete on event"
                  + " begin select raise(abort, 'no secret'); end");
    }
    assertThat(refused(Kind.INVALID_ARGUMENT, () -> delete(scene, row)).getMessage())
        .doesNotContain("secret");
    assertThat(scene.all()).isEqualTo(ReplicaScene.byKey(List.of(row)));
  }

  @ParameterizedTest
  @EnumSource(value = TestDatabase.class, mode = Mode.EXCLUDE, names = "SQLITE") // off by default
  void L11_aDeleteOfARowThatIsReferredToSaysSo(TestDatabase database) throws Exception {
    ReplicaHost host = hosts.on(database);
    String number = host.quoted("number");
    String event = host.quoted("event");
    host.execute(
        "create table %s (%s varchar(50) not null, %s bigint unique)"
            .formatted(event, host.quoted("what"), number));
    host.execute(
        "create table note (about bigint, foreign key (about) references %s (%s))"
            .formatted(event, number));
    ReplicaScene scene = events(host, "number");
    Row row = scene.row("secret", "1");
    scene.put(row);
    host.execute("insert into note values (1)");
    assertThat(refused(Kind.INVALID_ARGUMENT, () -> delete(scene, row)))
        .hasMessageContaining("is referred to");
    assertThat(scene.all()).isEqualTo(ReplicaScene.byKey(List.of(row)));
  }
}
