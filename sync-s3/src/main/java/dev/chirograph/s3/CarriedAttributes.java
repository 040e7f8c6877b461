package dev.chirograph.s3;

import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.ObjectLockLegalHoldStatus;
import software.amazon.awssdk.services.s3.model.TaggingDirective;

/**
 * What a copy carries: the wanted attributes, and the source's own for what is not known of them. A
 * copy that changes none of them leaves all to the store; one that changes some, and every copy in
 * parts, states all of them again.
 *
 * <p>The store carries neither encryption nor object lock, so a key of KMS, a retention and a legal
 * hold are always stated again, as far as the source's head may tell them. Encryption by keys of
 * the store itself is the least that there is: the destination's own rule replaces it.
 */
final class CarriedAttributes {

  private final HeadObjectResponse head;
  private final ObjectVersion own;
  private final ObjectVersion carried;

  private CarriedAttributes(HeadObjectResponse head, ObjectVersion own, ObjectVersion carried) {
    this.head = head;
    this.own = own;
    this.carried = carried;
  }

  /** How the head of the source is read. */
  interface Head {
    HeadObjectResponse of(ObjectReader reader, String key, @Nullable String versionId);
  }

  /**
   * Looks at the source.
   *
   * @throws SyncException CONFLICT when it is not in the state to copy, else why it cannot be read
   * @throws SdkException when its head cannot be read
   */
  static CarriedAttributes of(BlobCopier.Source source, Head reading) {
    Key key = source.ref().key();
    String text = S3Keys.text(key);
    HeadObjectResponse head =
        reading.of(source.reader(), text, source.ref().versionId().orElse(null));
    S3Version seen = S3Version.of(head.eTag(), head.versionId());
    if (!seen.equals(source.version())) {
      throw new SyncException(
          Kind.CONFLICT,
          source.reader().subject(key) + " is not in the state to copy any more; look again");
    }
    ObjectVersion own =
        ObjectReader.version(head)
            .tags(source.reader().tags(head, key, text, source.versionId()))
            .build();
    ObjectVersion wanted = source.attributes();
    ObjectVersion carried =
        wanted.toBuilder()
            .contentType(wanted.contentType().orStored(own.contentType()))
            .metadata(wanted.metadata().orStored(own.metadata()))
            .tags(source.reader().readsTags() ? wanted.tags().orStored(own.tags()) : own.tags())
            .build();
    return new CarriedAttributes(head, own, carried);
  }

  private boolean changesHeaders() {
    return !carried.contentType().equals(own.contentType())
        || !carried.metadata().equals(own.metadata());
  }

  /** Some servers drop the tags when other attributes are replaced. */
  private boolean restatesTags() {
    boolean keepsSome = changesHeaders() && !tagsOrNone().isEmpty();
    return keepsSome || !carried.tags().equals(own.tags());
  }

  CopyObjectRequest.Builder addTo(CopyObjectRequest.Builder request) {
    if (usesKms()) {
      request
          .serverSideEncryption(head.serverSideEncryptionAsString())
          .ssekmsKeyId(head.ssekmsKeyId())
          .bucketKeyEnabled(head.bucketKeyEnabled());
    }
    if (isRetained()) {
      request
          .objectLockMode(head.objectLockModeAsString())
          .objectLockRetainUntilDate(head.objectLockRetainUntilDate());
    }
    if (isHeld()) {
      request.objectLockLegalHoldStatus(head.objectLockLegalHoldStatusAsString());
    }
    if (restatesTags()) {
      request.taggingDirective(TaggingDirective.REPLACE);
      Map<String, String> tags = read(carried.tags());
      request.tagging(Tags.of(tags == null ? Map.of() : tags));
    }
    return changesHeaders()
        ? request
            .metadataDirective(MetadataDirective.REPLACE)
            .contentType(read(carried.contentType()))
            .metadata(read(carried.metadata()))
            .cacheControl(head.cacheControl())
            .contentDisposition(head.contentDisposition())
            .contentEncoding(head.contentEncoding())
            .contentLanguage(head.contentLanguage())
            .expires(ObjectReader.expires(head))
            .websiteRedirectLocation(head.websiteRedirectLocation())
        : request;
  }

  CreateMultipartUploadRequest.Builder addTo(CreateMultipartUploadRequest.Builder request) {
    Map<String, String> tags = read(carried.tags());
    if (tags != null && !tags.isEmpty()) {
      request.tagging(Tags.of(tags));
    }
    if (usesKms()) {
      request
          .serverSideEncryption(head.serverSideEncryptionAsString())
          .ssekmsKeyId(head.ssekmsKeyId())
          .bucketKeyEnabled(head.bucketKeyEnabled());
    }
    if (isRetained()) {
      request
          .objectLockMode(head.objectLockModeAsString())
          .objectLockRetainUntilDate(head.objectLockRetainUntilDate());
    }
    if (isHeld()) {
      request.objectLockLegalHoldStatus(head.objectLockLegalHoldStatusAsString());
    }
    Checksums.kept(head)
        .ifPresent(kept -> request.checksumAlgorithm(kept.algorithm()).checksumType(kept.type()));
    return request
        .contentType(read(carried.contentType()))
        .metadata(read(carried.metadata()))
        .cacheControl(head.cacheControl())
        .contentDisposition(head.contentDisposition())
        .contentEncoding(head.contentEncoding())
        .contentLanguage(head.contentLanguage())
        .expires(ObjectReader.expires(head))
        .websiteRedirectLocation(head.websiteRedirectLocation());
  }

  private boolean usesKms() {
    String encryption = head.serverSideEncryptionAsString();
    return encryption != null && encryption.startsWith("aws:kms");
  }

  /** A retention that has run out holds nothing any more, and is refused when it is stated. */
  private boolean isRetained() {
    Instant until = head.objectLockRetainUntilDate();
    return head.objectLockModeAsString() != null && until != null && until.isAfter(answered());
  }

  private boolean isHeld() {
    return head.objectLockLegalHoldStatus() == ObjectLockLegalHoldStatus.ON;
  }

  /** When the head was answered, by the store's own clock. */
  private Instant answered() {
    return Optional.ofNullable(head.sdkHttpResponse())
        .flatMap(answer -> answer.firstMatchingHeader("Date"))
        .flatMap(CarriedAttributes::date)
        .orElse(Instant.MIN);
  }

  private static Optional<Instant> date(String text) {
    try {
      return Optional.of(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** What has to be stated again has to be known; an unread part would be lost. */
  private static <T> @Nullable T read(Part<T> part) {
    part.trouble()
        .ifPresent(
            why -> {
              throw new SyncException(
                  why.kind(),
                  why.advice(),
                  "an attribute that the copy has to state again could not be read",
                  why);
            });
    return part.optional().orElse(null);
  }

  /** What becomes of a copy: where tags were stated it is read back, see {@link CopiedTags}. */
  Optional<Outcome> settle(CopiedTags tags, Key to, CopyObjectResponse copied, Guard how) {
    return restatesTags()
        ? Optional.of(tags.settle(to, copied, tagsOrNone(), own.tags(), how))
        : Optional.empty();
  }

  private Map<String, String> tagsOrNone() {
    return carried.tags().optional().orElse(Map.of());
  }
}
