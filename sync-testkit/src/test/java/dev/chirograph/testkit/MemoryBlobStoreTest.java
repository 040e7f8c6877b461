package dev.chirograph.testkit;

import dev.chirograph.Key;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.spi.BlobStore;
import java.util.List;

@ExpectedSkips(7) // five of versions, two of trouble
class MemoryBlobStoreTest extends BlobStoreConformance {

  @Override
  protected BlobStore open() {
    return MemoryBlobStore.builder("plain").copyStepBytes(3).build();
  }

  @Override
  protected boolean versioned() {
    return false;
  }

  @Override
  protected List<Key> keys() {
    return HostileKeys.all();
  }
}
