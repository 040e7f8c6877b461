package dev.chirograph.s3;

import static dev.chirograph.s3.StubS3.Line.marker;
import static dev.chirograph.s3.StubS3.Line.version;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Entry;
import dev.chirograph.Evidence;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Part;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.s3.StubS3.Line;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Versions in a bucket that answers as a test wants. */
class BucketVersionsTest extends BucketOnStub {

  private static List<String> ids(ObjectState state) {
    return state.versions().stream().map(ObjectVersion::versionId).toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7, 1000})
  void versionsOfAKeyAreJoinedAcrossPages(int pageSize) {
    stub.put("a", version("a3", 30), version("a2", 20), version("a1", 10));
    stub.put("ab", version("ab1", 5));
    stub.put("b", marker("b3", 40), version("b2", 30), marker("b1", 20), version("b0", 10));
    stub.put("c", version("c1", 1));
    S3Bucket bucket = builder().versions().pageSize(pageSize).build();
    Read read = read(bucket, KeyRange.all());
    assertThat(read.end()).isEqualTo(Listing.End.COMPLETE);
    assertThat(read.keys()).containsExactly("a", "ab", "b", "c");
    assertThat(read.entries())
        .extracting(Entry::tombstone)
        .containsExactly(false, false, true, false);
    assertThat(read).isEqualTo(read(builder().versions().build(), KeyRange.all()));
    int lines = 9;
    assertThat(stub.count("VERSIONS")).isEqualTo((lines + pageSize - 1) / pageSize + 1);
  }

  @Test
  void anObjectWithVersionsTakesThreeRequestsWhenTheOlderOnesAreKnown() {
    stub.put("a", version("3", 30), version("2", 20), version("1", 10));
    S3Bucket bucket = builder().versions().build();
    ObjectState full = present(observe(bucket, "a"));
    assertThat(stub.requests).hasSize(7);
    stub.requests.clear();
    Observation<ObjectState> again =
        bucket.observe(List.of(key("a")), List.of(Optional.of(full))).get(0);
    assertThat(present(again)).isEqualTo(full);
    assertThat(stub.requests).containsExactly("VERSIONS", "HEAD a", "GET tags of a");
  }

  @Test
  void whatIsNotKnownOfOlderVersionsIsRead() {
    stub.put("a", version("2", 20), version("1", 10));
    S3Bucket bucket = builder().versions().build();
    ObjectState known = present(observe(bucket, "a"));
    ObjectVersion old = known.versions().get(1).toBuilder().tags(Part.omitted()).build();
    ObjectState partly = ObjectState.of(List.of(known.latest(), old));
    stub.requests.clear();
    assertThat(present(bucket.observe(List.of(key("a")), List.of(Optional.of(partly))).get(0)))
        .isEqualTo(known);
    assertThat(stub.requests).hasSize(4);
  }

  @Test
  void aMarkerOnTopIsDeletedWithItsRemains() {
    stub.put("a", marker("2", 20), version("1", 10));
    Observation<ObjectState> seen = observe(builder().versions().build(), "a");
    assertThat(seen).isInstanceOf(Observation.Deleted.class);
    assertThat(ids(seen.content().orElseThrow())).containsExactly("2", "1");
    assertThat(observe(plain(), "a")).isInstanceOf(Observation.Deleted.class);
  }

  @Test
  void keysThatGoOnBehindAreNoVersionsOfThisOne() {
    stub.put("a/b", version("1", 1)).put("ab", version("2", 1));
    assertThat(observe(builder().versions().build(), "a")).isEqualTo(Observation.absent());
  }

  @Test
  void moreThanAPageOfVersionsIsReadWithBothMarkers() {
    Line[] lines = new Line[250];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = i % 2 == 0 ? version("v" + i, 1_000 - i) : marker("v" + i, 1_000 - i);
    }
    stub.put("a", lines).put("a/b", version("x", 1));
    ObjectState state = present(observe(builder().versions().withoutTags().build(), "a"));
    assertThat(ids(state)).hasSize(250).startsWith("v0", "v1", "v2").endsWith("v249");
  }

  @Test
  void L9_moreVersionsThanTheLimitAreReportedAndHarmNoOther() {
    stub.put("a", version("3", 30), version("2", 20), version("1", 10));
    stub.put("b", version("1", 10));
    S3Bucket bucket = builder().versions().maxVersions(2).build();
    Read read = read(bucket, KeyRange.all());
    assertThat(read.keys()).containsExactly("a", "b");
    assertThat(read.end()).isEqualTo(Listing.End.COMPLETE);
    assertThat(read.entries().get(0).evidence()).isEqualTo(Evidence.none());
    assertThat(unknown(observe(bucket, "a"))).contains(Kind.UNSUPPORTED);
    assertThat(unknown(observe(bucket, "b"))).isEmpty();
  }

  @Test
  void aVersionThatCameInBetweenIsFoundByASecondLook() {
    stub.put("a", version("1", 10));
    stub.bend(
        name -> {
          if (name.equals("HEAD a") && stub.count("HEAD") == 1) {
            stub.remove("a");
            stub.put("a", version("2", 20));
          }
          return null;
        });
    assertThat(ids(present(observe(builder().versions().build(), "a")))).containsExactly("2");
  }

  @Test
  void anObjectThatKeepsChangingIsUnknown() {
    stub.put("a", version("1", 10));
    AtomicInteger version = new AtomicInteger(1);
    stub.bend(
        name -> {
          if (name.equals("HEAD a")) {
            stub.remove("a");
            stub.put("a", version("" + version.incrementAndGet(), 20));
          }
          return null;
        });
    assertThat(unknown(observe(builder().versions().build(), "a"))).contains(Kind.CONFLICT);
  }

  @Test
  void aNullVersionWrittenAgainIsNotTakenFromWhatIsKnown() {
    stub.put("a", version("2", 20), version("null", 0));
    S3Bucket bucket = builder().versions().build();
    ObjectState known = present(observe(bucket, "a"));
    stub.requests.clear();
    present(bucket.observe(List.of(key("a")), List.of(Optional.of(known))).get(0));
    assertThat(stub.requests).hasSize(5);
  }
}
