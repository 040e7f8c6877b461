package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.relocate.ArchiveRule;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import dev.chirograph.testkit.FaultyHttpClient;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Tag;

/** Somebody writes an object over just before it is tagged for deletion. */
class ArchiveRaceIT {

  private static final BlobRef LATEST = BlobRef.latest(Key.utf8("a"));

  private static void put(S3Client client, String bucket, String text) {
    client.putObject(request -> request.bucket(bucket).key("a"), RequestBody.fromString(text));
  }

  private static List<Tag> tags(S3Client client, String bucket) {
    return client.getObjectTagging(request -> request.bucket(bucket).key("a")).tagSet();
  }

  private static Outcome archive(S3On on, String bucket) {
    Faults faults =
        Faults.builder()
            .when(call -> call.what().equals("PUT ?tagging"), Fault.DELAY)
            .onDelay(() -> put(on.client(), bucket, "newer"))
            .build();
    try (S3Client client = on.client(FaultyHttpClient.of(Apache5HttpClient.create(), faults))) {
      S3Blobs blobs = S3Blobs.builder(client, bucket).guards(S3Guards.none()).build();
      put(on.client(), bucket, "older");
      Observation.Present<ObjectVersion> seen =
          (Observation.Present<ObjectVersion>) blobs.head(LATEST);
      Outcome outcome =
          blobs.archive(LATEST, seen.version(), new ArchiveRule.Tag(Map.of("archived", "yes")));
      assertThat(faults.fired()).hasSize(1);
      return outcome;
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = S3On.class,
      names = {"S3MOCK", "CEPH"})
  void L5_whatWasWrittenOverItMeanwhileDoesNotKeepTheTags(S3On on) {
    String bucket = on.bucket();
    assertThat(archive(on, bucket)).isInstanceOf(Outcome.Unsure.class);
    assertThat(tags(on.client(), bucket)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = S3On.class,
      names = {"CEPH"})
  void L5_whereThereAreVersionsTheTagsGoToTheOneThatWasSeen(S3On on) {
    String bucket = on.versionedBucket();
    assertThat(archive(on, bucket)).isInstanceOf(Outcome.Applied.class);
    assertThat(tags(on.client(), bucket)).isEmpty();
  }
}
