package dev.chirograph.s3;

import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.spi.BlobStore;

class ArchiveInMemoryTest extends ArchiveScene {

  @Override
  BlobStore open() {
    return MemoryBlobStore.of("plain");
  }

  @Override
  boolean versions() {
    return false;
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
