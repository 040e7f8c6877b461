package dev.chirograph.benchmarks;

import dev.chirograph.s3.S3Buckets;
import dev.chirograph.servers.S3Server;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.relocate.BlobStores;
import java.net.URI;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The buckets of one server, some of them through a client of their own, as those of another
 * account would be: between the two of them, contents go through this JVM.
 */
final class TwoClients implements BlobStores, AutoCloseable {

  /** What the names of the buckets of the second client begin with. */
  static final String FAR = "far-";

  private final S3Client one;
  private final S3Client other;
  private final S3Buckets near;
  private final S3Buckets far;

  private TwoClients(S3Client one, S3Client other, boolean trustTagCounts) {
    this.one = one;
    this.other = other;
    this.near = buckets(one, trustTagCounts);
    this.far = buckets(other, trustTagCounts);
  }

  static TwoClients of(URI endpoint, int connections, boolean trustTagCounts) {
    return new TwoClients(
        client(endpoint, connections), client(endpoint, connections), trustTagCounts);
  }

  private static S3Buckets buckets(S3Client client, boolean trustTagCounts) {
    return S3Buckets.builder(client)
        .configure(
            (name, bucket) -> {
              if (trustTagCounts) {
                bucket.trustTagCounts();
              }
            })
        .build();
  }

  private static S3Client client(URI endpoint, int connections) {
    S3Server server =
        new S3Server() {
          @Override
          public URI endpoint() {
            return endpoint;
          }

          @Override
          public void close() {}
        };
    return server
        .clientBuilder()
        .httpClientBuilder(Apache5HttpClient.builder().maxConnections(Math.max(64, connections)))
        .build();
  }

  @Override
  public BlobStore open(String bucket) {
    return (bucket.startsWith(FAR) ? far : near).open(bucket);
  }

  @Override
  public boolean create(String bucket) {
    return (bucket.startsWith(FAR) ? far : near).create(bucket);
  }

  @Override
  public void close() {
    one.close();
    other.close();
  }
}
