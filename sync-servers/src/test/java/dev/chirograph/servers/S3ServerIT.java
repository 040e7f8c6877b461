package dev.chirograph.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

class S3ServerIT {

  @Test
  void s3MockAnswers() {
    assertStoresAnObject(Shared.s3Mock());
  }

  @Test
  void s3ProxyAnswers() {
    assertStoresAnObject(Shared.s3Proxy());
  }

  @Test
  void cephAnswers() {
    assumeTrue(CephServer.isAvailable(), "no Ceph gateway: scripts/ceph-rgw.sh install");
    assertStoresAnObject(Shared.ceph());
  }

  @Test
  void s3MockIsGoneAfterClosing() {
    assertGoneAfterClosing(S3MockServer.start());
  }

  @Test
  void s3ProxyIsGoneAfterClosing() {
    assertGoneAfterClosing(S3ProxyServer.start());
  }

  private static void assertStoresAnObject(S3Server server) {
    String bucket = "bucket-" + UUID.randomUUID();
    try (S3Client s3 = server.clientBuilder().build()) {
      s3.createBucket(request -> request.bucket(bucket));
      s3.putObject(
          request -> request.bucket(bucket).key("a/b"), RequestBody.fromString("deed, \u00fctf-8"));
      assertThat(s3.getObjectAsBytes(request -> request.bucket(bucket).key("a/b")).asUtf8String())
          .isEqualTo("deed, \u00fctf-8");
      assertThat(s3.listObjectsV2(request -> request.bucket(bucket)).contents())
          .singleElement()
          .satisfies(object -> assertThat(object.key()).isEqualTo("a/b"));
    }
  }

  private static void assertGoneAfterClosing(S3Server server) {
    server.close();
    server.close();
    try (S3Client s3 = server.clientBuilder().build()) {
      assertThatThrownBy(s3::listBuckets).isInstanceOf(SdkClientException.class);
    }
  }
}
