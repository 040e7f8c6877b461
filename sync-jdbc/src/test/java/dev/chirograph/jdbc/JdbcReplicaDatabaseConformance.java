package dev.chirograph.jdbc;

import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.testkit.ReplicaDatabaseConformance;
import java.util.List;

/** What replicas of a host's own tables say of themselves. */
abstract class JdbcReplicaDatabaseConformance extends ReplicaDatabaseConformance {

  private final ReplicaHost host;

  JdbcReplicaDatabaseConformance(TestDatabase database) {
    this.host = new ReplicaHost(database);
  }

  @Override
  protected ReplicaDatabase newDatabase(List<TableShape> shapes) throws Exception {
    JdbcReplica.Builder builder = JdbcReplica.builder(host.spy().dataSource());
    for (TableShape shape : shapes) {
      host.create(shape, JdbcReplica.of(host.spy().dataSource()).script(shape));
      builder.table(shape.name(), ReplicaHost.options(shape));
    }
    return builder.build();
  }

  @Override
  protected void close() throws Exception {
    host.spy().close();
  }
}
