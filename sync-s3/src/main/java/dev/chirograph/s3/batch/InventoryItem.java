package dev.chirograph.s3.batch;

import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import java.util.Map;
import java.util.Objects;

/**
 * One row of an inventory.
 *
 * @param bucket the bucket that was listed
 * @param key the object
 * @param version what the inventory tells of this version of it: id, delete marker, size, time,
 *     entity tag and storage class; what the inventory has no column for is at its default, and
 *     content type, metadata and tags are not asked for
 * @param latest whether it is the latest version; true where the inventory lists no others
 * @param others the other columns by name, without those that are empty
 */
public record InventoryItem(
    String bucket, Key key, ObjectVersion version, boolean latest, Map<String, String> others) {

  public InventoryItem {
    Objects.requireNonNull(bucket, "bucket");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(version, "version");
    others = Map.copyOf(others);
  }

  /** The latest version of an object, with no other columns. */
  public static InventoryItem latest(String bucket, Key key, ObjectVersion version) {
    return new InventoryItem(bucket, key, version, true, Map.of());
  }
}
