package dev.chirograph.testkit;

import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.spi.StateStore;

class MemoryStateTest extends StateStoreConformance {

  private final MemoryBackend backend = MemoryBackend.create();

  @Override
  protected StateStore open(String tenant) {
    return backend.state(tenant);
  }
}
