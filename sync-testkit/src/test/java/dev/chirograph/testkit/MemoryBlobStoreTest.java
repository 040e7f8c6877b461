package dev.chirograph.testkit;

import dev.chirograph.Key;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.spi.BlobStore;
import java.util.List;

@ExpectedSkips(5) // those of versions
class MemoryBlobStoreTest extends BlobStoreConformance {

  private final Faults faults = Faults.none();

  @Override
  protected BlobStore open() {
    return faults.blobs(bucket());
  }

  MemoryBlobStore bucket() {
    return MemoryBlobStore.builder("plain").copyStepBytes(3).build();
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
    return false;
  }

  @Override
  protected List<Key> keys() {
    return HostileKeys.all();
  }

  @Override
  protected int races() {
    return 5_000;
  }
}
