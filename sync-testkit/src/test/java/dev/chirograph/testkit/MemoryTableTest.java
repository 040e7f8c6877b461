package dev.chirograph.testkit;

import dev.chirograph.memory.MemoryTable;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.SourceTable;
import org.jspecify.annotations.Nullable;

class MemoryTableTest extends TableConformance {

  private final ManualClock clock = ManualClock.create();
  private final MemoryTable host = MemoryTable.of(SHAPE, clock, "office");

  @Override
  protected SourceTable newSource() {
    return host;
  }

  @Override
  protected ReplicaTable newReplica() {
    return MemoryTable.of(SHAPE, clock, "cloud");
  }

  @Override
  protected void put(@Nullable String... cells) {
    host.put(cells);
  }

  @Override
  protected void remove(String id) {
    host.remove(id);
  }
}
