package dev.chirograph.s3;

import dev.chirograph.Evidence;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Part;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.BlobStore.BlobRef;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.GetObjectTaggingRequest;
import software.amazon.awssdk.services.s3.model.GetObjectTaggingResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.Tag;

/** Reads attributes of single objects. */
final class ObjectReader {

  private final S3Client client;
  private final String bucket;
  private final TagReads tagReads;
  private final boolean keepsVersions;
  private final boolean checksums;

  /** When the tags of an object are asked for. */
  enum TagReads {
    /** The store has no tags: they count as not asked for. */
    NEVER,
    ALWAYS,
    /** Where a HEAD counts some. */
    WHERE_COUNTED
  }

  /**
   * @param keepsVersions whether there may be delete markers, which not every server names in a
   *     HEAD
   */
  ObjectReader(S3Client client, String bucket, TagReads tagReads, boolean keepsVersions) {
    this(client, bucket, tagReads, keepsVersions, false);
  }

  /**
   * @param checksums whether looks ask for them
   */
  ObjectReader(
      S3Client client, String bucket, TagReads tagReads, boolean keepsVersions, boolean checksums) {
    this.checksums = checksums;
    this.keepsVersions = keepsVersions;
    this.client = client;
    this.bucket = bucket;
    this.tagReads = tagReads;
  }

  /** Whether the store has tags. */
  boolean readsTags() {
    return tagReads != TagReads.NEVER;
  }

  /** What to call an object in a message. */
  String subject(Key key) {
    return bucket + "/" + key;
  }

  /**
   * The head of an object, or of one version of it.
   *
   * @throws SdkException as the SDK throws it
   */
  HeadObjectResponse head(String key, @Nullable String versionId) {
    return head(key, versionId, checksums ? ChecksumMode.ENABLED : null);
  }

  /** The head of an object with the checksums that the store keeps of it. */
  HeadObjectResponse headWithChecksums(String key, @Nullable String versionId) {
    return head(key, versionId, ChecksumMode.ENABLED);
  }

  private HeadObjectResponse head(
      String key, @Nullable String versionId, @Nullable ChecksumMode mode) {
    return client.headObject(
        HeadObjectRequest.builder()
            .bucket(bucket)
            .key(key)
            .versionId(versionId)
            .checksumMode(mode)
            .build());
  }

  /** The object or version with all its attributes: at most two requests when it is there. */
  Observation<ObjectVersion> look(BlobRef ref) {
    try {
      String text = S3Keys.text(ref.key());
      String versionId = ref.versionId().orElse(null);
      HeadObjectResponse head = head(text, versionId);
      if (Boolean.TRUE.equals(head.deleteMarker())) {
        return deleted(marker(head.versionId()));
      }
      ObjectVersion version =
          version(head)
              .tags(tags(head, ref.key(), text, versionId == null ? pinned(head) : versionId))
              .build();
      return Observation.present(
          version, S3Version.of(head.eTag(), head.versionId()).toVersion(), evidence(version));
    } catch (SdkException e) {
      return notSeen(ref, e);
    } catch (SyncException e) {
      return Observation.unknown(e);
    }
  }

  private static Evidence evidence(ObjectVersion version) {
    return Evidence.builder()
        .etag(version.etag())
        .size(version.size())
        .lastModified(version.lastModified())
        .versionId(S3Version.of(version).versionId())
        .checksums(version.checksums())
        .build();
  }

  /** The id under which the rest of this version can be read; null without versions. */
  private static @Nullable String pinned(HeadObjectResponse head) {
    return S3Version.of(head.eTag(), head.versionId()).versionId();
  }

  /**
   * What a failed HEAD says. Its answer has no body, so a 404 may as well mean that there is no
   * such bucket: absence is claimed only after a listing of the key has confirmed it.
   */
  private Observation<ObjectVersion> notSeen(BlobRef ref, SdkException error) {
    if ("true".equalsIgnoreCase(S3Errors.header(error, "x-amz-delete-marker"))) {
      String named = S3Errors.header(error, "x-amz-version-id");
      String id = named == null ? ref.versionId().orElse(null) : named;
      if (id != null || !keepsVersions) {
        return deleted(marker(id));
      }
      // Some servers do not name the marker: the listing does.
    }
    if (!S3Errors.missing(error)) {
      return Observation.unknown(S3Errors.of("HeadObject", subject(ref.key()), error));
    }
    try {
      if (keepsVersions) {
        return notSeenByVersions(ref);
      }
      boolean listed = isListed(S3Keys.text(ref.key()));
      return listed && ref.versionId().isEmpty()
          ? Observation.unknown(changing(ref.key()))
          : Observation.absent();
    } catch (SyncException e) {
      return Observation.unknown(e);
    } catch (SdkException e) {
      return Observation.unknown(S3Errors.of("ListObjectsV2", subject(ref.key()), e));
    }
  }

  /** The listing of versions knows markers too, which some servers deny when asked by their id. */
  private Observation<ObjectVersion> notSeenByVersions(BlobRef ref) {
    Key key = ref.key();
    Optional<ObjectVersion> listed =
        ref.versionId().isPresent()
            ? new BucketPages(client, bucket, true, Integer.MAX_VALUE)
                .find(key, ref.versionId().get())
            : new BucketPages(client, bucket, true, 1)
                .newest(key).newestFirst().stream().findFirst();
    if (listed.isEmpty()) {
      return Observation.absent();
    }
    return listed.get().deleteMarker() ? deleted(listed.get()) : Observation.unknown(changing(key));
  }

  /** A marker as far as a HEAD tells of one. */
  private static ObjectVersion marker(@Nullable String versionId) {
    return ObjectVersion.builder().versionId(versionId).deleteMarker().build();
  }

  private static Observation<ObjectVersion> deleted(ObjectVersion marker) {
    return Observation.deleted(S3Version.of(marker).toVersion(), marker);
  }

  private boolean isListed(String key) {
    ListObjectsV2Response page =
        BucketPages.readable(
            encoding ->
                client.listObjectsV2(
                    request ->
                        request.bucket(bucket).prefix(key).maxKeys(1).encodingType(encoding)));
    return page.contents().stream().anyMatch(object -> object.key().equals(key));
  }

  /** Two requests about the object contradict each other. */
  SyncException changing(Key key) {
    return new SyncException(
        Kind.CONFLICT, subject(key) + " was changed while it was looked at; look again");
  }

  /** A version with all that a head tells; its tags are not asked for. */
  static ObjectVersion.Builder version(HeadObjectResponse head) {
    return attributes(
        ObjectVersion.builder()
            .versionId(head.versionId())
            .etag(head.eTag() == null ? "" : head.eTag())
            .size(head.contentLength() == null ? 0 : head.contentLength())
            .lastModified(head.lastModified() == null ? Instant.EPOCH : head.lastModified())
            .storageClass(head.storageClassAsString())
            .checksums(Checksums.ofContent(head)),
        head);
  }

  /** Adds the attributes that a head tells. */
  static ObjectVersion.Builder attributes(ObjectVersion.Builder version, HeadObjectResponse head) {
    return version
        .contentType(head.contentType() == null ? Part.omitted() : Part.known(head.contentType()))
        .metadata(metadata(head));
  }

  /**
   * When the object expires in caches, for requests that state it again; null when nothing is said.
   *
   * @throws SyncException of kind UNSUPPORTED when it is no date, and so cannot be stated again
   */
  static @Nullable Instant expires(HeadObjectResponse head) {
    String text = head.expiresString();
    if (text == null || text.isEmpty()) {
      return null;
    }
    try {
      return DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from);
    } catch (DateTimeParseException e) {
      throw new SyncException(
          Kind.UNSUPPORTED, "its Expires header is no date and would be lost", e);
    }
  }

  private static Part<Map<String, String>> metadata(HeadObjectResponse head) {
    if (head.missingMeta() != null && head.missingMeta() > 0) {
      return Part.unread(
          new SyncException(
              Kind.UNSUPPORTED,
              head.missingMeta() + " metadata entries cannot be sent as headers by the store"));
    }
    Map<String, String> metadata = new HashMap<>();
    head.metadata().forEach((name, value) -> metadata.put(name.toLowerCase(Locale.ROOT), value));
    return Part.known(metadata);
  }

  /**
   * The tags of an object, or of one version of it, after its HEAD.
   *
   * @param head what it said; null when there is none
   */
  Part<Map<String, String>> tags(
      @Nullable HeadObjectResponse head, Key key, String text, @Nullable String versionId) {
    if (tagReads == TagReads.WHERE_COUNTED
        && head != null
        && (head.tagCount() == null || head.tagCount() == 0)) {
      return Part.known(Map.of());
    }
    return tags(key, text, versionId);
  }

  /** The tags of an object, or of one version of it, whatever a HEAD would count. */
  Part<Map<String, String>> tags(Key key, String text, @Nullable String versionId) {
    if (!readsTags()) {
      return Part.omitted();
    }
    try {
      return Part.known(readTags(text, versionId));
    } catch (SdkException e) {
      if (S3Errors.hasCode(e, "NoSuchTagSet")) {
        return Part.known(Map.of());
      }
      // The object was seen a moment ago, so its absence is news and not a final answer.
      return Part.unread(
          S3Errors.missing(e) ? changing(key) : S3Errors.of("GetObjectTagging", subject(key), e));
    }
  }

  /**
   * The tags of an object, or of one version of it.
   *
   * @throws SdkException as the SDK throws it
   */
  private Map<String, String> readTags(String key, @Nullable String versionId) {
    GetObjectTaggingResponse answer =
        client.getObjectTagging(
            GetObjectTaggingRequest.builder().bucket(bucket).key(key).versionId(versionId).build());
    Map<String, String> tags = new HashMap<>();
    for (Tag tag : answer.tagSet()) {
      tags.put(tag.key(), tag.value());
    }
    return tags;
  }
}
