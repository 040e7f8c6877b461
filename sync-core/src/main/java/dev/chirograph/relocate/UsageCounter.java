package dev.chirograph.relocate;

import dev.chirograph.CloseableIterator;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.spi.relocate.Allocation;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.SupportsAudit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Sums up the handles that refer to an allocation's bucket, which come in the order of keys. */
final class UsageCounter {

  private final Allocation allocation;
  private final Map<Optional<String>, OptionalLong> versions = new HashMap<>();
  private Key key = Key.EMPTY;
  private long handles;
  private long objects;
  private long bytes;
  private long ofUnknownSize;

  private UsageCounter(Allocation allocation) {
    this.allocation = allocation;
  }

  static Usage of(Allocation allocation, SupportsAudit ordered) {
    UsageCounter counter = new UsageCounter(allocation);
    KeyRange keys = KeyRange.prefix(Key.utf8(allocation.prefix()));
    try (CloseableIterator<FileHandle> rows = ordered.in(allocation.bucket(), keys)) {
      rows.forEachRemaining(counter::add);
    }
    return counter.usage();
  }

  private void add(FileHandle handle) {
    if (!handle.at().key().equals(key)) {
      next();
      key = handle.at().key();
    }
    handles++;
    versions.merge(
        handle.at().versionId(), handle.size(), (one, other) -> one.isPresent() ? one : other);
  }

  /** All versions of a key were seen. */
  private void next() {
    for (OptionalLong size : versions.values()) {
      objects++;
      bytes += size.orElse(0);
      ofUnknownSize += size.isPresent() ? 0 : 1;
    }
    versions.clear();
  }

  private Usage usage() {
    next();
    return new Usage(allocation, handles, objects, bytes, ofUnknownSize);
  }
}
