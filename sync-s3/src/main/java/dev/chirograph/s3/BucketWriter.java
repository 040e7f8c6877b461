package dev.chirograph.s3;

import dev.chirograph.Change;
import dev.chirograph.Expect;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.Version;
import dev.chirograph.spi.BlobStore.BlobRef;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;

/** Writes to single objects whatever can be written without bytes: attributes and deletes. */
final class BucketWriter {

  private final S3Client client;
  private final String bucket;
  private final ObjectReader reader;
  private final BlobGuard guard;
  private final int maxTags;
  private final SelfCopy selfCopy;

  BucketWriter(S3Client client, String bucket, ObjectReader reader, BlobGuard guard, int maxTags) {
    this.client = client;
    this.bucket = bucket;
    this.reader = reader;
    this.guard = guard;
    this.maxTags = maxTags;
    this.selfCopy = new SelfCopy(client, bucket, reader, guard.guards());
  }

  /** How the expectation of a delete is enforced; none: deletes are refused. */
  Guard deletes() {
    return guard.deletes();
  }

  Outcome apply(Change<ObjectState> change) {
    try {
      Observation<ObjectVersion> now = reader.look(BlobRef.latest(change.key()));
      if (now instanceof Observation.Unknown<ObjectVersion> unknown) {
        return Outcome.rejected(unknown.why());
      }
      return change instanceof Change.Put<ObjectState> put
          ? put(put, now)
          : delete(change.key(), change.expect(), now);
    } catch (SyncException e) {
      return Outcome.rejected(e);
    }
  }

  private Outcome put(Change.Put<ObjectState> put, Observation<ObjectVersion> now) {
    if (!Expectations.holds(put.expect(), now)) {
      return Expectations.conflict(now);
    }
    ObjectVersion wanted = put.value().latest();
    if (!(now instanceof Observation.Present<ObjectVersion> present)
        || !isSameContent(wanted, present.value())) {
      return noBytes(put.key(), now);
    }
    ObjectVersion have = present.value();
    Optional<Map<String, String>> tags = change(wanted.tags(), have.tags());
    Optional<SyncException> obstacle = tags.flatMap(set -> obstacle(put.key(), set, have.tags()));
    if (obstacle.isPresent()) {
      return Outcome.rejected(obstacle.get());
    }
    if (change(wanted.contentType(), have.contentType()).isPresent()
        || change(wanted.metadata(), have.metadata()).isPresent()) {
      return selfCopy.write(put.key(), wanted, present);
    }
    if (tags.isEmpty()) {
      return Outcome.unchanged();
    }
    Outcome written = putTags(put.key(), S3Version.of(have).versionId(), tags.get());
    return written instanceof Outcome.Applied
        ? Outcome.applied(present.version(), Guard.CHECKED)
        : written;
  }

  private static boolean isSameContent(ObjectVersion wanted, ObjectVersion have) {
    return !wanted.deleteMarker()
        && wanted.etag().equals(have.etag())
        && wanted.size() == have.size();
  }

  /** What to write; empty when the wanted part is not known, or is there already. */
  private static <T> Optional<T> change(Part<T> wanted, Part<T> have) {
    return wanted.equals(have) ? Optional.empty() : wanted.optional();
  }

  /** Why a tag set must not be written; one that could not be read is not replaced. */
  private Optional<SyncException> obstacle(
      Key key, Map<String, String> tags, Part<Map<String, String>> have) {
    if (tags.size() > maxTags) {
      return Optional.of(tooManyTags(key, tags.size()));
    }
    return have instanceof Part.Omitted
        ? Optional.of(
            new SyncException(
                Kind.UNSUPPORTED,
                "cannot write tags of "
                    + reader.subject(key)
                    + ": the bucket was declared to have none"))
        : have.trouble();
  }

  private Outcome noBytes(Key key, Observation<ObjectVersion> now) {
    String found =
        now instanceof Observation.Present<ObjectVersion> present
            ? "it holds other content, with the entity tag " + present.value().etag()
            : "it is missing";
    return Outcome.rejected(
        new SyncException(
            Kind.UNSUPPORTED,
            "no bytes to put into "
                + reader.subject(key)
                + ": "
                + found
                + ", and a catalogue has attributes only; copy the object from where it is"));
  }

  private Outcome delete(Key key, Expect expect, Observation<ObjectVersion> now) {
    if (!(now instanceof Observation.Present<ObjectVersion> present)) {
      // Under the delete marker that was seen, the object is as the delete wants it.
      boolean gone = !(expect instanceof Expect.At) || Expectations.holds(expect, now);
      return gone ? Outcome.unchanged() : Expectations.conflict(now);
    }
    if (!Expectations.holds(expect, now)) {
      return Expectations.conflict(now);
    }
    if (deletes() == Guard.NONE) {
      return Outcome.rejected(guard.unguarded(key));
    }
    return delete(key, present.version());
  }

  private Outcome delete(Key key, Version seen) {
    try {
      client.deleteObject(
          DeleteObjectRequest.builder()
              .bucket(bucket)
              .key(S3Keys.text(key))
              .ifMatch(guard.deleteCondition(seen))
              .build());
      return Outcome.deleted(deletes());
    } catch (SdkException e) {
      return Expectations.failed("DeleteObject", reader.subject(key), e);
    }
  }

  Outcome writeTags(Key key, String versionId, Map<String, String> tags) {
    if (tags.size() > maxTags) {
      return Outcome.rejected(tooManyTags(key, tags.size()));
    }
    return putTags(
        key, versionId.equals(ObjectVersion.NULL_VERSION) ? null : versionId, Map.copyOf(tags));
  }

  private Outcome putTags(Key key, @Nullable String versionId, Map<String, String> tags) {
    try {
      Tags.write(client, bucket, S3Keys.text(key), versionId, tags);
      return new Outcome.Applied(Optional.empty(), Guard.NONE);
    } catch (SyncException e) {
      return Outcome.rejected(e);
    } catch (SdkException e) {
      return S3Errors.missing(e) || S3Errors.hasCode(e, "NoSuchVersion")
          ? Outcome.conflict()
          : Expectations.failed("PutObjectTagging", reader.subject(key), e);
    }
  }

  private SyncException tooManyTags(Key key, int tags) {
    return SyncException.invalid(
        reader.subject(key) + " can have " + maxTags + " tags, not " + tags);
  }
}
