package dev.chirograph.memory;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.relocate.BlobStores;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Buckets in memory by name: for a quick start, and for a host's own tests. Safe for use by several
 * threads.
 */
public final class MemoryBuckets implements BlobStores {

  private final Map<String, MemoryBlobStore> buckets = new ConcurrentHashMap<>();
  private final Function<String, MemoryBlobStore> maker;

  private MemoryBuckets(Function<String, MemoryBlobStore> maker) {
    this.maker = Objects.requireNonNull(maker, "maker");
  }

  /** No buckets yet; new ones keep no versions. */
  public static MemoryBuckets create() {
    return of(MemoryBlobStore::of);
  }

  /**
   * No buckets yet.
   *
   * @param maker of a new one of that name
   */
  public static MemoryBuckets of(Function<String, MemoryBlobStore> maker) {
    return new MemoryBuckets(maker);
  }

  @Override
  public MemoryBlobStore open(String bucket) {
    MemoryBlobStore store = buckets.get(bucket);
    if (store == null) {
      throw new SyncException(Kind.NOT_FOUND, "there is no bucket " + bucket);
    }
    return store;
  }

  @Override
  public boolean create(String bucket) {
    boolean[] created = new boolean[1];
    buckets.computeIfAbsent(
        bucket,
        name -> {
          created[0] = true;
          return maker.apply(name);
        });
    return created[0];
  }
}
