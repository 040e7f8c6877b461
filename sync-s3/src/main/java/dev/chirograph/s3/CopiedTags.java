package dev.chirograph.s3;

import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import java.time.Instant;
import java.util.Map;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/**
 * Makes sure of the tags of a copy: some servers copy the old ones whatever they are told, and some
 * drop them. S3 has no condition on writing tags, so they are read before and written only where a
 * server may have left them; other tags are somebody else's, and stay.
 */
final class CopiedTags {

  private final S3Client client;
  private final String bucket;
  private final ObjectReader reader;

  CopiedTags(S3Client client, String bucket, ObjectReader reader) {
    this.client = client;
    this.bucket = bucket;
    this.reader = reader;
  }

  /**
   * Reads a copy back, and mends its tags.
   *
   * @param wanted what its tags have to be
   * @param old what the server may have left instead, besides none
   * @param how how the expectation of the copy was enforced
   * @return applied; unsure when somebody else has written to it since, or it cannot be read
   */
  Outcome settle(
      Key key,
      CopyObjectResponse copied,
      Map<String, String> wanted,
      Part<Map<String, String>> old,
      Guard how) {
    String text = S3Keys.text(key);
    try {
      HeadObjectResponse now = reader.head(text, copied.versionId());
      String etag = copied.copyObjectResult() == null ? null : copied.copyObjectResult().eTag();
      S3Version version = S3Version.of(now.eTag(), now.versionId());
      if (etag != null && !S3Version.of(etag, null).etag().equals(version.etag())) {
        return Outcome.unsure(overtaken(key));
      }
      Part<Map<String, String>> found = reader.tags(key, text, version.versionId());
      if (found instanceof Part.Unread<Map<String, String>> unread) {
        return Outcome.unsure(unread.why());
      }
      Map<String, String> tags = found.optional().orElse(wanted);
      if (!tags.equals(wanted)) {
        if (!tags.isEmpty() && !tags.equals(old.optional().orElse(Map.of()))) {
          return Outcome.unsure(overtaken(key));
        }
        Tags.write(client, bucket, text, version.versionId(), wanted);
        if (isOther(now, reader.head(text, version.versionId()))) {
          return Outcome.unsure(overtaken(key));
        }
      }
      return Outcome.applied(version.toVersion(), how);
    } catch (SdkException e) {
      return Outcome.unsure(S3Errors.of("reading back the copy", reader.subject(key), e));
    }
  }

  /**
   * Whether the object was replaced, so that the tags went to what replaced it. The time does not
   * tell: on Ceph writing tags is a change.
   */
  private static boolean isOther(HeadObjectResponse before, HeadObjectResponse after) {
    return !timeless(before).equals(timeless(after));
  }

  private static ObjectVersion timeless(HeadObjectResponse head) {
    return ObjectReader.version(head).lastModified(Instant.EPOCH).build();
  }

  private SyncException overtaken(Key key) {
    return new SyncException(
        Kind.CONFLICT,
        reader.subject(key) + " was written to by somebody else right after it was copied");
  }
}
