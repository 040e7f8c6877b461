package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.SyncException;
import dev.chirograph.s3.RelocateLabOnS3.Versions;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import dev.chirograph.testkit.FaultyHttpClient;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.s3.S3Client;

/** What each server honours was seen by hand; a probe that finds something else is wrong. */
class S3ProbeIT {

  private static Set<String> probe(S3On on, String bucket) {
    S3Guards found = S3Probe.run(on.client(), bucket, "probes/", RandomGenerator.getDefault());
    assertThat(on.client().listObjectVersions(request -> request.bucket(bucket)))
        .satisfies(
            left -> {
              assertThat(left.versions()).isEmpty();
              assertThat(left.deleteMarkers()).isEmpty();
            });
    assertThat(on.client().listMultipartUploads(request -> request.bucket(bucket)).uploads())
        .isEmpty();
    return honoured(found);
  }

  private static Set<String> honoured(S3Guards found) {
    Set<String> names = new LinkedHashSet<>();
    add(names, "put if absent", found.putIfAbsent());
    add(names, "put if match", found.putIfMatch());
    add(names, "delete if match", found.deleteIfMatch());
    add(names, "copy if absent", found.copyIfAbsent());
    add(names, "copy if match", found.copyIfMatch());
    add(names, "complete if absent", found.completeIfAbsent());
    add(names, "complete if match", found.completeIfMatch());
    add(names, "quotes", found.condition("x").equals("\"x\""));
    add(names, "versions", found.keepsVersions());
    return names;
  }

  private static void add(Set<String> names, String name, boolean honoured) {
    if (honoured) {
      names.add(name);
    }
  }

  /**
   * Each request of a probe is refused once: a refusal proves nothing, and must not pass for it.
   */
  @Test
  void L1_aRefusalIsAnErrorAndNotAnAnswer() {
    String bucket = S3On.S3PROXY.versionedBucket();
    Faults none = Faults.none();
    probe(none, bucket);
    for (long call = 1; call <= none.calls(); call++) {
      Faults faults = Faults.at(call, Fault.FORBIDDEN);
      assertThatThrownBy(() -> probe(faults, bucket))
          .as("refused: %s", faults.fired())
          .isInstanceOfSatisfying(
              SyncException.class,
              e -> assertThat(e.kind()).isEqualTo(SyncException.Kind.PERMISSION_DENIED));
    }
  }

  private static void probe(Faults faults, String bucket) {
    try (S3Client client =
        S3On.S3PROXY.client(FaultyHttpClient.of(Apache5HttpClient.create(), faults))) {
      S3Probe.run(client, bucket, "probes/", RandomGenerator.getDefault());
    }
  }

  @Test
  void s3Mock() {
    assertThat(probe(S3On.S3MOCK, S3On.S3MOCK.bucket()))
        .containsExactly("put if absent", "put if match", "complete if absent", "quotes");
  }

  @Test
  void s3Proxy() {
    assertThat(probe(S3On.S3PROXY, S3On.S3PROXY.bucket()))
        .containsExactly(
            "put if absent",
            "put if match",
            "delete if match",
            "complete if absent",
            "complete if match",
            "quotes");
  }

  @Test
  void s3ProxyWithVersions() {
    assertThat(probe(S3On.S3PROXY, S3On.S3PROXY.versionedBucket()))
        .containsExactly(
            "put if absent",
            "put if match",
            "delete if match",
            "complete if absent",
            "complete if match",
            "quotes",
            "versions");
  }

  @Test
  void ceph() {
    assertThat(probe(S3On.CEPH, S3On.CEPH.bucket()))
        .containsExactly("put if absent", "put if match");
  }

  @Test
  void cephWithVersions() {
    assertThat(probe(S3On.CEPH, S3On.CEPH.versionedBucket())).containsExactly("quotes", "versions");
  }

  @Test
  void cephWithVersionsSuspended() {
    assertThat(probe(S3On.CEPH, RelocateLabOnS3.bucket(S3On.CEPH, Versions.SUSPENDED)))
        .containsExactly("put if absent", "put if match");
  }
}
