package dev.chirograph.testkit;

import static dev.chirograph.testkit.TableShapes.INVOICE;
import static dev.chirograph.testkit.TableSubject.SALT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.TableShape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Who may write: the fences of TAB-8, and the tenants of TAB-11. */
abstract class TableLeaseGuarantees extends TableLookupGuarantees {

  private static final Duration LEASE = Duration.ofMinutes(10);

  /**
   * Makes an empty table and opens it. Called several times in a test: each answer is a table of
   * its own, another tenant's where the adapter has tenants.
   *
   * <p>Columns of text compare exactly, save in the table {@code collated}, where they compare as
   * leniently as the database can. Skips where the database has no such table.
   */
  protected abstract ReplicaTable newReplica(TableShape shape) throws Exception;

  /** Moves the clock forward by which leases end. */
  protected abstract void advance(Duration time);

  /** The same, where no two rows have the same value in a column; skips where that cannot be. */
  protected ReplicaTable newReplica(TableShape shape, String unique) throws Exception {
    return Assumptions.abort("no column is unique here");
  }

  /**
   * The same table, opened once more, as another process has it; skips where there is no such
   * thing.
   */
  protected ReplicaTable reopened(ReplicaTable table) throws Exception {
    return Assumptions.abort("only one process has this table");
  }

  @Override
  final TableSubject open(TableShape shape) {
    return replica(shape).subject();
  }

  final Replica replica(TableShape shape) {
    return replica(shape, made(() -> newReplica(shape)));
  }

  final Replica uniqueReplica(TableShape shape, String column) {
    return replica(shape, made(() -> newReplica(shape, column)));
  }

  private static Replica replica(TableShape shape, ReplicaTable table) {
    RowFormat format = TableSubject.ofReplica(shape, table.shape());
    long fence = table.lease("suite", LEASE).orElseThrow();
    return Replica.of(table, format, fence);
  }

  /** A replica under test, and the fence under which it is written to. */
  record Replica(ReplicaTable table, TableSubject subject, long fence) {

    static Replica of(ReplicaTable table, RowFormat format, long fence) {
      return new Replica(
          table,
          new TableSubject(
              table,
              format,
              row -> add(table, format, fence, row),
              row -> take(table, format, fence, row)),
          fence);
    }

    /** Where rows have no key, one more of it. */
    private static void add(ReplicaTable table, RowFormat format, long fence, Row row) {
      long equal = 0;
      if (format.key().isEmpty()) {
        equal = found(table, format, row.key()).map(Row::count).orElse(0L);
      }
      Row now = TableSubject.times(equal + 1, row);
      table.write(new Write(fence, format, SALT, List.of(now), List.of(), Optional.empty()));
    }

    private static void take(ReplicaTable table, RowFormat format, long fence, Row row) {
      RowVersion seen =
          TableSubject.version(format, SALT, found(table, format, row.key()).orElseThrow());
      table.write(new Write(fence, format, SALT, List.of(), List.of(seen), Optional.empty()));
    }

    private static Optional<Row> found(ReplicaTable table, RowFormat format, RowKey key) {
      return table.rows(format, List.of(key), TableSubject.NO_LIMIT).get(0);
    }

    List<Outcome> write(Row... puts) {
      return write(List.of(puts), List.of(), Optional.empty());
    }

    List<Outcome> write(List<Row> puts, List<RowVersion> deletes, Optional<Cursor> cursor) {
      return write(new Write(fence, subject.format, SALT, puts, deletes, cursor));
    }

    List<Outcome> write(Write write) {
      return table.write(write);
    }

    /** The same under another fence. */
    Replica under(long other) {
      return of(table, subject.format, other);
    }
  }

  private static void lost(Runnable write) {
    assertThatThrownBy(write::run)
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT));
  }

  // ---- TAB-8

  @Test
  void TAB_8_oneAgentAtATime() {
    Replica replica = replica(INVOICE);
    assertThat(replica.table().lease("other", LEASE)).isEmpty();
    advance(LEASE.dividedBy(2));
    assertThat(replica.table().lease("other", LEASE)).isEmpty();
    replica.write(invoices(replica.subject(), 1, 1).get(0));
  }

  @Test
  void TAB_8_whoAsksAgainKeepsItsLease() {
    Replica replica = replica(INVOICE);
    for (int i = 1; i <= 3; i++) {
      advance(Duration.ofMinutes(7));
      assertThat(replica.table().lease("suite", LEASE)).contains(replica.fence() + i);
    }
    assertThat(replica.table().lease("other", LEASE)).isEmpty();
    replica.under(replica.fence() + 3).write(invoices(replica.subject(), 1, 1).get(0));
  }

  @Test
  void TAB_8_whatIsOnItsWayUnderAnOlderFenceOfTheSameAgentWritesNothing() {
    Replica replica = replica(INVOICE);
    List<Row> rows = invoices(replica.subject(), 1, 2);
    long next = replica.table().lease("suite", LEASE).orElseThrow();
    replica.under(next).write(rows.get(1));
    lost(() -> replica.write(rows.get(0)));
    agrees(replica.subject(), rows.get(1));
  }

  @Test
  void TAB_8_anAgentThatGaveItsLeaseBackWritesNothing() {
    Replica replica = replica(INVOICE);
    List<Row> rows = invoices(replica.subject(), 1, 2);
    replica.table().release(replica.fence());
    long next = replica.table().lease("other", LEASE).orElseThrow();
    assertThat(next).isGreaterThan(replica.fence());
    lost(() -> replica.write(rows.get(0)));
    assertThat(replica.table().info().rows()).isZero();
    replica.under(next).write(rows.get(1));
    agrees(replica.subject(), rows.get(1));
  }

  @Test
  void TAB_8_anAgentThatFellSilentWritesNothing() {
    Replica replica = replica(INVOICE);
    List<Row> rows = invoices(replica.subject(), 1, 2);
    replica.write(rows.get(0));
    advance(LEASE.plusMinutes(1));
    long next = replica.table().lease("other", LEASE).orElseThrow();
    assertThat(next).isGreaterThan(replica.fence());
    lost(() -> replica.write(rows.get(1)));
    lost(
        () ->
            replica.write(
                List.of(), List.of(replica.subject().version(rows.get(0))), Optional.empty()));
    agrees(replica.subject(), rows.get(0));
    assertThat(replica.table().lease("suite", LEASE)).isEmpty();
  }

  @Test
  void TAB_8_eachFenceIsOneMoreThanTheLast() {
    Replica replica = replica(INVOICE);
    List<Long> fences = new ArrayList<>(List.of(replica.fence()));
    for (int i = 0; i < 6; i++) {
      if (i % 2 == 0) {
        replica.table().release(fences.get(fences.size() - 1));
      } else {
        advance(LEASE.plusMinutes(1));
      }
      fences.add(replica.table().lease(i < 3 ? "agent " + i : "suite", LEASE).orElseThrow());
    }
    for (int i = 1; i < fences.size(); i++) {
      assertThat(fences.get(i)).isEqualTo(fences.get(i - 1) + 1);
    }
  }

  @Test
  void TAB_8_anOldFenceGivesNothingBack() {
    Replica replica = replica(INVOICE);
    replica.table().release(replica.fence());
    long next = replica.table().lease("other", LEASE).orElseThrow();
    replica.table().release(replica.fence());
    replica.table().release(next + 1);
    assertThat(replica.table().lease("third", LEASE)).isEmpty();
    replica.under(next).write(invoices(replica.subject(), 1, 1).get(0));
  }

  @Test
  void TAB_8_aFenceThatWasNeverGivenWritesNothing() {
    Replica replica = replica(INVOICE);
    Row row = invoices(replica.subject(), 1, 1).get(0);
    lost(() -> replica.under(replica.fence() + 1).write(row));
    lost(() -> replica.under(0).write(row));
    lost(() -> replica.under(-1).write(row));
    assertThat(replica.table().info().rows()).isZero();
  }

  @Test
  void TAB_8_ofManyThatAskOneGetsIt() {
    for (int round = 0; round < 5; round++) {
      ReplicaTable table = made(() -> newReplica(INVOICE));
      List<Optional<Long>> given =
          Crowd.of(4, i -> Crowd.patiently(() -> table.lease("agent " + i, LEASE)));
      assertThat(given.stream().filter(Optional::isPresent)).hasSize(1);
    }
  }

  @Test
  void TAB_8_anotherProcessSeesLeaseCursorAndRows() {
    Replica replica = replica(INVOICE);
    ReplicaTable other = made(() -> reopened(replica.table()));
    Row row = invoices(replica.subject(), 1, 1).get(0);
    Cursor cursor = new Cursor(row.mark(), Optional.of(row.key()), "here");
    replica.write(List.of(row), List.of(), Optional.of(cursor));
    assertThat(other.lease("other", LEASE)).isEmpty();
    assertThat(other.cursor()).contains(cursor);
    assertThat(other.info()).isEqualTo(replica.table().info());
    replica.table().release(replica.fence());
    assertThat(other.lease("other", LEASE).orElseThrow()).isGreaterThan(replica.fence());
    lost(() -> replica.write(row));
  }

  // ---- TAB-11

  @Test
  void TAB_11_tablesShareNothing() {
    Replica mine = replica(INVOICE);
    Replica theirs = replica(INVOICE);
    Row row = mine.subject().row("1", "mine", "1", "1");
    Row same = mine.subject().row("1", "theirs", "5", "1");
    mine.write(row);
    Cursor cursor = new Cursor(same.mark(), Optional.of(same.key()), "there");
    theirs.write(List.of(same), List.of(), Optional.of(cursor));
    agrees(mine.subject(), row);
    agrees(theirs.subject(), same);
    assertThat(mine.table().cursor()).isEmpty();
    mine.table().release(mine.fence());
    theirs.write(List.of(), List.of(theirs.subject().version(same)), Optional.empty());
    agrees(mine.subject(), row);
    assertThat(theirs.table().info().rows()).isZero();
  }
}
