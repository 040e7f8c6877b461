package dev.chirograph.s3;

import dev.chirograph.Key;
import java.util.Objects;
import java.util.Optional;

/**
 * A hint that an object may have changed, as a bucket notified it.
 *
 * @param bucket the name of the bucket
 * @param key the object, decoded
 * @param type what is said to have happened
 * @param versionId the version it happened to, in a bucket that keeps versions
 * @param sequencer orders the creations and removals of one key; hexadecimal, compared by {@link
 *     S3Events#compareSequencers}
 */
public record S3Event(
    String bucket, Key key, Type type, Optional<String> versionId, Optional<String> sequencer) {

  /** What is said to have happened. */
  public enum Type {
    /** An object or a version was written. */
    CREATED,
    /** An object or a version was deleted, by a caller or by expiry, or hidden by a marker. */
    REMOVED,
    /** Tags were written or removed. */
    TAGGING,
    /** An ACL was written. */
    ACL,
    /** An archived object was asked for, or is readable for a while. */
    RESTORED,
    /** Anything else, for example a change of storage class. */
    OTHER
  }

  /** Checks that nothing is null. */
  public S3Event {
    Objects.requireNonNull(bucket, "bucket");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(versionId, "versionId");
    Objects.requireNonNull(sequencer, "sequencer");
  }
}
