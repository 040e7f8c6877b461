package dev.chirograph.s3;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chirograph.Key;
import dev.chirograph.servers.CephServer;
import dev.chirograph.servers.S3Server;
import dev.chirograph.servers.Shared;
import dev.chirograph.testkit.HostileKeys;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;

/** The servers of the suites, and what each of them has. */
enum S3On {
  /** Has tags; lists in the order of UTF-16; its versions are broken; writers race. */
  S3MOCK(Shared::s3Mock, false, true, false, true),
  /** Has versions; lists in the order of UTF-16; has no tags; writers race. */
  S3PROXY(Shared::s3Proxy, false, false, true, true),
  /** Has everything but conditions on deletes. */
  CEPH(Shared::ceph, true, true, true, false);

  private static final AtomicInteger BUCKETS = new AtomicInteger();
  private static final Map<S3On, S3Client> CLIENTS = new ConcurrentHashMap<>();

  private final Supplier<S3Server> server;
  final boolean ordered;
  final boolean tags;
  final boolean versions;
  final boolean racy;

  S3On(Supplier<S3Server> server, boolean ordered, boolean tags, boolean versions, boolean racy) {
    this.server = server;
    this.ordered = ordered;
    this.tags = tags;
    this.versions = versions;
    this.racy = racy;
  }

  /** A client that never retries, shared by all suites. */
  S3Client client() {
    return CLIENTS.computeIfAbsent(this, on -> on.client(Apache5HttpClient.create()));
  }

  /** A client that never retries, over an HTTP client. */
  S3Client client(SdkHttpClient http) {
    assumeTrue(
        this != CEPH || CephServer.isAvailable(), "no Ceph gateway: scripts/ceph-rgw.sh install");
    return server
        .get()
        .clientBuilder()
        .httpClient(http)
        .overrideConfiguration(o -> o.retryStrategy(DefaultRetryStrategy.doNotRetry()))
        .build();
  }

  /** A new bucket. */
  String bucket() {
    String name = "suite-" + Long.toHexString(System.nanoTime()) + "-" + BUCKETS.incrementAndGet();
    client().createBucket(request -> request.bucket(name));
    return name;
  }

  /** A new bucket that keeps versions. */
  String versionedBucket() {
    assumeTrue(versions, this + " keeps no versions");
    String name = bucket();
    client()
        .putBucketVersioning(
            request -> request.bucket(name).versioningConfiguration(v -> v.status("Enabled")));
    return name;
  }

  S3Bucket.Builder bucketBuilder(S3Client client, String name) {
    S3Bucket.Builder builder = S3Bucket.builder(client, name);
    if (!ordered) {
      builder.unordered();
    }
    if (racy) {
      builder.racyConditions();
    }
    return tags ? builder : builder.withoutTags();
  }

  S3Blobs.Builder blobsBuilder(S3Client client, String name) {
    S3Blobs.Builder builder = S3Blobs.builder(client, name);
    if (racy) {
      builder.racyConditions();
    }
    return tags ? builder : builder.withoutTags();
  }

  /** The keys that the server keeps apart. */
  List<Key> keys() {
    List<Key> all = HostileKeys.text();
    return this == S3PROXY ? all.stream().filter(key -> isFile(key.text(), all)).toList() : all;
  }

  /**
   * S3Proxy keeps objects as files: it refuses empty segments and {@code ..}, drops {@code .},
   * takes {@code a/} for {@code a}, and no file can be the directory of another.
   */
  private static boolean isFile(String path, List<Key> all) {
    return Arrays.stream(path.split("/", -1))
            .noneMatch(segment -> Set.of("", ".", "..").contains(segment))
        && all.stream()
            .map(Key::text)
            .noneMatch(other -> other.matches(Pattern.quote(path) + "/.+"));
  }
}
