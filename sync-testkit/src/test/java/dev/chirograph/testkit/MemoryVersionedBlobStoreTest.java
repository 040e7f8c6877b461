package dev.chirograph.testkit;

import dev.chirograph.memory.MemoryBlobStore;

@ExpectedSkips(1) // the one of buckets without versions
class MemoryVersionedBlobStoreTest extends MemoryBlobStoreTest {

  @Override
  MemoryBlobStore bucket() {
    return MemoryBlobStore.builder("versioned").versioned().build();
  }

  @Override
  protected boolean versioned() {
    return true;
  }
}
