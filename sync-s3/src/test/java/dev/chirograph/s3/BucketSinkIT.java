package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chirograph.Change;
import dev.chirograph.Expect;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.Version;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ObjectCannedACL;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/** Writing to a bucket what needs no bytes, on every server. */
class BucketSinkIT {

  private static final Key KEY = Key.utf8("a b/+%😀");
  private static final Map<String, String> RED = Map.of("colour", "red", "shape", "round");
  private static final Map<String, String> BLUE = Map.of("colour", "blue", "size", "7");

  private final EveryRequestIT.Line line = new EveryRequestIT.Line();
  private S3Client admin;
  private S3Client client;
  private String bucket = "";
  private boolean tags;

  private S3Bucket.Builder on(S3On on, boolean versions) {
    admin = on.client();
    client = on.client(line);
    tags = on.tags;
    bucket = versions ? on.versionedBucket() : on.bucket();
    return on.bucketBuilder(client, bucket);
  }

  @AfterEach
  void close() {
    if (client != null) {
      client.close();
    }
  }

  private void put(String content) {
    put(content, request -> request);
  }

  private void put(String content, UnaryOperator<PutObjectRequest.Builder> with) {
    PutObjectRequest.Builder request =
        PutObjectRequest.builder()
            .bucket(bucket)
            .key(KEY.text())
            .metadata(RED)
            .contentType("text/plain")
            .cacheControl("max-age=7")
            .contentDisposition("inline");
    if (tags) {
      request.tagging("colour=red&shape=round");
    }
    admin.putObject(with.apply(request).build(), RequestBody.fromString(content));
  }

  private Observation.Present<ObjectState> look(S3Bucket store) {
    Observation<ObjectState> seen = store.observe(List.of(KEY)).get(0);
    assertThat(seen).isInstanceOf(Observation.Present.class);
    return (Observation.Present<ObjectState>) seen;
  }

  private static Outcome put(
      S3Bucket store,
      Observation.Present<ObjectState> seen,
      UnaryOperator<ObjectVersion.Builder> change) {
    ObjectState wanted =
        seen.value().withLatest(change.apply(seen.value().latest().toBuilder()).build());
    return store.apply(List.of(Change.put(KEY, wanted, Expect.at(seen.version())))).get(0);
  }

  private static Outcome delete(S3Bucket store, Version version) {
    return store.apply(List.of(Change.<ObjectState>delete(KEY, Expect.at(version)))).get(0);
  }

  private String content() {
    return admin.getObjectAsBytes(request -> request.bucket(bucket).key(KEY.text())).asUtf8String();
  }

  /** What comes of a write while requests go wrong. */
  private Outcome amid(Faults faults, Supplier<Outcome> write) {
    line.go(faults);
    Outcome outcome = write.get();
    line.go(Faults.none());
    return outcome;
  }

  private static Faults forbidding(String request) {
    return Faults.builder().when(call -> call.what().equals(request), Fault.FORBIDDEN).build();
  }

  private static Kind rejected(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Rejected.class);
    return ((Outcome.Rejected) outcome).why().kind();
  }

  @ParameterizedTest
  @EnumSource
  void aPutOfMetadataCarriesEverythingElse(S3On on) {
    S3Bucket store = on(on, false).build();
    put("1");
    Observation.Present<ObjectState> seen = look(store);

    Outcome outcome = put(store, seen, v -> v.metadata(Part.known(BLUE)).tags(Part.omitted()));

    assertThat(outcome).isInstanceOf(Outcome.Applied.class);
    assertThat(((Outcome.Applied) outcome).guard())
        .isEqualTo(Guard.CHECKED)
        .isLessThanOrEqualTo(store.capabilities().puts());
    Observation.Present<ObjectState> now = look(store);
    assertThat(((Outcome.Applied) outcome).now()).hasValue(now.version());
    assertThat(now.value().latest().metadata()).isEqualTo(Part.known(BLUE));
    assertThat(now.value().latest().tags()).isEqualTo(seen.value().latest().tags());
    assertThat(now.value().latest().etag()).isEqualTo(seen.value().latest().etag());
    HeadObjectResponse head = admin.headObject(request -> request.bucket(bucket).key(KEY.text()));
    assertThat(head.contentType()).startsWith("text/plain");
    assertThat(head.cacheControl()).isEqualTo("max-age=7");
    assertThat(head.contentDisposition()).isEqualTo("inline");
    assertThat(content()).isEqualTo("1");
    assertThat(put(store, now, v -> v)).isEqualTo(Outcome.unchanged());
  }

  @ParameterizedTest
  @EnumSource
  void aPutOfMetadataIntoVersionsKeepsTheOldOnes(S3On on) {
    assumeTrue(on.versions, on + " keeps no versions");
    S3Bucket store = on(on, true).versions().build();
    put("1");
    Observation.Present<ObjectState> seen = look(store);

    assertThat(put(store, seen, v -> v.metadata(Part.known(BLUE))))
        .isInstanceOf(Outcome.Applied.class);

    ObjectState now = look(store).value();
    assertThat(now.versions()).hasSize(2);
    assertThat(now.latest().metadata()).isEqualTo(Part.known(BLUE));
    assertThat(now.latest().tags()).isEqualTo(seen.value().latest().tags());
    assertThat(now.versions().get(1)).isEqualTo(seen.value().latest());
  }

  @ParameterizedTest
  @EnumSource
  void L5_aPutThatExpectsAnotherStateIsNotMade(S3On on) {
    S3Bucket store = on(on, false).build();
    put("1");
    Observation.Present<ObjectState> seen = look(store);
    put("22");

    assertThat(put(store, seen, v -> v.metadata(Part.known(BLUE))))
        .isInstanceOf(Outcome.Conflict.class);
    assertThat(store.apply(List.of(Change.put(KEY, look(store).value(), Expect.absent()))).get(0))
        .isInstanceOf(Outcome.Conflict.class);
    assertThat(look(store).value().latest().metadata()).isEqualTo(Part.known(RED));
  }

  @ParameterizedTest
  @EnumSource
  void L5_aCopyNeverBringsBackWhatWasReplacedMeanwhile(S3On on) {
    assertNotBroughtBack(on, on(on, false).probe("probe/").build());
  }

  @ParameterizedTest
  @EnumSource
  void L5_noOldVersionIsBroughtBackEither(S3On on) {
    assumeTrue(on.versions, on + " keeps no versions");
    assertNotBroughtBack(on, on(on, true).versions().probe("probe/").build());
  }

  private void assertNotBroughtBack(S3On on, S3Bucket store) {
    put("1");
    Observation.Present<ObjectState> seen = look(store);
    Faults replaced =
        Faults.builder()
            .when(call -> call.what().equals("PUT"), Fault.DELAY)
            .onDelay(() -> put("22"))
            .build();

    Outcome outcome = amid(replaced, () -> put(store, seen, v -> v.metadata(Part.known(BLUE))));

    assertThat(content()).isEqualTo("22");
    if (on == S3On.CEPH) { // it ignores conditions on a copy's source, which CHECKED allows for
      assertThat(outcome).isEqualTo(Outcome.applied(look(store).version(), Guard.CHECKED));
    } else {
      assertThat(outcome).isInstanceOf(Outcome.Conflict.class);
      assertThat(look(store).value().latest().metadata()).isEqualTo(Part.known(RED));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPutOfOtherContentIsRefused(S3On on) {
    S3Bucket store = on(on, false).build();
    put("1");
    assertThat(rejected(put(store, look(store), v -> v.etag("other").size(7))))
        .isEqualTo(Kind.UNSUPPORTED);
    assertThat(content()).isEqualTo("1");
  }

  @ParameterizedTest
  @EnumSource
  void L7_whatCannotBeReadForbidsTheCopyThatWouldReplaceIt(S3On on) {
    assumeTrue(on.tags, on + " has no tags");
    S3Bucket store = on(on, false).build();
    put("1");
    Observation.Present<ObjectState> seen = look(store);
    for (String unread : List.of("GET ?tagging", "GET ?acl")) {
      Faults faults = forbidding(unread);

      Outcome outcome =
          amid(
              faults,
              () -> put(store, seen, v -> v.metadata(Part.known(BLUE)).tags(Part.omitted())));

      assertThat(outcome).as(unread).isInstanceOf(Outcome.Rejected.class);
      assertThat(faults.counts()).doesNotContainKeys("PUT", "PUT ?tagging");
      assertThat(look(store)).isEqualTo(seen);
    }
  }

  @ParameterizedTest
  @EnumSource
  void L7_tagsThatCannotBeReadAreNotReplaced(S3On on) {
    assumeTrue(on.tags, on + " has no tags");
    S3Bucket store = on(on, false).build();
    put("1");
    Observation.Present<ObjectState> seen = look(store);

    Outcome outcome =
        amid(forbidding("GET ?tagging"), () -> put(store, seen, v -> v.tags(Part.known(BLUE))));

    assertThat(outcome).isInstanceOf(Outcome.Rejected.class);
    assertThat(look(store)).isEqualTo(seen);
  }

  @ParameterizedTest
  @EnumSource
  void L7_anObjectWithGrantsIsNotCopied(S3On on) {
    assumeTrue(on != S3On.S3MOCK, "S3Mock forgets the ACL of a put");
    S3Bucket store = on(on, false).build();
    put("1", request -> request.acl(ObjectCannedACL.PUBLIC_READ));
    Observation.Present<ObjectState> seen = look(store);

    assertThat(rejected(put(store, seen, v -> v.metadata(Part.known(BLUE)))))
        .isEqualTo(Kind.UNSUPPORTED);
    assertThat(look(store)).isEqualTo(seen);
  }

  @ParameterizedTest
  @EnumSource
  void tagsAreWrittenAsAWholeAndCanBeCleared(S3On on) {
    assumeTrue(on.tags, on + " has no tags");
    S3Bucket store = on(on, false).build();
    put("1");

    assertThat(put(store, look(store), v -> v.tags(Part.known(BLUE))))
        .isInstanceOf(Outcome.Applied.class);
    assertThat(look(store).value().latest().tags()).isEqualTo(Part.known(BLUE));
    assertThat(put(store, look(store), v -> v.tags(Part.known(Map.of()))))
        .isInstanceOf(Outcome.Applied.class);
    assertThat(look(store).value().latest().tags()).isEqualTo(Part.known(Map.of()));
    assertThat(store.writeTags(KEY, ObjectVersion.NULL_VERSION, RED))
        .isInstanceOf(Outcome.Applied.class);
    assertThat(look(store).value().latest().tags()).isEqualTo(Part.known(RED));

    Map<String, String> eleven = new HashMap<>();
    for (int i = 0; i < 11; i++) {
      eleven.put("t" + i, "v");
    }
    assertThat(rejected(store.writeTags(KEY, ObjectVersion.NULL_VERSION, eleven)))
        .isEqualTo(Kind.INVALID_ARGUMENT);
    assertThat(store.writeTags(Key.utf8("nothing"), ObjectVersion.NULL_VERSION, RED))
        .isInstanceOf(Outcome.Conflict.class);
  }

  @ParameterizedTest
  @EnumSource
  void tagsOfAVersionAreItsOwn(S3On on) {
    assumeTrue(on.tags && on.versions, on + " has no tags on versions");
    S3Bucket store = on(on, true).versions().build();
    put("1");
    put("22");
    ObjectState before = look(store).value();

    assertThat(store.writeTags(KEY, before.latest().versionId(), BLUE))
        .isInstanceOf(Outcome.Applied.class);

    ObjectState now = look(store).value();
    assertThat(now.latest().tags()).isEqualTo(Part.known(BLUE));
    assertThat(now.versions().get(1).tags()).isEqualTo(Part.known(RED));
    String gone = before.versions().get(1).versionId();
    admin.deleteObject(request -> request.bucket(bucket).key(KEY.text()).versionId(gone));
    assertThat(store.writeTags(KEY, gone, RED)).isInstanceOf(Outcome.Conflict.class);
  }

  @ParameterizedTest
  @EnumSource
  void storesWithoutTagsRefuseThem(S3On on) {
    assumeTrue(!on.tags, on + " has tags");
    S3Bucket store = on(on, false).build();
    put("1");
    assertThat(rejected(put(store, look(store), v -> v.tags(Part.known(BLUE)))))
        .isEqualTo(Kind.UNSUPPORTED);
    assertThat(rejected(store.writeTags(KEY, ObjectVersion.NULL_VERSION, BLUE)))
        .isEqualTo(Kind.UNSUPPORTED);
  }

  @ParameterizedTest
  @EnumSource
  void L5_deletesWithoutAGuardAreRefused(S3On on) {
    S3Bucket store = on(on, false).build();
    put("1");
    assertThat(store.capabilities().deletes()).isEqualTo(Guard.NONE);
    assertThat(rejected(delete(store, look(store).version()))).isEqualTo(Kind.UNSUPPORTED);
    assertThat(content()).isEqualTo("1");
  }

  @ParameterizedTest
  @EnumSource
  void L5_aDeleteThatExpectsAnotherStateIsNotMade(S3On on) {
    S3Bucket store = on(on, false).allowCheckedDeletes().build();
    put("1");
    Version old = look(store).version();
    put("22");
    assertThat(delete(store, old)).isInstanceOf(Outcome.Conflict.class);
    assertThat(content()).isEqualTo("22");

    assertThat(delete(store, look(store).version())).isInstanceOf(Outcome.Applied.class);
    assertThat(store.observe(List.of(KEY)).get(0)).isInstanceOf(Observation.Absent.class);
    assertThat(store.apply(List.of(Change.<ObjectState>delete(KEY, Expect.anything()))))
        .containsExactly(Outcome.unchanged());
  }

  @ParameterizedTest
  @EnumSource
  void L5_aProbedBucketDeletesAsItDeclares(S3On on) {
    S3Bucket store = on(on, on.versions).probe("probe/").allowCheckedDeletes().build();
    put("1");
    Outcome outcome = delete(store, look(store).version());
    assertThat(outcome).isInstanceOf(Outcome.Applied.class);
    assertThat(((Outcome.Applied) outcome).guard()).isEqualTo(store.capabilities().deletes());
    assertThat(store.observe(List.of(KEY)).get(0))
        .isInstanceOf(on.versions ? Observation.Deleted.class : Observation.Absent.class);
    assertThat(store.capabilities().deletesUndoable()).isEqualTo(on.versions);
  }

  @ParameterizedTest
  @EnumSource
  void L5_aLostReplyIsUnsure(S3On on) {
    S3Bucket store = on(on, false).allowCheckedDeletes().build();
    put("1");
    Observation.Present<ObjectState> seen = look(store);
    Faults lost =
        Faults.builder()
            .when(call -> Set.of("PUT", "DELETE").contains(call.what()), Fault.LOSE_REPLY)
            .build();

    assertThat(amid(lost, () -> put(store, seen, v -> v.metadata(Part.known(BLUE)))))
        .isInstanceOf(Outcome.Unsure.class);
    assertThat(amid(lost, () -> delete(store, look(store).version())))
        .isInstanceOf(Outcome.Unsure.class);
    assertThat(store.observe(List.of(KEY)).get(0)).isInstanceOf(Observation.Absent.class);
  }
}
