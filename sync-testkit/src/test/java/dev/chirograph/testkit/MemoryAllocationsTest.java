package dev.chirograph.testkit;

import dev.chirograph.memory.MemoryAllocations;
import dev.chirograph.spi.relocate.Allocations;

class MemoryAllocationsTest extends AllocationsConformance {

  private MemoryAllocations allocations;

  @Override
  protected Allocations newAllocations(String bucket) {
    allocations = MemoryAllocations.of(bucket);
    return allocations;
  }

  @Override
  protected Allocations again() {
    return allocations;
  }
}
