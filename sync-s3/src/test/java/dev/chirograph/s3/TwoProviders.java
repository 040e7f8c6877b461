package dev.chirograph.s3;

import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.relocate.BlobStores;

/** Buckets of two clients, between which contents have to be streamed. */
record TwoProviders(S3Buckets one, S3Buckets other, String ofOther) implements BlobStores {

  @Override
  public BlobStore open(String bucket) {
    return of(bucket).open(bucket);
  }

  @Override
  public boolean create(String bucket) {
    return of(bucket).create(bucket);
  }

  private S3Buckets of(String bucket) {
    return bucket.equals(ofOther) ? other : one;
  }
}
