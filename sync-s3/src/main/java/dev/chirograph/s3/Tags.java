package dev.chirograph.s3;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.s3.model.Tagging;

/** Tags as S3 is told of them. */
final class Tags {

  private Tags() {}

  static Tagging of(Map<String, String> tags) {
    return Tagging.builder()
        .tagSet(
            tags.entrySet().stream()
                .map(tag -> Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
                .toList())
        .build();
  }

  /**
   * Replaces the tags of an object, or of one version of it.
   *
   * @throws software.amazon.awssdk.core.exception.SdkException as the SDK throws it
   */
  static void write(
      S3Client client,
      String bucket,
      String key,
      @Nullable String versionId,
      Map<String, String> tags) {
    if (tags.isEmpty()) {
      // Not every server takes an empty set.
      client.deleteObjectTagging(request -> request.bucket(bucket).key(key).versionId(versionId));
    } else {
      client.putObjectTagging(
          request -> request.bucket(bucket).key(key).versionId(versionId).tagging(of(tags)));
    }
  }
}
