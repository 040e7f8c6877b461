package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.BlobStore.Content;
import dev.chirograph.spi.SupportsCopy;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Contents that are put and copied in parts: nothing stays behind but what was asked for. */
class MultipartIT {

  private static final int PART = 5 << 20;
  private static final int SIZE = 2 * PART + 7;
  private static final Key KEY = Key.utf8("large/from");
  private static final Key COPY = Key.utf8("large/copy");

  private final byte[] bytes = new byte[SIZE];
  private S3On on;
  private String bucket;
  private S3Blobs blobs;

  private void open(S3On server) {
    on = server;
    bucket = on.bucket();
    blobs = another();
    new SplittableRandom(7).nextBytes(bytes);
  }

  /** As on another machine. */
  private S3Blobs another() {
    return on.blobsBuilder(on.client(), bucket)
        .multipartThreshold(PART)
        .partBytes(PART)
        .copyLimit(PART)
        .copyPartBytes(PART)
        .partsPerStep(1)
        .build();
  }

  private Outcome put(Key key, Expect expect) {
    return blobs.put(key, attributes(), content(), expect);
  }

  private Content content() {
    return () -> new ByteArrayInputStream(bytes);
  }

  private ObjectVersion attributes() {
    ObjectVersion.Builder attributes =
        ObjectVersion.builder()
            .size(SIZE)
            .contentType(Part.known("text/x-large"))
            .metadata(Part.known(Map.of("colour", "blue")));
    return on.tags
        ? attributes.tags(Part.known(Map.of("team", "north"))).build()
        : attributes.build();
  }

  private Observation.Present<ObjectVersion> present(Key key) {
    Observation<ObjectVersion> seen = blobs.head(BlobRef.latest(key));
    assertThat(seen).isInstanceOf(Observation.Present.class);
    return (Observation.Present<ObjectVersion>) seen;
  }

  private byte[] read(Key key) throws IOException {
    try (InputStream in = blobs.open(BlobRef.latest(key), 0, Expect.anything())) {
      return in.readAllBytes();
    }
  }

  private int uploads() {
    return on.client().listMultipartUploads(request -> request.bucket(bucket)).uploads().size();
  }

  private SupportsCopy.Step step(Observation.Present<ObjectVersion> from, Optional<String> resume) {
    S3Blobs to = another();
    return to.copy(
        to, BlobRef.latest(KEY), from.version(), from.value(), COPY, Expect.absent(), resume);
  }

  /** Some steps of a copy; answers where it stands. */
  private String begun(Observation.Present<ObjectVersion> from, int steps) {
    Optional<String> resume = Optional.empty();
    for (int i = 0; i < steps; i++) {
      resume = Optional.of(((SupportsCopy.Going) step(from, resume)).resume());
    }
    return resume.orElseThrow();
  }

  private Outcome finish(Observation.Present<ObjectVersion> from, String token) {
    Optional<String> resume = Optional.of(token);
    for (int i = 0; i < 20; i++) {
      SupportsCopy.Step step = step(from, resume);
      if (step instanceof SupportsCopy.Finished finished) {
        return finished.outcome();
      }
      resume = Optional.of(((SupportsCopy.Going) step).resume());
    }
    throw new AssertionError("a copy of three parts has not ended after twenty steps");
  }

  @ParameterizedTest
  @EnumSource(S3On.class)
  void BLB_2_aPutInPartsKeepsToItsExpectationAndLeavesNoUpload(S3On server) throws Exception {
    assumeTrue(server != S3On.S3MOCK, "aborting an upload deletes the object of its key");
    open(server);
    assertThat(put(KEY, Expect.absent())).isInstanceOf(Outcome.Applied.class);
    ObjectVersion written = present(KEY).value();
    assertThat(put(KEY, Expect.absent())).isInstanceOf(Outcome.Conflict.class);
    Expect older = Expect.at(present(KEY).version());
    bytes[0]++;
    assertThat(put(KEY, older)).isInstanceOf(Outcome.Applied.class);
    assertThat(put(KEY, older)).isInstanceOf(Outcome.Conflict.class);
    assertThat(read(KEY)).isEqualTo(bytes);
    assertThat(written.contentType()).isEqualTo(attributes().contentType());
    assertThat(written.metadata()).isEqualTo(attributes().metadata());
    assertThat(uploads()).isZero();
  }

  @ParameterizedTest
  @EnumSource(S3On.class)
  void BLB_3_aPutInPartsWhoseContentBreaksOffLeavesNothing(S3On server) {
    open(server);
    Content shorter = () -> new ByteArrayInputStream(bytes, 0, SIZE - 1);
    assertThat(blobs.put(KEY, attributes(), shorter, Expect.absent()))
        .isInstanceOf(Outcome.Rejected.class);
    assertThat(blobs.head(BlobRef.latest(KEY))).isInstanceOf(Observation.Absent.class);
    assertThat(uploads()).isZero();
  }

  @ParameterizedTest
  @EnumSource(S3On.class)
  void SupportsCopy_aCopyInPartsGoesOnFromAnyMachine(S3On server) throws Exception {
    open(server);
    put(KEY, Expect.absent());
    Observation.Present<ObjectVersion> from = present(KEY);
    String token = begun(from, 2);
    assertThat(blobs.head(BlobRef.latest(COPY))).isInstanceOf(Observation.Absent.class);

    assertThat(finish(from, token)).isInstanceOf(Outcome.Applied.class);

    assertThat(read(COPY)).isEqualTo(bytes);
    ObjectVersion copy = present(COPY).value();
    assertThat(copy.contentType()).isEqualTo(from.value().contentType());
    assertThat(copy.metadata()).isEqualTo(from.value().metadata());
    assertThat(uploads()).isZero();
  }

  @ParameterizedTest
  @EnumSource(S3On.class)
  void SupportsCopy_anUploadThatExpiredIsBegunAnew(S3On server) throws Exception {
    open(server);
    put(KEY, Expect.absent());
    Observation.Present<ObjectVersion> from = present(KEY);
    String token = begun(from, 2);
    assertThat(uploads()).isOne();
    Instant later = Instant.now().plus(Duration.ofHours(1));
    assertThat(blobs.abortUploads(Key.utf8("other/"), later)).isZero();
    assertThat(blobs.abortUploads(Key.utf8("large/"), Instant.EPOCH)).isZero();
    assertThat(blobs.abortUploads(Key.utf8("large/"), later)).isOne();

    assertThat(finish(from, token)).isInstanceOf(Outcome.Applied.class);

    assertThat(read(COPY)).isEqualTo(bytes);
    assertThat(uploads()).isZero();
  }

  @ParameterizedTest
  @EnumSource(S3On.class)
  void SupportsCopy_whatIsAbandonedIsFreed(S3On server) {
    open(server);
    put(KEY, Expect.absent());
    String token = begun(present(KEY), 2);
    assertThat(uploads()).isOne();
    blobs.abandon(COPY, token);
    assertThat(uploads()).isZero();
    blobs.abandon(COPY, token);
  }

  @ParameterizedTest
  @EnumSource(S3On.class)
  void SupportsCopy_aSourceThatChangesOnTheWayIsAConflict(S3On server) {
    open(server);
    put(KEY, Expect.absent());
    Observation.Present<ObjectVersion> from = present(KEY);
    String token = begun(from, 2);
    bytes[SIZE - 1]++;
    put(KEY, Expect.anything());

    assertThat(finish(from, token)).isInstanceOf(Outcome.Conflict.class);

    assertThat(blobs.head(BlobRef.latest(COPY))).isInstanceOf(Observation.Absent.class);
    assertThat(uploads()).isZero();
  }

  @ParameterizedTest
  @EnumSource(S3On.class)
  void SupportsCopy_aDestinationThatCameOnTheWayIsAConflict(S3On server) {
    assumeTrue(server != S3On.S3MOCK, "aborting an upload deletes the object of its key");
    open(server);
    put(KEY, Expect.absent());
    Observation.Present<ObjectVersion> from = present(KEY);
    String token = begun(from, 2);
    ObjectVersion one = ObjectVersion.builder().size(1).build();
    blobs.put(COPY, one, () -> new ByteArrayInputStream(new byte[1]), Expect.absent());

    assertThat(finish(from, token)).isInstanceOf(Outcome.Conflict.class);

    assertThat(present(COPY).value().size()).isOne();
    assertThat(uploads()).isZero();
  }
}
