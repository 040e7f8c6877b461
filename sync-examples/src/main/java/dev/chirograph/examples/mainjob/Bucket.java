package dev.chirograph.examples.mainjob;

import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.s3.model.Tagging;

/** What people do to a bucket, by the S3 client alone. */
final class Bucket {

  private final S3Client s3;
  private final String name;

  Bucket(S3Client s3, String name) {
    this.s3 = s3;
    this.name = name;
  }

  S3Client client() {
    return s3;
  }

  String name() {
    return name;
  }

  void create() {
    s3.createBucket(request -> request.bucket(name));
  }

  void put(String key, byte[] content, Map<String, String> metadata, Map<String, String> tags) {
    s3.putObject(
        request -> {
          request.bucket(name).key(key).contentType(type(key)).metadata(metadata);
          if (!tags.isEmpty()) {
            request.tagging(tagging(tags));
          }
        },
        RequestBody.fromBytes(content));
  }

  void delete(String key) {
    s3.deleteObject(request -> request.bucket(name).key(key));
  }

  void retag(String key, Map<String, String> tags) {
    s3.putObjectTagging(request -> request.bucket(name).key(key).tagging(tagging(tags)));
  }

  private static Tagging tagging(Map<String, String> tags) {
    List<Tag> set =
        tags.entrySet().stream()
            .map(tag -> Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
            .toList();
    return Tagging.builder().tagSet(set).build();
  }

  private static String type(String key) {
    String suffix = key.substring(key.lastIndexOf('.') + 1);
    return switch (suffix) {
      case "jar" -> "application/java-archive";
      case "pom", "xml" -> "application/xml";
      case "sha1", "txt", "md" -> "text/plain";
      case "json" -> "application/json";
      default -> "application/octet-stream";
    };
  }
}
