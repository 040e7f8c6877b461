package dev.chirograph.s3;

import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.TaggingDirective;

/**
 * What a copy carries: the wanted attributes, and the source's own for what is not known of them. A
 * copy that changes none of them leaves all to the store; one that changes some, and every copy in
 * parts, states all of them again.
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

  /**
   * Looks at the source.
   *
   * @throws SyncException CONFLICT when it is not in the state to copy, else why it cannot be read
   * @throws SdkException when its head cannot be read
   */
  static CarriedAttributes of(BlobCopier.Source source) {
    Key key = source.ref().key();
    String text = S3Keys.text(key);
    HeadObjectResponse head = source.reader().head(text, source.ref().versionId().orElse(null));
    S3Version seen = S3Version.of(head.eTag(), head.versionId());
    if (!seen.equals(source.version())) {
      throw new SyncException(
          Kind.CONFLICT,
          source.reader().subject(key) + " is not in the state to copy any more; look again");
    }
    ObjectVersion own =
        ObjectReader.version(head)
            .tags(source.reader().tags(key, text, source.versionId()))
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
    return request
        .contentType(read(carried.contentType()))
        .metadata(read(carried.metadata()))
        .cacheControl(head.cacheControl())
        .contentDisposition(head.contentDisposition())
        .contentEncoding(head.contentEncoding())
        .contentLanguage(head.contentLanguage())
        .expires(ObjectReader.expires(head))
        .websiteRedirectLocation(head.websiteRedirectLocation())
        .serverSideEncryption(head.serverSideEncryptionAsString())
        .ssekmsKeyId(head.ssekmsKeyId())
        .bucketKeyEnabled(head.bucketKeyEnabled());
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
