package dev.chirograph.testkit;

import dev.chirograph.memory.MemoryTable;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.spi.table.WriteLimits;
import java.time.Duration;

class MemoryReplicaTableTest extends ReplicaTableConformance {

  private final ManualClock clock = ManualClock.create();

  @Override
  protected MemoryTable newReplica(TableShape shape) {
    return MemoryTable.of(shape, clock, "cloud").limit(new WriteLimits(5_000, 1 << 24));
  }

  @Override
  protected ReplicaTable newReplica(TableShape shape, String unique) {
    return newReplica(shape).unique(unique);
  }

  @Override
  protected ReplicaTable reopened(ReplicaTable table) {
    return table;
  }

  @Override
  protected void advance(Duration time) {
    clock.advance(time);
  }

  @Override
  protected int rounds() {
    return 500;
  }
}
