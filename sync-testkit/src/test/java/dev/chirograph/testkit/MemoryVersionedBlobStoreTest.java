package dev.chirograph.testkit;

import dev.chirograph.Key;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.spi.BlobStore;
import java.util.List;

@ExpectedSkips(3) // one of buckets without versions, two of trouble
class MemoryVersionedBlobStoreTest extends BlobStoreConformance {

  @Override
  protected BlobStore open() {
    return MemoryBlobStore.builder("versioned").versioned().build();
  }

  @Override
  protected boolean versioned() {
    return true;
  }

  @Override
  protected List<Key> keys() {
    return HostileKeys.all();
  }
}
