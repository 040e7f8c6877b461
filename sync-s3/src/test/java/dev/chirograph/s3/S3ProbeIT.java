package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** What each server honours was seen by hand; a probe that finds something else is wrong. */
class S3ProbeIT {

  private static S3Guards probe(S3On on, String bucket) {
    S3Guards found = S3Probe.run(on.client(), bucket, "probes/", RandomGenerator.getDefault());
    System.out.println(on + " " + found);
    assertThat(on.client().listObjectVersions(request -> request.bucket(bucket)))
        .satisfies(
            left -> {
              assertThat(left.versions()).isEmpty();
              assertThat(left.deleteMarkers()).isEmpty();
            });
    return found;
  }

  @Test
  void s3Mock() {
    S3Guards found = probe(S3On.S3MOCK, S3On.S3MOCK.bucket());
    assertThat(found.putIfAbsent()).isTrue();
    assertThat(found.putIfMatch()).isTrue();
    assertThat(found.keepsVersions()).isFalse();
  }

  @Test
  void s3Proxy() {
    S3Guards found = probe(S3On.S3PROXY, S3On.S3PROXY.bucket());
    assertThat(found.putIfAbsent()).isTrue();
    assertThat(found.putIfMatch()).isTrue();
    assertThat(found.keepsVersions()).isFalse();
  }

  @Test
  void s3ProxyWithVersions() {
    assertThat(probe(S3On.S3PROXY, S3On.S3PROXY.versionedBucket()).keepsVersions()).isTrue();
  }

  @Test
  void ceph() {
    S3Guards found = probe(S3On.CEPH, S3On.CEPH.bucket());
    assertThat(found.putIfAbsent()).isTrue();
    assertThat(found.putIfMatch()).isTrue();
    assertThat(found.condition("x")).isEqualTo("x");
    assertThat(found.deleteIfMatch()).isFalse();
    assertThat(found.completeIfAbsent()).isFalse();
  }

  @Test
  void cephWithVersions() {
    S3Guards found = probe(S3On.CEPH, S3On.CEPH.versionedBucket());
    assertThat(found.putIfAbsent()).isFalse();
    assertThat(found.putIfMatch()).isFalse();
    assertThat(found.keepsVersions()).isTrue();
  }
}
