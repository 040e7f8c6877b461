package dev.chirograph.examples.mainjob;

import dev.chirograph.examples.mainjob.Inspection.Facts;
import dev.chirograph.examples.tools.Crowd;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.Tag;

/** Reads a whole bucket with the S3 client: its listing, and HEAD and tags of every object. */
final class BucketReader {

  private BucketReader() {}

  static Map<String, Facts> read(Bucket bucket) {
    List<S3Object> objects =
        bucket
            .client()
            .listObjectsV2Paginator(request -> request.bucket(bucket.name()))
            .contents()
            .stream()
            .toList();
    Map<String, Facts> facts = new ConcurrentHashMap<>();
    Crowd.each(objects, object -> facts.put(object.key(), read(bucket, object)));
    return facts;
  }

  private static Facts read(Bucket bucket, S3Object listed) {
    HeadObjectResponse head =
        bucket.client().headObject(r -> r.bucket(bucket.name()).key(listed.key()));
    Map<String, String> tags =
        bucket
            .client()
            .getObjectTagging(r -> r.bucket(bucket.name()).key(listed.key()))
            .tagSet()
            .stream()
            .collect(Collectors.toMap(Tag::key, Tag::value));
    return new Facts(
        listed.eTag().replace("\"", ""),
        listed.size(),
        listed.lastModified().getEpochSecond(),
        head.contentType(),
        head.metadata(),
        tags);
  }
}
