package dev.chirograph.testkit;

import dev.chirograph.memory.MemoryTenants;
import dev.chirograph.spi.table.ReplicaTenants;
import dev.chirograph.spi.table.TableShape;
import java.util.List;

class MemoryTenantsTest extends ReplicaTenantsConformance {

  @Override
  protected ReplicaTenants newTenants(List<TableShape> shapes) {
    return MemoryTenants.of(shapes, ManualClock.create());
  }
}
