package dev.chirograph.relocate;

import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.SyncException;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.relocate.BlobStores;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Location;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Reads the objects of some handles, drawn by chance, and compares them with what these say. */
final class Sample {

  private final BlobStores stores;
  private final Throttle throttle;
  private final RandomGenerator random;
  private final double share;
  private long size;

  /** Something that is wrong with an object. */
  record Trouble(Finding.Kind kind, String detail) {}

  /**
   * @param share of the handles, from 0 to 1
   */
  Sample(BlobStores stores, Throttle throttle, RandomGenerator random, double share) {
    this.stores = stores;
    this.throttle = throttle;
    this.random = random;
    this.share = share;
  }

  /** How many were read. */
  long size() {
    return size;
  }

  /** Reads the object of a handle, if chance will have it. */
  Optional<Trouble> reread(FileHandle handle) {
    if (share == 0 || random.nextDouble() >= share) {
      return Optional.empty();
    }
    size++;
    try {
      return compared(handle);
    } catch (SyncException e) {
      return Optional.of(new Trouble(Finding.Kind.UNKNOWN, e.summary()));
    }
  }

  private Optional<Trouble> compared(FileHandle handle) {
    Location at = handle.at();
    BlobStore store = stores.open(at.bucket());
    Observation<ObjectVersion> seen = throttle.look(at, () -> store.head(at.ref()));
    if (!(seen instanceof Observation.Present<ObjectVersion> present)) {
      return Optional.of(new Trouble(Finding.Kind.DANGLING, "there is no such object"));
    }
    Hashes hashes = Hashes.read(stores, throttle, at, present.version());
    return handle
        .md5()
        .filter(said -> !said.equals(hashes.md5()))
        .map(
            said ->
                new Trouble(
                    Finding.Kind.DIFFERENT,
                    "the handle says that its MD5 is " + said + ", but it is " + hashes.md5()));
  }
}
