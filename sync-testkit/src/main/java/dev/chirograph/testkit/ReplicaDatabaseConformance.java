package dev.chirograph.testkit;

import static dev.chirograph.testkit.TableShapes.INVOICE;
import static dev.chirograph.testkit.TableShapes.TEXT_KEY;
import static dev.chirograph.testkit.TableSubject.SALT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.ReplicaDatabase.State;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.TableInfo;
import dev.chirograph.spi.table.TableShape;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Proves what {@link ReplicaDatabase} says. An adapter's test class extends it and says how a
 * database is made; where it has tenants, {@link ReplicaTenantsConformance} does so already.
 */
@ExtendWith(SkipCounter.class)
public abstract class ReplicaDatabaseConformance {

  /** Makes a database with these tables, which are empty, and opens it; once in a test. */
  protected abstract ReplicaDatabase newDatabase(List<TableShape> shapes) throws Exception;

  /** Closes what was opened. */
  protected void close() throws Exception {}

  @AfterEach
  final void closeDatabase() throws Exception {
    close();
  }

  static RowFormat format(ReplicaTable table) {
    return TableSubject.ofReplica(INVOICE, table.shape());
  }

  static long lease(ReplicaTable table) {
    return table.lease("suite", Duration.ofMinutes(10)).orElseThrow();
  }

  static Row row(ReplicaTable table, String... cells) {
    return TableSubject.written(format(table), Arrays.asList(cells));
  }

  static void write(ReplicaTable table, long fence, Row... puts) {
    table.write(new Write(fence, format(table), SALT, List.of(puts), List.of(), Optional.empty()));
  }

  static RowVersion seen(ReplicaTable table, Row row) {
    return TableSubject.version(format(table), SALT, row);
  }

  static void notFound(Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND));
  }

  @Test
  void stateTellsOfAllTables() throws Exception {
    ReplicaDatabase database = newDatabase(List.of(INVOICE, TEXT_KEY));
    ReplicaTable table = database.table("invoice");
    long fence = lease(table);
    write(table, fence, row(table, "1", "a", "1", "5"), row(table, "2", "b", "1", "7"));
    State state = database.state(Optional.empty()).orElseThrow();
    assertThat(state.tables())
        .extracting(TableInfo::table)
        .containsExactlyInAnyOrder("invoice", "text_key");
    for (TableInfo info : state.tables()) {
      TableInfo now = database.table(info.table()).info();
      assertThat(info).isEqualTo(now);
    }
    assertThat(state.tables()).extracting(TableInfo::rows).containsExactlyInAnyOrder(2L, 0L);
    assertThat(state.tables())
        .extracting(TableInfo::last)
        .containsExactlyInAnyOrder(Optional.of(new Mark(7)), Optional.empty());
  }

  @Test
  void theTagChangesWithEveryWriteAndOnlyThen() throws Exception {
    ReplicaDatabase database = newDatabase(List.of(INVOICE, TEXT_KEY));
    ReplicaTable table = database.table("invoice");
    Set<String> tags = new LinkedHashSet<>();
    tags.add(tag(database));
    long fence = lease(table);
    table.info();
    table.lease("another", Duration.ofMinutes(1));
    unchanged(database, tags);

    Row row = row(table, "1", "a", "1", "1");
    write(table, fence, row);
    changed(database, tags);
    write(table, fence, row(table, "1", "b", "1", "1"));
    changed(database, tags);
    table.write(
        new Write(
            fence,
            format(table),
            SALT,
            List.of(),
            List.of(seen(table, row(table, "1", "b", "1", "1"))),
            Optional.of(new Cursor(new Mark(1), Optional.empty(), "here"))));
    changed(database, tags);
    write(table, fence, row); // as it was once, and yet another state
    changed(database, tags);

    assertThatThrownBy(() -> write(table, fence + 1, row(table, "2", "a", "1", "2")))
        .isInstanceOf(SyncException.class);
    Row bad = new Row(row.key(), row.mark(), List.of("9", "x", "no number", "9"));
    assertThatThrownBy(() -> write(table, fence, bad)).isInstanceOf(SyncException.class);
    table.release(fence);
    unchanged(database, tags);
  }

  @Test
  void aWriteToAnyTableChangesTheTag() throws Exception {
    TableShape other = new TableShape("other", INVOICE.columns(), INVOICE.key(), INVOICE.mark());
    ReplicaDatabase database = newDatabase(List.of(INVOICE, other));
    Set<String> tags = new LinkedHashSet<>();
    tags.add(tag(database));
    for (String name : List.of("other", "invoice", "other")) {
      ReplicaTable table = database.table(name);
      write(table, lease(table), row(table, "1", "a", "1", "1"));
      changed(database, tags);
    }
  }

  private static String tag(ReplicaDatabase database) {
    return database.state(Optional.empty()).orElseThrow().tag();
  }

  private static String last(Set<String> tags) {
    return List.copyOf(tags).get(tags.size() - 1);
  }

  private static void unchanged(ReplicaDatabase database, Set<String> tags) {
    assertThat(tag(database)).isEqualTo(last(tags));
    assertThat(database.state(Optional.of(last(tags)))).isEmpty();
  }

  private static void changed(ReplicaDatabase database, Set<String> tags) {
    State state = database.state(Optional.of(last(tags))).orElseThrow();
    assertThat(tags).doesNotContain(state.tag());
    tags.add(state.tag());
    unchanged(database, tags);
  }

  @Test
  void aTagOfNobodyIsNotKnown() throws Exception {
    ReplicaDatabase database = newDatabase(List.of(INVOICE));
    for (String tag : List.of("", "0", "x\"", "*")) {
      assertThat(database.state(Optional.of(tag))).isPresent();
    }
  }

  @Test
  void thereIsNoOtherTable() throws Exception {
    ReplicaDatabase database = newDatabase(List.of(INVOICE));
    for (String name : List.of("nothing", "", "invoice; drop table invoice", "invoice\"", "..")) {
      notFound(() -> database.table(name).shape());
    }
    assertThat(database.table("invoice").info().rows()).isZero();
  }
}
