package dev.chirograph.servlet;

import dev.chirograph.http.HttpEndpoint;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.spi.table.Tenant;
import dev.chirograph.spi.table.WriteLimits;
import dev.chirograph.testkit.ManualClock;
import dev.chirograph.testkit.ReplicaTableConformance;
import java.time.Duration;

/** A replica over HTTP keeps every guarantee that one in memory does. */
abstract class TablesOverHttp extends ReplicaTableConformance {

  private final ManualClock clock = ManualClock.create();
  private final TableDeployment.Single tenants = new TableDeployment.Single();
  private final TableDeployment server = new TableDeployment(tenants, this::server);
  private int replicas;

  abstract Server server(HttpEndpoint endpoint);

  @Override
  protected void close() {
    server.close();
  }

  @Override
  protected ReplicaTable newReplica(TableShape shape) {
    return replica(MemoryTable.of(shape, clock, "cloud"), shape);
  }

  @Override
  protected ReplicaTable newReplica(TableShape shape, String unique) {
    return replica(MemoryTable.of(shape, clock, "cloud").unique(unique), shape);
  }

  private ReplicaTable replica(MemoryTable table, TableShape shape) {
    Tenant tenant = new Tenant("acme", "office-" + ++replicas);
    tenants.put(tenant, table.limit(new WriteLimits(5_000, 1 << 24)));
    return server.replica(tenant).table(shape.name());
  }

  @Override
  protected ReplicaTable reopened(ReplicaTable table) {
    String database = "office-" + replicas;
    return server.replica(new Tenant("acme", database)).table(table.shape().name());
  }

  @Override
  protected void advance(Duration time) {
    clock.advance(time);
  }
}
