package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.SupportsCopy;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import dev.chirograph.testkit.FaultyHttpClient;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.s3.S3Client;

/** Uploads in parts that somebody else ends while a part of them is copied. */
class MultipartRaceIT {

  private static final Key KEY = Key.utf8("large/from");
  private static final Key COPY = Key.utf8("large/copy");
  private static final int PART = 5 << 20;

  private final byte[] bytes = new byte[2 * PART];
  private S3Client ours;

  @AfterEach
  void close() {
    if (ours != null) {
      ours.close();
    }
  }

  private static S3Blobs blobs(S3On on, S3Client client, String bucket) {
    return on.blobsBuilder(client, bucket)
        .multipartThreshold(PART)
        .partBytes(PART)
        .copyLimit(PART)
        .copyPartBytes(PART)
        .partsPerStep(1)
        .build();
  }

  @ParameterizedTest
  @EnumSource(S3On.class)
  void SupportsCopy_anUploadThatExpiresWhileAPartIsCopiedIsBegunAnew(S3On on) throws Exception {
    String bucket = on.bucket();
    S3Blobs others = blobs(on, on.client(), bucket);
    ObjectVersion attributes = ObjectVersion.builder().size(bytes.length).build();
    others.put(KEY, attributes, () -> new ByteArrayInputStream(bytes), Expect.absent());
    AtomicInteger aborted = new AtomicInteger();
    Faults faults =
        Faults.builder()
            .when(call -> call.what().equals("PUT ?partNumber&uploadId"), Fault.DELAY)
            .onDelay(
                () -> {
                  if (aborted.get() == 0) {
                    Instant later = Instant.now().plus(Duration.ofHours(1));
                    aborted.set(others.abortUploads(Key.utf8("large/"), later));
                  }
                })
            .build();
    ours = on.client(FaultyHttpClient.of(Apache5HttpClient.create(), faults));
    S3Blobs blobs = blobs(on, ours, bucket);
    Observation.Present<ObjectVersion> from =
        (Observation.Present<ObjectVersion>) blobs.head(BlobRef.latest(KEY));

    Optional<String> resume = Optional.empty();
    Outcome outcome = null;
    for (int i = 0; i < 20 && outcome == null; i++) {
      SupportsCopy.Step step =
          blobs.copy(
              blobs,
              BlobRef.latest(KEY),
              from.version(),
              from.value(),
              COPY,
              Expect.absent(),
              resume);
      if (step instanceof SupportsCopy.Finished finished) {
        // S3Mock knows of no such error for a part, and is asked again as it answers.
        outcome = isPassing(finished.outcome()) ? null : finished.outcome();
      } else {
        resume = Optional.of(((SupportsCopy.Going) step).resume());
      }
    }

    assertThat(aborted).hasValue(1);
    assertThat(outcome).isInstanceOf(Outcome.Applied.class);
    assertThat(others.open(BlobRef.latest(COPY), 0, Expect.anything()).readAllBytes())
        .isEqualTo(bytes);
  }

  private static boolean isPassing(Outcome outcome) {
    return outcome instanceof Outcome.Rejected rejected && rejected.why().mayRetry();
  }
}
