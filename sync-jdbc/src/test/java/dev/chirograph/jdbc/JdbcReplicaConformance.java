package dev.chirograph.jdbc;

import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.spi.table.Tenant;
import dev.chirograph.testkit.ManualClock;
import dev.chirograph.testkit.ReplicaTableConformance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** The guarantees of replicas: tables of one host, or of tenants that share them. */
abstract class JdbcReplicaConformance extends ReplicaTableConformance {

  private final TestDatabase database;
  private final boolean shared;
  private final ManualClock clock = ManualClock.create();
  private final List<ReplicaHost> hosts = new ArrayList<>();
  private final Set<String> created = new HashSet<>();
  private final Map<ReplicaTable, Supplier<ReplicaTable>> opening = new IdentityHashMap<>();
  private int tenants;

  JdbcReplicaConformance(TestDatabase database, boolean shared) {
    this.database = database;
    this.shared = shared;
  }

  @Override
  protected ReplicaTable newReplica(TableShape shape) throws Exception {
    return shared ? newTenant(shape, List.of()) : newTable(shape, List.of());
  }

  @Override
  protected ReplicaTable newReplica(TableShape shape, String unique) throws Exception {
    TableShape indexable = ReplicaHost.indexable(shape, unique);
    return shared
        ? newTenant(indexable, List.of("customer_id", "database_id", unique))
        : newTable(indexable, List.of(unique));
  }

  /** Each table has a database of its own. */
  private ReplicaTable newTable(TableShape shape, List<String> unique) throws Exception {
    ReplicaHost host = new ReplicaHost(database);
    hosts.add(host);
    host.create(shape, JdbcReplica.of(host.spy().dataSource()).script(shape));
    if (!unique.isEmpty()) {
      host.unique(shape, unique);
    }
    return opened(
        () ->
            JdbcReplica.builder(host.spy().dataSource())
                .table(shape.name(), ReplicaHost.options(shape))
                .clock(clock)
                .build()
                .table(shape.name()));
  }

  /** Each table is another tenant's. */
  private ReplicaTable newTenant(TableShape shape, List<String> unique) throws Exception {
    if (hosts.isEmpty()) {
      hosts.add(new ReplicaHost(database));
    }
    ReplicaHost host = hosts.get(0);
    if (created.add(shape.name())) {
      host.create(shape, JdbcTenants.of(host.spy().dataSource()).script(shape));
      if (!unique.isEmpty()) {
        host.unique(shape, unique);
      }
    }
    Tenant tenant = new Tenant("acme", "office-" + ++tenants);
    return opened(
        () -> {
          JdbcTenants all =
              JdbcTenants.builder(host.spy().dataSource())
                  .table(shape.name(), ReplicaHost.options(shape))
                  .clock(clock)
                  .build();
          all.register(tenant);
          return all.database(tenant).table(shape.name());
        });
  }

  private ReplicaTable opened(Supplier<ReplicaTable> how) {
    ReplicaTable table = how.get();
    opening.put(table, how);
    return table;
  }

  @Override
  protected ReplicaTable reopened(ReplicaTable table) {
    return opening.get(table).get();
  }

  @Override
  protected void advance(Duration time) {
    clock.advance(time);
  }

  @Override
  protected int rounds() {
    return 20;
  }

  @Override
  protected void close() throws Exception {
    for (ReplicaHost host : hosts) {
      host.spy().close();
    }
  }
}
