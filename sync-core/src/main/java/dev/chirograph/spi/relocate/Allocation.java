package dev.chirograph.spi.relocate;

import dev.chirograph.SyncException;
import java.util.Objects;
import java.util.Optional;

/**
 * What pays for files, and the bucket in which they are then.
 *
 * @param name names it; not empty
 * @param bucket of its files
 * @param prefix what the keys of its files begin with; may be empty
 * @param storageClass of its files; empty for that of the originals
 * @param createdBy who has created it
 */
public record Allocation(
    String name, String bucket, String prefix, Optional<String> storageClass, String createdBy) {

  public Allocation {
    Objects.requireNonNull(prefix, "prefix");
    Objects.requireNonNull(storageClass, "storageClass");
    Objects.requireNonNull(createdBy, "createdBy");
    if (name.isEmpty() || bucket.isEmpty()) {
      throw SyncException.invalid(
          "an allocation has a name and a bucket, not '" + name + "' and '" + bucket + "'");
    }
  }

  /** One whose files keep their names and storage class. */
  public static Allocation of(String name, String bucket, String createdBy) {
    return new Allocation(name, bucket, "", Optional.empty(), createdBy);
  }
}
