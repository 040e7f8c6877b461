package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.SupportsCopy;
import dev.chirograph.testkit.Faults;
import dev.chirograph.testkit.FaultyHttpClient;
import java.io.ByteArrayInputStream;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.s3.S3Client;

/** Buckets by name on real servers. */
class S3BucketsIT {

  private static final Key KEY = Key.utf8("a");

  private static S3Buckets buckets(S3On on, S3Client client) {
    return S3Buckets.builder(client)
        .configure(
            (bucket, builder) -> {
              if (!on.tags) {
                builder.withoutTags();
              }
              builder.allowCheckedDeletes();
            })
        .build();
  }

  private static String newName() {
    return "made-" + Long.toHexString(System.nanoTime());
  }

  @ParameterizedTest
  @EnumSource(S3On.class)
  void aBucketIsCreatedOnceAndProbedOnce(S3On on) {
    Faults counter = Faults.none();
    try (S3Client client = on.client(FaultyHttpClient.of(Apache5HttpClient.create(), counter))) {
      S3Buckets buckets = buckets(on, client);
      String name = newName();
      assertThatThrownBy(() -> buckets.open(name))
          .isInstanceOfSatisfying(
              SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND));
      assertThat(buckets.create(name)).isTrue();
      assertThat(buckets.create(name)).isFalse();
      S3Blobs opened = buckets.open(name);
      long calls = counter.calls();
      assertThat(buckets.open(name)).isSameAs(opened);
      assertThat(counter.calls()).isEqualTo(calls);
    }
  }

  @ParameterizedTest
  @EnumSource(S3On.class)
  void oneBucketCopiesFromAnother(S3On on) {
    S3Buckets buckets = buckets(on, on.client());
    S3Blobs from = buckets.open(on.bucket());
    S3Blobs to = buckets.open(on.bucket());
    assertThat(
            from.put(
                KEY,
                ObjectVersion.builder().size(1).build(),
                () -> new ByteArrayInputStream(new byte[1]),
                Expect.absent()))
        .isInstanceOf(Outcome.Applied.class);
    Observation.Present<ObjectVersion> seen =
        (Observation.Present<ObjectVersion>) from.head(BlobRef.latest(KEY));
    assertThat(to.copiesFrom(from)).isTrue();
    SupportsCopy.Step step =
        to.copy(
            from,
            BlobRef.latest(KEY),
            seen.version(),
            seen.value(),
            KEY,
            Expect.absent(),
            Optional.empty());
    assertThat(((SupportsCopy.Finished) step).outcome()).isInstanceOf(Outcome.Applied.class);
    assertThat(to.head(BlobRef.latest(KEY))).isInstanceOf(Observation.Present.class);
  }
}
