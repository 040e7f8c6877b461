package dev.chirograph.testkit;

import dev.chirograph.Key;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.spi.BlobStore;
import java.util.List;

@ExpectedSkips(1) // the one of buckets without versions
class MemoryVersionedBlobStoreTest extends BlobStoreConformance {

  private final Faults faults = Faults.none();

  @Override
  protected BlobStore open() {
    return faults.blobs(MemoryBlobStore.builder("versioned").versioned().build());
  }

  @Override
  protected void breakStore() {
    faults.always(Fault.SLOW_DOWN);
  }

  @Override
  protected void loseReplies() {
    faults.always(Fault.LOSE_REPLY);
  }

  @Override
  protected void repair() {
    faults.stop();
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
