package dev.chirograph.s3;

import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.Version;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.relocate.ArchiveRule;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;

/** Puts objects aside by their tags or their storage class. */
final class BlobArchive {

  /** The class of an object of which S3 names none. */
  private static final String STANDARD = "STANDARD";

  private static final int MAX_TAGS = 10;

  private final S3Client client;
  private final String bucket;
  private final ObjectReader reader;
  private final SelfCopy selfCopy;

  BlobArchive(S3Client client, String bucket, ObjectReader reader, S3Guards guards) {
    this.client = client;
    this.bucket = bucket;
    this.reader = reader;
    this.selfCopy = new SelfCopy(client, bucket, reader, guards);
  }

  Outcome archive(BlobRef ref, Version pin, ArchiveRule rule) {
    try {
      if (rule instanceof ArchiveRule.Tag tag) {
        return tag(ref, pin, tag.tags());
      }
      if (rule instanceof ArchiveRule.StorageClass storageClass) {
        return move(ref.key(), pin, storageClass.name());
      }
      return Outcome.rejected(
          SyncException.invalid(
              "archiving means tags or a storage class, not " + rule + ": delete, or leave alone"));
    } catch (SyncException e) {
      return Outcome.rejected(e);
    }
  }

  // ---- tags

  private Outcome tag(BlobRef ref, Version pin, Map<String, String> tags) {
    Observation<ObjectVersion> now = look(ref);
    if (!(now instanceof Observation.Present<ObjectVersion> present)
        || !present.version().equals(pin)) {
      return Expectations.conflict(now);
    }
    Map<String, String> wanted = new HashMap<>(read(ref.key(), present.value().tags()));
    if (wanted.entrySet().containsAll(tags.entrySet())) {
      return Outcome.unchanged();
    }
    wanted.putAll(tags);
    if (wanted.size() > MAX_TAGS) {
      return Outcome.rejected(
          SyncException.invalid(
              "cannot tag "
                  + reader.subject(ref.key())
                  + ": with its own it would have "
                  + wanted.size()
                  + " tags, and S3 takes "
                  + MAX_TAGS
                  + "; archive it by its storage class, or remove some of its tags"));
    }
    return tag(ref.key(), present, tags, wanted);
  }

  private Map<String, String> read(Key key, Part<Map<String, String>> tags) {
    if (tags instanceof Part.Omitted) {
      throw new SyncException(
          Kind.UNSUPPORTED,
          "cannot tag " + reader.subject(key) + ": the bucket was declared to have no tags");
    }
    tags.trouble()
        .ifPresent(
            why -> {
              throw why;
            });
    return tags.optional().orElse(Map.of());
  }

  private Outcome tag(
      Key key,
      Observation.Present<ObjectVersion> seen,
      Map<String, String> tags,
      Map<String, String> wanted) {
    String versionId = S3Version.of(seen.value()).versionId();
    try {
      Tags.write(client, bucket, S3Keys.text(key), versionId, wanted);
    } catch (SdkException e) {
      return S3Errors.missing(e) || S3Errors.hasCode(e, "NoSuchVersion")
          ? Outcome.conflict()
          : Expectations.failed("PutObjectTagging", reader.subject(key), e);
    }
    return versionId == null
        ? tagged(key, seen, tags)
        : Outcome.applied(seen.version(), Guard.CHECKED);
  }

  /**
   * Without versions the tags may have gone to what was written over the object in between, and a
   * lifecycle rule would delete that: they are taken away from it.
   */
  private Outcome tagged(
      Key key, Observation.Present<ObjectVersion> seen, Map<String, String> tags) {
    Observation<ObjectVersion> now = reader.look(BlobRef.latest(key));
    if (now instanceof Observation.Unknown<ObjectVersion> unknown) {
      return Outcome.unsure(unknown.why());
    }
    if (!(now instanceof Observation.Present<ObjectVersion> present)) {
      return Outcome.conflict();
    }
    if (present.version().equals(seen.version())) {
      return Outcome.applied(seen.version(), Guard.CHECKED);
    }
    Map<String, String> theirs = new HashMap<>(read(key, present.value().tags()));
    if (!theirs.entrySet().containsAll(tags.entrySet())) {
      return Outcome.conflict(present.version());
    }
    theirs.keySet().removeAll(tags.keySet());
    return untag(key, theirs);
  }

  private Outcome untag(Key key, Map<String, String> left) {
    String done =
        reader.subject(key)
            + " was written over while it was tagged, and what was written got the tags";
    try {
      Tags.write(client, bucket, S3Keys.text(key), null, left);
      return Outcome.unsure(
          new SyncException(
              Kind.CONFLICT,
              done + "; they were taken away, look after the others it should have"));
    } catch (SdkException e) {
      return Outcome.unsure(
          new SyncException(
              Kind.CONFLICT,
              done + ", which could not be taken away again: remove them by hand",
              e));
    }
  }

  // ---- storage class

  /**
   * A copy is made of the latest version only: of an older one it would bring back what was
   * replaced.
   */
  private Outcome move(Key key, Version pin, String storageClass) {
    Observation<ObjectVersion> now = look(BlobRef.latest(key));
    if (!(now instanceof Observation.Present<ObjectVersion> present)) {
      return Expectations.conflict(now);
    }
    boolean same = present.version().equals(pin);
    boolean there = present.value().storageClass().orElse(STANDARD).equals(storageClass);
    if (there && (same || isCopy(present.version(), pin))) {
      return Outcome.unchanged();
    }
    return same ? move(key, present, storageClass) : Expectations.conflict(now);
  }

  /** Some stores take a storage class and leave the object where it was. */
  private Outcome move(Key key, Observation.Present<ObjectVersion> seen, String storageClass) {
    Outcome copied = selfCopy.move(key, seen, storageClass);
    if (!(copied instanceof Outcome.Applied)) {
      return copied;
    }
    Observation<ObjectVersion> now = reader.look(BlobRef.latest(key));
    boolean ignored =
        now instanceof Observation.Present<ObjectVersion> present
            && !present.value().storageClass().orElse(STANDARD).equals(storageClass);
    return ignored
        ? Outcome.rejected(
            new SyncException(
                Kind.UNSUPPORTED,
                "the store has copied "
                    + reader.subject(key)
                    + " onto itself and not moved it to the storage class "
                    + storageClass
                    + "; archive it by tags, or delete it"))
        : copied;
  }

  /** Whether this is the version that an earlier call has made of the one that was to be moved. */
  private static boolean isCopy(Version now, Version pin) {
    return S3Version.parse(now).etag().equals(S3Version.parse(pin).etag());
  }

  private Observation<ObjectVersion> look(BlobRef ref) {
    Observation<ObjectVersion> now = reader.look(ref);
    if (now instanceof Observation.Unknown<ObjectVersion> unknown) {
      throw unknown.why();
    }
    return now;
  }
}
