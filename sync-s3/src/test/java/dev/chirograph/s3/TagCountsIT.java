package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.SupportsCopy;
import dev.chirograph.testkit.Faults;
import dev.chirograph.testkit.FaultyHttpClient;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.s3.S3Client;

/** Where a server counts tags and is trusted, objects without tags are not asked for them. */
class TagCountsIT {

  private static final Key TAGGED = Key.utf8("tagged");
  private static final Key UNTAGGED = Key.utf8("untagged");

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void onlyTaggedObjectsAreAskedForTheirTags(boolean versions) {
    S3Client admin = S3On.CEPH.client();
    String bucket = versions ? S3On.CEPH.versionedBucket() : S3On.CEPH.bucket();
    admin.putObject(r -> r.bucket(bucket).key("untagged"), RequestBody.fromString("text"));
    admin.putObject(
        r -> r.bucket(bucket).key("tagged").tagging("colour=red"), RequestBody.fromString("text"));

    Faults requests = Faults.none();
    try (S3Client client =
        S3On.CEPH.client(FaultyHttpClient.of(Apache5HttpClient.create(), requests))) {
      S3Bucket.Builder view = S3Bucket.builder(client, bucket).trustTagCounts();
      S3Bucket trusting = versions ? view.versions().build() : view.build();

      assertThat(tags(trusting, UNTAGGED)).isEqualTo(Part.known(Map.of()));
      assertThat(requests.counts()).doesNotContainKey("GET ?tagging").containsEntry("HEAD", 1L);
      assertThat(tags(trusting, TAGGED)).isEqualTo(Part.known(Map.of("colour", "red")));
      assertThat(requests.counts()).containsEntry("GET ?tagging", 1L).containsEntry("HEAD", 2L);
    }
  }

  @Test
  void onlyTaggedObjectsAreAskedForTheirTagsWhenTheyAreCopied() {
    S3Client admin = S3On.CEPH.client();
    String bucket = S3On.CEPH.bucket();
    admin.putObject(r -> r.bucket(bucket).key("untagged"), RequestBody.fromString("text"));
    admin.putObject(
        r -> r.bucket(bucket).key("tagged").tagging("colour=red"), RequestBody.fromString("text"));

    Faults requests = Faults.none();
    try (S3Client client =
        S3On.CEPH.client(FaultyHttpClient.of(Apache5HttpClient.create(), requests))) {
      S3Guards guards = S3Blobs.of(admin, bucket).guards();
      S3Blobs trusting = S3Blobs.builder(client, bucket).guards(guards).trustTagCounts().build();

      assertThat(tagsOfCopy(trusting, UNTAGGED)).isEqualTo(Part.known(Map.of()));
      assertThat(requests.counts()).doesNotContainKey("GET ?tagging");
      assertThat(tagsOfCopy(trusting, TAGGED)).isEqualTo(Part.known(Map.of("colour", "red")));
    }
  }

  /** Copies it as a relocation does, with something more in its metadata. */
  private static Part<Map<String, String>> tagsOfCopy(S3Blobs blobs, Key key) {
    Observation.Present<ObjectVersion> seen = seen(blobs, key);
    ObjectVersion stamped =
        seen.value().toBuilder().metadata(Part.known(Map.of("copy", "yes"))).build();
    Key copy = Key.utf8("copy of " + key);
    SupportsCopy.Step made =
        blobs.copy(
            blobs,
            BlobRef.latest(key),
            seen.version(),
            stamped,
            copy,
            Expect.absent(),
            Optional.empty());
    assertThat(((SupportsCopy.Finished) made).outcome()).isInstanceOf(Outcome.Applied.class);
    return seen(blobs, copy).value().tags();
  }

  private static Observation.Present<ObjectVersion> seen(S3Blobs blobs, Key key) {
    return (Observation.Present<ObjectVersion>) blobs.head(BlobRef.latest(key));
  }

  private static Part<Map<String, String>> tags(S3Bucket bucket, Key key) {
    ObjectState state = bucket.observe(List.of(key)).get(0).content().orElseThrow();
    return state.latest().tags();
  }
}
