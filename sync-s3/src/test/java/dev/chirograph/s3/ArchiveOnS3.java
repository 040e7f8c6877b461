package dev.chirograph.s3;

import dev.chirograph.spi.BlobStore;

/** Objects that are put aside in a bucket on one server, with versions or without. */
abstract class ArchiveOnS3 extends ArchiveScene {

  private final S3On on;
  private final boolean versions;
  private final String storageClass;

  ArchiveOnS3(S3On on, boolean versions, String storageClass) {
    this.on = on;
    this.versions = versions;
    this.storageClass = storageClass;
  }

  @Override
  BlobStore open() {
    String bucket = versions ? on.versionedBucket() : on.bucket();
    return on.blobsBuilder(on.client(), bucket).allowCheckedDeletes().build();
  }

  @Override
  boolean versions() {
    return versions;
  }

  @Override
  boolean tags() {
    return on.tags;
  }

  @Override
  String storageClass() {
    return storageClass;
  }
}
