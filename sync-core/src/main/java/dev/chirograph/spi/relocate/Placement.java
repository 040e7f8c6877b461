package dev.chirograph.spi.relocate;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import java.util.Objects;
import java.util.Optional;

/**
 * Where the files of an owner belong, as a policy says it.
 *
 * @param owner such as a project
 * @param generation grows whenever the policy of this owner changes; what was planned under an
 *     older one is planned anew
 * @param allocation the name of what pays for it; empty where files of no allocation belong
 * @param bucket where new files go, and old ones are moved to
 * @param prefix what the keys of its files begin with; may be empty
 * @param storageClass of the copies; empty for that of the original
 */
public record Placement(
    String owner,
    long generation,
    Optional<String> allocation,
    String bucket,
    String prefix,
    Optional<String> storageClass) {

  public Placement {
    Objects.requireNonNull(owner, "owner");
    Objects.requireNonNull(allocation, "allocation");
    Objects.requireNonNull(prefix, "prefix");
    Objects.requireNonNull(storageClass, "storageClass");
    if (bucket.isEmpty()) {
      throw SyncException.invalid("the placement of " + owner + " names no bucket");
    }
  }

  /** Whether a file lies where this says. */
  public boolean holds(Location at) {
    return at.bucket().equals(bucket) && at.key().startsWith(Key.utf8(prefix));
  }
}
