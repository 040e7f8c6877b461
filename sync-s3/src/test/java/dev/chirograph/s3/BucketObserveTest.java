package dev.chirograph.s3;

import static dev.chirograph.s3.StubS3.Line.marker;
import static dev.chirograph.s3.StubS3.Line.version;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Entry;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.s3.StubS3.Bent;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Looking at the objects of a bucket that answers as a test wants. */
class BucketObserveTest extends BucketOnStub {

  @Test
  void anObjectWithoutVersionsTakesTwoRequests() {
    stub.put("a");
    ObjectState state = present(observe(plain(), "a"));
    assertThat(stub.requests).containsExactly("HEAD a", "GET tags of a");
    assertThat(state.latest().contentType()).isEqualTo(Part.known("text/plain"));
    assertThat(state.latest().tags().optional()).isPresent();
    assertThat(state.publiclyReadable()).isEqualTo(Part.omitted());
  }

  @Test
  void storesWithoutTagsAreNotAskedForThem() {
    stub.put("a");
    ObjectState state = present(observe(builder().withoutTags().build(), "a"));
    assertThat(state.latest().tags()).isEqualTo(Part.omitted());
    assertThat(stub.requests).containsExactly("HEAD a");
  }

  @Test
  void keysThatS3CannotHaveAreUnknown() {
    List<Observation<ObjectState>> seen =
        builder()
            .maxBatch(2)
            .build()
            .observe(List.of(Key.EMPTY, Key.ofBytes(new byte[] {(byte) 0xff})));
    assertThat(seen).allSatisfy(o -> assertThat(unknown(o)).contains(Kind.INVALID_ARGUMENT));
    assertThat(stub.requests).isEmpty();
  }

  @Test
  void SRC_6_listingAndObservingGiveTheSameEvidence() {
    stub.put("a");
    stub.put("b", version("2", 10), marker("1", 9));
    for (S3Bucket bucket : List.of(plain(), builder().versions().build())) {
      for (Entry entry : read(bucket, KeyRange.all()).entries()) {
        Observation<ObjectState> seen = observe(bucket, entry.key().text());
        assertThat(((Observation.Present<ObjectState>) seen).evidence())
            .isEqualTo(entry.evidence());
      }
    }
  }

  @Test
  void L1_onlyAConfirmedAbsenceIsAbsent() {
    assertThat(observe(plain(), "a")).isEqualTo(Observation.absent());
    assertThat(stub.requests).containsExactly("HEAD a", "LIST");
  }

  @Test
  void L1_aMissingBucketIsUnknown() {
    stub.bend(name -> new Bent(404, "NoSuchBucket"));
    assertThat(unknown(observe(plain(), "a"))).contains(Kind.NOT_FOUND);
    assertThat(unknown(observe(builder().versions().build(), "a"))).contains(Kind.NOT_FOUND);
  }

  @Test
  void L1_noBucketIsNoMissingObject() {
    stub.put("a");
    stub.bend(name -> name.contains("tags") ? new Bent(404, "NoSuchBucket") : null);
    Part<Map<String, String>> tags = present(observe(plain(), "a")).latest().tags();
    assertThat(tags.trouble().orElseThrow().kind()).isEqualTo(Kind.NOT_FOUND);
    Outcome outcome = plain().writeTags(key("a"), ObjectVersion.NULL_VERSION, Map.of("t", "v"));
    assertThat(outcome).isInstanceOf(Outcome.Rejected.class);
    assertThat(((Outcome.Rejected) outcome).why().kind()).isEqualTo(Kind.NOT_FOUND);
  }

  @Test
  void L1_aHeadThatContradictsTheListingIsUnknown() {
    stub.put("a");
    stub.bend(name -> name.equals("HEAD a") ? new Bent(404, "") : null);
    assertThat(unknown(observe(plain(), "a"))).contains(Kind.CONFLICT);
    assertThat(unknown(observe(builder().versions().build(), "a"))).contains(Kind.CONFLICT);
  }

  @ParameterizedTest
  @CsvSource({
    "403,PERMISSION_DENIED",
    "500,UNAVAILABLE",
    "503,UNAVAILABLE",
    "400,INVALID_ARGUMENT"
  })
  void L1_aFailedHeadIsUnknown(int status, Kind why) {
    stub.bend(name -> name.startsWith("HEAD") ? new Bent(status, "") : null);
    assertThat(unknown(observe(plain(), "a"))).contains(why);
  }

  @Test
  void L1_aRefusedConfirmationIsUnknown() {
    stub.bend(name -> name.equals("LIST") ? new Bent(403, "AccessDenied") : null);
    assertThat(unknown(observe(plain(), "a"))).contains(Kind.PERMISSION_DENIED);
  }

  @Test
  void L1_unreadTagsFailNothingElse() {
    stub.put("a");
    stub.bend(name -> name.contains("tags") ? new Bent(403, "AccessDenied") : null);
    ObjectState state = present(observe(plain(), "a"));
    assertThat(state.latest().tags().trouble()).isPresent();
    assertThat(state.latest().contentType().optional()).contains("text/plain");
  }

  @Test
  void L1_everyRefusalAtEveryRequestLeavesTheAnswerOpen() {
    stub.put("a", version("2", 20), version("1", 10));
    for (int status : List.of(400, 403, 404, 409, 500, 503, -1)) {
      for (int at = 1; at <= 5; at++) {
        int failing = at;
        AtomicInteger request = new AtomicInteger();
        stub.bend(
            name -> request.incrementAndGet() == failing ? new Bent(status, "Trouble") : null);
        Observation<ObjectState> seen = observe(builder().versions().build(), "a");
        boolean open =
            seen instanceof Observation.Unknown
                || seen.content().orElseThrow().onto(Optional.empty()).unread().size() > 0;
        boolean lookedAgain = request.get() > 5;
        assertThat(open || lookedAgain).as("%s at request %s: %s", status, at, seen).isTrue();
        assertThat(seen).isNotInstanceOf(Observation.Absent.class);
      }
    }
  }
}
