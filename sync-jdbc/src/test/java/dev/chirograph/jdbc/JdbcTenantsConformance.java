package dev.chirograph.jdbc;

import dev.chirograph.spi.table.ReplicaTenants;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.testkit.ReplicaTenantsConformance;
import java.util.List;

/** The guarantees of tenants that share tables. */
abstract class JdbcTenantsConformance extends ReplicaTenantsConformance {

  private final ReplicaHost host;

  JdbcTenantsConformance(TestDatabase database) {
    this.host = new ReplicaHost(database);
  }

  @Override
  protected ReplicaTenants newTenants(List<TableShape> shapes) throws Exception {
    JdbcTenants.Builder builder = JdbcTenants.builder(host.spy().dataSource());
    for (TableShape shape : shapes) {
      host.create(shape, JdbcTenants.of(host.spy().dataSource()).script(shape));
      builder.table(shape.name(), ReplicaHost.options(shape));
    }
    return builder.build();
  }

  @Override
  protected void close() throws Exception {
    host.spy().close();
  }
}
