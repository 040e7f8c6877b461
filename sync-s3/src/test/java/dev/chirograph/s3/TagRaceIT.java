package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Change;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.SupportsCopy;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import dev.chirograph.testkit.FaultyHttpClient;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.s3.model.Tagging;

/** Somebody else writes tags while an object is copied: what they wrote stays, and is told. */
class TagRaceIT {

  private static final Key KEY = Key.utf8("a");
  private static final Key COPY = Key.utf8("copy");

  private final AtomicInteger reads = new AtomicInteger();
  private volatile int disturbed = -1;
  private volatile String victim = "a";
  private S3Client others;
  private S3Client ours;
  private String bucket;

  private void open(S3On on) {
    others = on.client();
    bucket = on.bucket();
    Faults faults =
        Faults.builder()
            .when(
                call -> call.what().equals("GET ?tagging") && reads.incrementAndGet() == disturbed,
                Fault.DELAY)
            .onDelay(() -> tag(victim, "other", "newer"))
            .build();
    ours = on.client(FaultyHttpClient.of(Apache5HttpClient.create(), faults));
    others.putObject(request -> request.bucket(bucket).key("a"), RequestBody.fromString("text"));
    tag("a", "colour", "blue");
  }

  @AfterEach
  void close() {
    if (ours != null) {
      ours.close();
    }
  }

  private void tag(String key, String name, String value) {
    others.putObjectTagging(
        request ->
            request
                .bucket(bucket)
                .key(key)
                .tagging(
                    Tagging.builder()
                        .tagSet(Tag.builder().key(name).value(value).build())
                        .build()));
  }

  private Map<String, String> tags(String key) {
    return others.getObjectTagging(request -> request.bucket(bucket).key(key)).tagSet().stream()
        .collect(java.util.stream.Collectors.toMap(Tag::key, Tag::value));
  }

  private static <T> Observation.Present<T> present(Observation<T> seen) {
    assertThat(seen).isInstanceOf(Observation.Present.class);
    return (Observation.Present<T>) seen;
  }

  /** New metadata for the object, with other tags or the ones it has. */
  private Outcome change(Part<Map<String, String>> tags, int disturbedRead) {
    S3Bucket view = S3Bucket.of(ours, bucket);
    Observation.Present<ObjectState> seen = present(view.observe(List.of(KEY)).get(0));
    ObjectVersion wanted =
        seen.value().latest().toBuilder()
            .metadata(Part.known(Map.of("owner", "me")))
            .tags(tags)
            .build();
    reads.set(0);
    disturbed = disturbedRead;
    return view.apply(
            List.of(Change.put(KEY, seen.value().withLatest(wanted), Expect.at(seen.version()))))
        .get(0);
  }

  private Outcome copy(int disturbedRead) {
    S3Blobs blobs = S3Blobs.builder(ours, bucket).guards(S3Guards.none()).build();
    Observation.Present<ObjectVersion> seen = present(blobs.head(BlobRef.latest(KEY)));
    ObjectVersion wanted =
        seen.value().toBuilder().tags(Part.known(Map.of("colour", "green"))).build();
    reads.set(0);
    disturbed = disturbedRead;
    victim = "copy";
    SupportsCopy.Step step =
        blobs.copy(
            blobs,
            BlobRef.latest(KEY),
            seen.version(),
            wanted,
            COPY,
            Expect.absent(),
            Optional.empty());
    return ((SupportsCopy.Finished) step).outcome();
  }

  @ParameterizedTest
  @EnumSource(
      value = S3On.class,
      names = {"S3MOCK", "CEPH"})
  void undisturbedCopiesHaveTheTagsThatWereWanted(S3On on) {
    open(on);
    assertThat(change(Part.omitted(), -1)).isInstanceOf(Outcome.Applied.class);
    assertThat(tags("a")).isEqualTo(Map.of("colour", "blue"));
    assertThat(copy(-1)).isInstanceOf(Outcome.Applied.class);
    assertThat(tags("copy")).isEqualTo(Map.of("colour", "green"));
  }

  @ParameterizedTest
  @EnumSource(
      value = S3On.class,
      names = {"S3MOCK", "CEPH"})
  void anObjectGetsOtherTagsAndMetadataAtOnce(S3On on) {
    open(on);
    Outcome outcome = change(Part.known(Map.of("colour", "green")), -1);
    assertThat(outcome).isInstanceOf(Outcome.Applied.class);
    assertThat(tags("a")).isEqualTo(Map.of("colour", "green"));
  }

  @ParameterizedTest
  @EnumSource(
      value = S3On.class,
      names = {"S3MOCK", "CEPH"})
  void anObjectLosesItsTagsAndGetsMetadataAtOnce(S3On on) {
    open(on);
    assertThat(change(Part.known(Map.of()), -1)).isInstanceOf(Outcome.Applied.class);
    assertThat(tags("a")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = S3On.class,
      names = {"S3MOCK", "CEPH"})
  void L5_tagsThatCameBeforeTheCopyAreAConflict(S3On on) {
    open(on);
    // The first read belongs to the look, the second comes right before the copy.
    Outcome outcome = change(Part.known(Map.of("colour", "green")), 2);
    assertThat(outcome).isInstanceOf(Outcome.Conflict.class);
    assertThat(tags("a")).isEqualTo(Map.of("other", "newer"));
  }

  @ParameterizedTest
  @EnumSource(
      value = S3On.class,
      names = {"S3MOCK", "CEPH"})
  void L5_tagsThatCameAfterTheCopyStayAndAreTold(S3On on) {
    open(on);
    Outcome outcome = change(Part.known(Map.of("colour", "green")), 3);
    assertThat(outcome).isInstanceOf(Outcome.Unsure.class);
    assertThat(tags("a")).isEqualTo(Map.of("other", "newer"));
  }

  @ParameterizedTest
  @EnumSource(
      value = S3On.class,
      names = {"S3MOCK", "CEPH"})
  void L5_tagsThatCameToTheCopyOfAnotherObjectStayAndAreTold(S3On on) {
    open(on);
    // The first read is of the source's tags, the second comes right after the copy.
    Outcome outcome = copy(2);
    assertThat(outcome).isInstanceOf(Outcome.Unsure.class);
    assertThat(tags("copy")).isEqualTo(Map.of("other", "newer"));
  }
}
