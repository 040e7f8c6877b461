package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.testkit.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When a table is looked at, and when what was seen of it is enough. */
class TableViewsIT {

  @AutoClose private final ReplicaHosts hosts = new ReplicaHosts();

  private final ManualClock clock = ManualClock.create();

  private JdbcReplica replica(ReplicaHost host) throws Exception {
    host.create(
        ReplicaScene.INVOICE, JdbcReplica.of(host.spy().dataSource()).script(ReplicaScene.INVOICE));
    return JdbcReplica.builder(host.spy().dataSource())
        .table("invoice", ReplicaHost.options(ReplicaScene.INVOICE))
        .pacing(clock.environment().pacing())
        .build();
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void aTableThatIsOpenedAgainSoonIsNotLookedAtAgain(TestDatabase database) throws Exception {
    ReplicaHost host = hosts.on(database);
    JdbcReplica replica = replica(host);
    replica.table("invoice");
    clock.advance(Duration.ofSeconds(9));
    host.spy().statements();
    replica.table("invoice");
    assertThat(host.spy().statements()).isEmpty();
    clock.advance(Duration.ofSeconds(2));
    replica.table("invoice");
    assertThat(host.spy().statements()).isNotEmpty();
  }

  /** What somebody learns of it holds for those who open it afterwards. */
  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void aShapeIsAsTheTableIsNow(TestDatabase database) throws Exception {
    ReplicaHost host = hosts.on(database);
    JdbcReplica replica = replica(host);
    ReplicaTable table = replica.table("invoice");
    host.execute(
        "alter table " + host.quoted("invoice") + " add " + host.quoted("note") + " integer");
    assertThat(replica.table("invoice").shape().column("note")).isPresent();
    assertThat(table.shape().column("note")).isPresent();
    ReplicaScene scene = new ReplicaScene(table.shape(), replica.table("invoice"));
    scene.put(scene.row("1", "a", "1", "1", "5"));
    assertThat(scene.all().values())
        .singleElement()
        .satisfies(row -> assertThat(row.cells()).contains("5"));
  }
}
