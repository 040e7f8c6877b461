package dev.chirograph.servers;

import java.net.URI;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** A running S3 server. It is addressed by path and knows one user. */
public interface S3Server extends AutoCloseable {

  /** Where it listens. */
  URI endpoint();

  /** The user's access key. */
  default String accessKey() {
    return "test";
  }

  /** The user's secret key. */
  default String secretKey() {
    return "testsecret";
  }

  /** The region to sign for. */
  default String region() {
    return "us-east-1";
  }

  /**
   * A client for this server that lacks nothing but an HTTP client, if there is more than one to
   * choose from.
   */
  default S3ClientBuilder clientBuilder() {
    return S3Client.builder()
        .endpointOverride(endpoint())
        .region(Region.of(region()))
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey(), secretKey())))
        // Ceph refuses the checksum trailers that the SDK adds by default.
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .forcePathStyle(true);
  }

  /** Stops the server; its data goes with it. A second call does nothing. */
  @Override
  void close();
}
