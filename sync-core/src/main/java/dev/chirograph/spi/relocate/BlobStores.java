package dev.chirograph.spi.relocate;

import dev.chirograph.spi.BlobStore;

/** Buckets by name, and new ones. */
public interface BlobStores {

  /**
   * A bucket. Asked often, so that what was opened is kept.
   *
   * @throws dev.chirograph.SyncException NOT_FOUND when there is none of that name, or the trouble
   */
  BlobStore open(String bucket);

  /**
   * Creates a bucket; harmless when it is there and ours.
   *
   * @return whether it was created by this call
   * @throws dev.chirograph.SyncException PERMISSION_DENIED when the name is somebody else's
   */
  boolean create(String bucket);
}
