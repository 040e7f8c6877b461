package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.SyncException;
import dev.chirograph.jdbc.SpyDataSource.When;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaDatabase.State;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A replica whose connection breaks at every statement and every commit of what is done to it:
 * before it, and after it with the reply lost. It is as before or as it was to become, rows, cursor
 * and what is told of it together, and doing the same again makes it what it was to become.
 */
class ReplicaBreaksIT {

  private static final Cursor CURSOR = new Cursor(new Mark(7), Optional.empty(), "office");

  /** All that can be seen of a replica, but for the tag. */
  private record Picture(TreeMap<String, Row> rows, Optional<Cursor> cursor, List<Object> told) {}

  /** Invoices with customers that are unique. */
  private static final class Scene {
    final ReplicaHost host;
    final ReplicaScene agent;

    Scene(ReplicaHost host) throws Exception {
      this.host = host;
      this.agent = new ReplicaScene(ReplicaScene.INVOICE, open(host));
      reset();
    }

    static ReplicaTable open(ReplicaHost host) {
      return ReplicaScene.open(host, ReplicaScene.INVOICE);
    }

    void reset() throws Exception {
      host.execute("delete from " + host.quoted("invoice"));
      host.execute("delete from chirograph_table_replica");
      agent.lease("agent");
      agent.put(agent.invoices(1, 6).toArray(Row[]::new));
    }

    /** Updates, inserts, a swap of unique values, deletes, and the cursor. */
    void write() {
      List<Row> puts =
          List.of(
              agent.row("1", "customer 2", "9", "9"),
              agent.row("2", "customer 1", "9", "9"),
              agent.row("8", "customer 6", "9", "9"));
      List<RowVersion> deletes =
          List.of(
              agent.seen(agent.invoices(6, 6).get(0)), agent.seen(agent.row("5", "no", "1", "1")));
      agent.write(puts, deletes, Optional.of(CURSOR));
    }

    Picture picture() {
      State state =
          JdbcReplica.builder(host.spy().dataSource())
              .table("invoice", ReplicaHost.options(ReplicaScene.INVOICE))
              .build()
              .state(Optional.empty())
              .orElseThrow();
      return new Picture(agent.all(), agent.table.cursor(), new ArrayList<>(state.tables()));
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void TAB_8_TAB_10_aBreakAtEveryStatementLeavesTheReplicaWhole(TestDatabase database)
      throws Exception {
    ReplicaHost host = new ReplicaHost(database);
    host.spy().remembersNothing();
    SpyDataSource spy = host.spy();
    host.create(
        ReplicaScene.INVOICE, JdbcReplica.of(spy.dataSource()).script(ReplicaScene.INVOICE));
    host.unique(ReplicaScene.INVOICE, List.of("customer"));
    Scene scene = new Scene(host);
    Picture before = scene.picture();
    spy.steps();
    scene.write();
    int steps = spy.steps();
    Picture after = scene.picture();
    assertThat(after).isNotEqualTo(before);
    assertThat(steps).isGreaterThan(8);
    for (int step = 1; step <= steps; step++) {
      for (When when : List.of(When.BEFORE, When.AFTER)) {
        String where = when + " step " + step;
        scene.reset();
        spy.breakAt(step, when);
        try {
          scene.write();
        } catch (SyncException e) {
          assertThat(e.kind()).as(where).isEqualTo(SyncException.Kind.UNAVAILABLE);
        }
        boolean done = spy.brokeCommit() && when == When.AFTER;
        spy.repair();
        Picture broken = scene.picture();
        if (done) {
          assertThat(broken).as(where).isEqualTo(after);
        } else {
          assertThat(broken).as(where).isIn(before, after);
        }
        scene.write();
        assertThat(scene.picture()).as(where).isEqualTo(after);
        assertThat(spy.lent()).as(where).isZero();
      }
    }
    spy.close();
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void TAB_8_aBreakWhileLeasingLeavesOneAgentThatMayWrite(TestDatabase database) throws Exception {
    ReplicaHost host = new ReplicaHost(database);
    SpyDataSource spy = host.spy();
    spy.remembersNothing();
    ReplicaScene agent = ReplicaScene.invoices(host);
    for (int step = 1; step <= 12; step++) {
      for (When when : List.of(When.BEFORE, When.AFTER)) {
        host.execute("delete from chirograph_table_replica");
        spy.breakAt(step, when);
        try {
          agent.table.lease("agent", Duration.ofMinutes(1));
        } catch (SyncException e) {
          assertThat(e.mayRetry()).as(e.summary()).isTrue();
        }
        spy.repair();
        agent.lease("agent");
        assertThat(agent.table.lease("other", Duration.ofMinutes(1))).isEmpty();
        agent.put(agent.row("1", "a", "1", "1"));
        spy.breakAt(1, when);
        try {
          agent.table.release(agent.fence);
        } catch (SyncException e) {
          assertThat(e.mayRetry()).as(e.summary()).isTrue();
        }
        spy.repair();
        agent.table.release(agent.fence);
        long next = agent.table.lease("other", Duration.ofMinutes(1)).orElseThrow();
        assertThat(next).isGreaterThan(agent.fence);
      }
    }
    spy.close();
  }
}
