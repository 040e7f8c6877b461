package dev.chirograph.spi.relocate;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.spi.BlobStore.BlobRef;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Objects;
import java.util.Optional;

/**
 * Where the bytes of a file are: an object in a bucket, or one version of it.
 *
 * @param bucket the name of the bucket; not empty
 * @param key the object; not empty
 * @param versionId the version, whose name is not empty; none means whatever is the latest
 */
public record Location(String bucket, Key key, Optional<String> versionId) {

  public Location {
    Objects.requireNonNull(bucket, "bucket");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(versionId, "versionId");
    if (bucket.isEmpty() || key.isEmpty()) {
      throw SyncException.invalid(
          "a location has a bucket and a key, not '" + bucket + "' and '" + key + "'");
    }
    if (versionId.filter(String::isEmpty).isPresent()) {
      throw SyncException.invalid(
          "the version of " + bucket + "/" + key + " is named by an empty text; name none instead");
    }
  }

  /** The latest version of an object. */
  public static Location latest(String bucket, Key key) {
    return new Location(bucket, key, Optional.empty());
  }

  /** The object inside its bucket. */
  public BlobRef ref() {
    return new BlobRef(key, versionId);
  }

  /** Whether both are one object: its versions are equal, or one of them names none. */
  public boolean isSame(Location other) {
    return bucket.equals(other.bucket)
        && key.equals(other.key)
        && (versionId.isEmpty() || other.versionId.isEmpty() || versionId.equals(other.versionId));
  }

  /**
   * A name of 32 bytes: the SHA-256 of bucket, key and version, each with its length before it. A
   * location itself may be longer than a {@link Key}.
   */
  public Key digest() {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      add(sha256, bucket.getBytes(StandardCharsets.UTF_8));
      add(sha256, key.toBytes());
      versionId.ifPresent(id -> add(sha256, id.getBytes(StandardCharsets.UTF_8)));
      return Key.ofBytes(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  private static void add(MessageDigest digest, byte[] part) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, part.length));
    digest.update(part);
  }

  @Override
  public String toString() {
    return bucket + "/" + key + versionId.map(id -> " version " + id).orElse("");
  }
}
