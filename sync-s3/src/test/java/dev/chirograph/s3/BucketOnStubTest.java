package dev.chirograph.s3;

import static dev.chirograph.s3.StubS3.BUCKET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Entry;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Part;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.s3.StubS3.Bent;
import dev.chirograph.s3.StubS3.Line;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.DelegatingS3Client;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsRequest;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

class BucketOnStubTest {

  private static final Instant T = Instant.ofEpochSecond(1_000_000);

  private final StubS3 stub = new StubS3();
  private final S3Client client = stub.client();

  @AfterEach
  void close() {
    client.close();
    stub.close();
  }

  private S3Bucket plain() {
    return S3Bucket.of(client, BUCKET);
  }

  private S3Bucket.Builder builder() {
    return S3Bucket.builder(client, BUCKET);
  }

  private static Key key(String text) {
    return Key.utf8(text);
  }

  private record Read(List<Entry> entries, Listing.End end, Optional<Kind> why) {
    List<String> keys() {
      return entries.stream().map(entry -> entry.key().text()).toList();
    }
  }

  private static Read read(S3Bucket bucket, KeyRange range) {
    List<Entry> entries = new ArrayList<>();
    try (Listing listing = bucket.list(range)) {
      listing.forEachRemaining(entries::add);
      return new Read(
          entries, listing.end(), listing.why().map(dev.chirograph.SyncException::kind));
    }
  }

  private static Observation<ObjectState> observe(S3Bucket bucket, String key) {
    return bucket.observe(List.of(key(key))).get(0);
  }

  private static Optional<Kind> unknown(Observation<ObjectState> seen) {
    return seen instanceof Observation.Unknown<ObjectState> unknown
        ? Optional.of(unknown.why().kind())
        : Optional.empty();
  }

  private static ObjectState present(Observation<ObjectState> seen) {
    assertThat(seen).isInstanceOf(Observation.Present.class);
    return ((Observation.Present<ObjectState>) seen).value();
  }

  private void fill(int objects) {
    for (int i = 0; i < objects; i++) {
      stub.put("k%05d".formatted(i));
    }
  }

  @ParameterizedTest
  @CsvSource({"0,1", "1,1", "1000,1", "1001,2", "2500,3"})
  void aListingTakesOneRequestForAThousandKeys(int objects, int requests) {
    fill(objects);
    Read read = read(plain(), KeyRange.all());
    assertThat(read.entries()).hasSize(objects);
    assertThat(read.end()).isEqualTo(Listing.End.COMPLETE);
    assertThat(stub.requests).hasSize(requests).containsOnly("LIST");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void SRC_9_pagesAreFetchedAheadAndNotTooMany(int ahead) {
    fill(2_000);
    List<Runnable> held = new ArrayList<>();
    S3Bucket bucket = builder().pageSize(100).prefetch(ahead).executor(held::add).build();
    try (Listing listing = bucket.list(KeyRange.all())) {
      listing.next();
      while (!held.isEmpty()) {
        held.remove(0).run();
      }
      assertThat(stub.requests).hasSize(1 + ahead);
      assertThat(listing).toIterable().hasSize(1_999);
      assertThat(listing.end()).isEqualTo(Listing.End.COMPLETE);
    }
    assertThat(stub.requests).hasSize(20);
  }

  @Test
  void anExecutorThatRefusesOrNeverRunsOnlySlowsDown() {
    fill(500);
    Executor never = task -> {};
    Executor refuses =
        task -> {
          throw new RejectedExecutionException();
        };
    for (Executor executor : List.of(never, refuses, (Executor) Runnable::run)) {
      Read read = read(builder().pageSize(100).executor(executor).build(), KeyRange.all());
      assertThat(read.entries()).hasSize(500);
      assertThat(read.end()).isEqualTo(Listing.End.COMPLETE);
    }
  }

  @Test
  void fetchingAheadOnThreadsGivesTheSame() {
    fill(2_000);
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      Read ahead =
          read(builder().pageSize(50).prefetch(3).executor(threads).build(), KeyRange.all());
      assertThat(ahead).isEqualTo(read(plain(), KeyRange.all()));
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void aRangeStartsWhereAnEarlierListingStopped() {
    fill(2_500);
    Read rest = read(plain(), KeyRange.all().after(key("k02499")));
    assertThat(rest.entries()).isEmpty();
    assertThat(rest.end()).isEqualTo(Listing.End.COMPLETE);
    assertThat(read(plain(), KeyRange.all().after(key("k01498"))).keys())
        .hasSize(1_001)
        .startsWith("k01499");
    assertThat(stub.requests).hasSize(3);
  }

  @Test
  void SRC_1_aRangeGivesItsKeysOnly() {
    for (String key :
        List.of("a", "a/b", "a/b/c", "ab", "b", "ü", "\uffff", "😀", "z+ %&<\u0001")) {
      stub.put(key);
    }
    assertThat(read(plain(), KeyRange.all()).keys())
        .containsExactly("a", "a/b", "a/b/c", "ab", "b", "z+ %&<\u0001", "ü", "\uffff", "😀");
    assertThat(read(plain(), KeyRange.prefix(key("a/"))).keys()).containsExactly("a/b", "a/b/c");
    assertThat(read(plain(), KeyRange.only(key("a"))).keys()).containsExactly("a");
    assertThat(read(plain(), KeyRange.of(key("a/b"), key("b"))).keys())
        .containsExactly("a/b", "a/b/c", "ab");
    assertThat(read(plain(), KeyRange.from(key("\uffff"))).keys()).containsExactly("\uffff", "😀");
  }

  @ParameterizedTest
  @CsvSource({
    "403,AccessDenied,REFUSED,PERMISSION_DENIED",
    "404,NoSuchBucket,REFUSED,NOT_FOUND",
    "500,InternalError,CUT,UNAVAILABLE",
    "503,SlowDown,CUT,RATE_LIMITED",
    "-1,'',CUT,UNAVAILABLE"
  })
  void L2_troubleAtTheThirdPageIsNeverComplete(int status, String code, Listing.End end, Kind why) {
    fill(500);
    AtomicInteger request = new AtomicInteger();
    stub.bend(name -> request.incrementAndGet() == 3 ? new Bent(status, code) : null);
    Read read = read(builder().pageSize(100).build(), KeyRange.all());
    assertThat(read.entries()).hasSize(200);
    assertThat(read.end()).isEqualTo(end);
    assertThat(read.why()).contains(why);
  }

  @Test
  void L2_aPageThatDoesNotSayWhereTheNextOneBeginsIsNotTheLast() {
    fill(20);
    S3Client forgetful =
        new DelegatingS3Client(client) {
          @Override
          public ListObjectsV2Response listObjectsV2(ListObjectsV2Request request) {
            return super.listObjectsV2(request).toBuilder().nextContinuationToken(null).build();
          }

          @Override
          public ListObjectVersionsResponse listObjectVersions(ListObjectVersionsRequest request) {
            return super.listObjectVersions(request).toBuilder().nextKeyMarker(null).build();
          }
        };
    S3Bucket.Builder small = S3Bucket.builder(forgetful, BUCKET).pageSize(10);
    for (S3Bucket bucket : List.of(small.build(), small.versions().build())) {
      Read read = read(bucket, KeyRange.all());
      assertThat(read.end()).isEqualTo(Listing.End.CUT);
      assertThat(read.why()).contains(Kind.CORRUPT);
    }
  }

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
  void onlyEmptyObjectsThatEndInASlashArePlaceholders() {
    stub.put("dir/");
    assertThat(read(plain(), KeyRange.all()).keys()).containsExactly("dir/");
    // The stub's objects have five bytes, so this one stays.
    assertThat(read(builder().skipFolderPlaceholders().build(), KeyRange.all()).keys())
        .containsExactly("dir/");
  }

  private static Line version(String id, int second) {
    return new Line(id, "e" + id, T.plusSeconds(second));
  }

  private static Line marker(String id, int second) {
    return new Line(id, "", T.plusSeconds(second));
  }

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
    assertThat(read.entries().get(0).evidence()).isEqualTo(dev.chirograph.Evidence.none());
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
    stub.put("a", version("2", 20), new Line("null", "e", T));
    S3Bucket bucket = builder().versions().build();
    ObjectState known = present(observe(bucket, "a"));
    stub.requests.clear();
    present(bucket.observe(List.of(key("a")), List.of(Optional.of(known))).get(0));
    assertThat(stub.requests).hasSize(5);
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
