package dev.chirograph.s3;

import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.spi.BlobStore;

class VersionedArchiveInMemoryTest extends ArchiveScene {

  @Override
  BlobStore open() {
    return MemoryBlobStore.builder("versioned").versioned().build();
  }

  @Override
  boolean versions() {
    return true;
  }

  @Override
  boolean tags() {
    return true;
  }

  @Override
  String storageClass() {
    return "GLACIER";
  }
}
