package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.SupportsCopy;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;

/** Checksums that servers keep of contents. */
class ChecksumIT {

  private static final Key KEY = Key.utf8("a");
  private static final Key COPY = Key.utf8("copy");
  private static final int PART = 5 << 20;

  private static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new SplittableRandom(7).nextBytes(bytes);
    return bytes;
  }

  private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
    return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private static Observation.Present<ObjectVersion> look(S3Blobs blobs, Key key) {
    Observation<ObjectVersion> seen = blobs.head(BlobRef.latest(key));
    assertThat(seen).isInstanceOf(Observation.Present.class);
    return (Observation.Present<ObjectVersion>) seen;
  }

  private static void copy(S3Blobs blobs) {
    Observation.Present<ObjectVersion> from = look(blobs, KEY);
    Optional<String> resume = Optional.empty();
    while (true) {
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
        assertThat(finished.outcome()).isInstanceOf(Outcome.Applied.class);
        return;
      }
      resume = Optional.of(((SupportsCopy.Going) step).resume());
    }
  }

  private static S3Blobs put(S3On on, ChecksumAlgorithm algorithm, byte[] bytes) {
    String bucket = on.bucket();
    on.client()
        .putObject(
            request -> request.bucket(bucket).key(KEY.text()).checksumAlgorithm(algorithm),
            RequestBody.fromBytes(bytes));
    return on.blobsBuilder(on.client(), bucket)
        .copyLimit(PART)
        .copyPartBytes(PART)
        .checksums()
        .build();
  }

  @Test
  void theChecksumOfAWholeContentIsThatOfItsBytes() throws Exception {
    byte[] bytes = bytes(1_000);
    S3Blobs blobs = put(S3On.S3MOCK, ChecksumAlgorithm.SHA256, bytes);
    assertThat(look(blobs, KEY).value().checksums()).containsEntry("SHA256", sha256(bytes));
    copy(blobs);
    assertThat(look(blobs, COPY).value().checksums()).containsEntry("SHA256", sha256(bytes));
  }

  @Test
  void aCopyInPartsHasTheChecksumOfItsSource() {
    S3Blobs blobs = put(S3On.S3MOCK, ChecksumAlgorithm.CRC32, bytes(PART + 1));
    String sum = look(blobs, KEY).value().checksums().get("CRC32");
    assertThat(sum).isNotNull();
    copy(blobs);
    assertThat(look(blobs, COPY).value().checksums()).containsEntry("CRC32", sum);
  }

  @ParameterizedTest
  @EnumSource(
      value = S3On.class,
      names = {"S3PROXY", "CEPH"})
  void aServerThatKeepsNoneMayBeAsked(S3On on) {
    String bucket = on.bucket();
    on.client()
        .putObject(
            request -> request.bucket(bucket).key(KEY.text()), RequestBody.fromBytes(bytes(7)));
    S3Blobs blobs = on.blobsBuilder(on.client(), bucket).checksums().build();
    assertThat(look(blobs, KEY).value().checksums()).isEmpty();
  }
}
