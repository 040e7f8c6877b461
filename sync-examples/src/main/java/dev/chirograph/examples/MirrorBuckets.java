package dev.chirograph.examples;

import dev.chirograph.Report;
import dev.chirograph.reconcile.Mirror;
import dev.chirograph.reconcile.Reconciler;
import dev.chirograph.reconcile.Scope;
import dev.chirograph.s3.S3Blobs;
import dev.chirograph.s3.S3Bucket;
import dev.chirograph.servers.Shared;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** One bucket kept as a copy of another: content and attributes, copied by the store itself. */
public final class MirrorBuckets {

  private MirrorBuckets() {}

  /** Takes no arguments; starts S3Proxy. */
  public static void main(String... args) {
    try (S3Client s3 = Shared.s3Proxy().clientBuilder().build()) {
      s3.createBucket(request -> request.bucket("original"));
      s3.createBucket(request -> request.bucket("copy"));
      put(s3, "original", "kept.txt", "kept");
      put(s3, "original", "changed.txt", "before");
      put(s3, "copy", "extra.txt", "not in the original");

      Mirror mirror =
          Mirror.of(
              view(s3, "original"), blobs(s3, "original"), view(s3, "copy"), blobs(s3, "copy"));
      var reconciler =
          Reconciler.builder("mirror", mirror.source(), mirror.replica())
              .allowCheckedDeletes()
              .build();
      Report first = reconciler.sync(Scope.all());
      System.out.println(first);

      put(s3, "original", "changed.txt", "after");
      System.out.println(reconciler.sync(Scope.all()));
      System.out.println(
          "The copy says: "
              + s3.getObjectAsBytes(r -> r.bucket("copy").key("changed.txt")).asUtf8String());
    }
  }

  // As S3Proxy, which lists in another order and has no tags; S3 needs neither of the two settings.

  private static S3Bucket view(S3Client s3, String name) {
    return S3Bucket.builder(s3, name).unordered().withoutTags().build();
  }

  private static S3Blobs blobs(S3Client s3, String name) {
    return S3Blobs.builder(s3, name).withoutTags().allowCheckedDeletes().build();
  }

  private static void put(S3Client s3, String bucket, String key, String content) {
    s3.putObject(r -> r.bucket(bucket).key(key), RequestBody.fromString(content));
  }
}
