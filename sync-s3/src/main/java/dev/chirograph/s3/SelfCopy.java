package dev.chirograph.s3;

import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectAclResponse;
import software.amazon.awssdk.services.s3.model.Grant;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.TaggingDirective;

/**
 * Changes content type, metadata and storage class by copying an object onto itself, which is S3's
 * only way.
 *
 * <p>The copy replaces everything about the object, so everything is read first and stated again;
 * what cannot be read, or cannot be stated, forbids the copy.
 */
final class SelfCopy {

  private static final long LARGEST_COPY = 5L << 30;

  private final S3Client client;
  private final String bucket;
  private final ObjectReader reader;
  private final S3Guards guards;
  private final CopiedTags copiedTags;

  SelfCopy(S3Client client, String bucket, ObjectReader reader, S3Guards guards) {
    this.client = client;
    this.bucket = bucket;
    this.reader = reader;
    this.guards = guards;
    this.copiedTags = new CopiedTags(client, bucket, reader);
  }

  /** Writes the wanted attributes; those that are not known stay as they are. */
  Outcome write(Key key, ObjectVersion wanted, Observation.Present<ObjectVersion> seen) {
    return write(key, wanted, seen, null);
  }

  /** Moves it into another storage class; all else stays as it is. */
  Outcome move(Key key, Observation.Present<ObjectVersion> seen, String storageClass) {
    return write(key, seen.value(), seen, storageClass);
  }

  /**
   * @param storageClass null: the one it has
   */
  private Outcome write(
      Key key,
      ObjectVersion wanted,
      Observation.Present<ObjectVersion> seen,
      @Nullable String storageClass) {
    ObjectVersion have = seen.value();
    Part<String> type = wanted.contentType().orStored(have.contentType());
    Part<Map<String, String>> metadata = wanted.metadata().orStored(have.metadata());
    Part<Map<String, String>> tags = wanted.tags().orStored(have.tags());
    Optional<SyncException> obstacle = obstacle(key, have, type, metadata, tags);
    if (obstacle.isPresent()) {
      return Outcome.rejected(obstacle.get());
    }
    try {
      String versionId = S3Version.of(have).versionId();
      HeadObjectResponse head = reader.head(S3Keys.text(key), versionId);
      if (!isPrivate(key, versionId)) {
        return Outcome.rejected(forbidden(key, "its ACL has grants, which a copy drops"));
      }
      // Writing tags changes neither entity tag nor version: no condition notices it.
      if (!reader.tags(key, S3Keys.text(key), versionId).equals(have.tags())) {
        return Outcome.conflict(seen.version());
      }
      CopyObjectRequest.Builder request =
          request(key, seen, head)
              .contentType(type.optional().orElse(null))
              .metadata(metadata.optional().orElse(Map.of()));
      if (storageClass != null) {
        request.storageClass(storageClass);
      }
      if (!tags.equals(have.tags())) {
        request
            .taggingDirective(TaggingDirective.REPLACE)
            .tagging(Tags.of(tags.optional().orElse(Map.of())));
      }
      return copiedTags.settle(
          key,
          client.copyObject(request.build()),
          tags.optional().orElse(Map.of()),
          have.tags(),
          Guard.CHECKED);
    } catch (SyncException e) {
      return Outcome.rejected(forbidden(key, String.valueOf(e.getMessage())));
    } catch (SdkException e) {
      return Expectations.failed("CopyObject", reader.subject(key), e);
    }
  }

  private Optional<SyncException> obstacle(Key key, ObjectVersion have, Part<?>... parts) {
    for (Part<?> part : parts) {
      if (part instanceof Part.Unread<?> unread) {
        return Optional.of(forbidden(key, "a part of it could not be read: " + unread.why()));
      }
    }
    return have.size() > LARGEST_COPY
        ? Optional.of(forbidden(key, "it is larger than S3 copies in one request"))
        : Optional.empty();
  }

  private SyncException forbidden(Key key, String why) {
    return new SyncException(
        Kind.UNSUPPORTED,
        "will not copy " + reader.subject(key) + " onto itself to change its attributes: " + why);
  }

  private boolean isPrivate(Key key, @Nullable String versionId) {
    GetObjectAclResponse acl =
        client.getObjectAcl(
            request -> request.bucket(bucket).key(S3Keys.text(key)).versionId(versionId));
    String owner = acl.owner() == null ? null : acl.owner().id();
    List<Grant> grants = acl.grants();
    return grants.stream()
        .allMatch(grant -> grant.grantee() != null && isOwner(owner, grant.grantee().id()));
  }

  private static boolean isOwner(@Nullable String owner, @Nullable String grantee) {
    return owner != null && owner.equals(grantee);
  }

  /**
   * The copy with all that a HEAD tells; a copy of an encrypted object keeps its key. It is made of
   * whatever is the latest then, under the condition that this is what was seen: named by its id,
   * an old version would be brought back on top of one written in between.
   */
  private CopyObjectRequest.Builder request(
      Key key, Observation.Present<ObjectVersion> seen, HeadObjectResponse head) {
    S3Version version = S3Version.parse(seen.version());
    return CopyObjectRequest.builder()
        .sourceBucket(bucket)
        .sourceKey(S3Keys.text(key))
        .copySourceIfMatch(guards.condition(version.etag()))
        .ifMatch(guards.copyIfMatch() ? guards.condition(version.etag()) : null)
        .destinationBucket(bucket)
        .destinationKey(S3Keys.text(key))
        .metadataDirective(MetadataDirective.REPLACE)
        .cacheControl(head.cacheControl())
        .contentDisposition(head.contentDisposition())
        .contentEncoding(head.contentEncoding())
        .contentLanguage(head.contentLanguage())
        .expires(ObjectReader.expires(head))
        .websiteRedirectLocation(head.websiteRedirectLocation())
        .storageClass(head.storageClassAsString())
        .serverSideEncryption(head.serverSideEncryptionAsString())
        .ssekmsKeyId(head.ssekmsKeyId())
        .bucketKeyEnabled(head.bucketKeyEnabled())
        .objectLockMode(head.objectLockModeAsString())
        .objectLockRetainUntilDate(head.objectLockRetainUntilDate())
        .objectLockLegalHoldStatus(head.objectLockLegalHoldStatusAsString());
  }
}
