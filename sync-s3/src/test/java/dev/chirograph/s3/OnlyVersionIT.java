package dev.chirograph.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Version;
import dev.chirograph.spi.BlobStore.BlobRef;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.sync.RequestBody;

/** In a bucket without versions an object can be named by the version that it says it is. */
class OnlyVersionIT {

  private static final Key KEY = Key.utf8("a");

  @ParameterizedTest
  @EnumSource
  void whatWasSeenIsReadAndDeletedByItsVersion(S3On on) throws IOException {
    String bucket = on.bucket();
    S3Blobs blobs = on.blobsBuilder(on.client(), bucket).allowCheckedDeletes().build();
    Version before = put(on, bucket, blobs, "before").version();
    Observation.Present<ObjectVersion> seen = put(on, bucket, blobs, "one");
    BlobRef exactly = BlobRef.of(KEY, seen.value().versionId());

    assertThat(blobs.head(exactly)).isEqualTo(seen);
    try (InputStream content = blobs.open(exactly, 0, Expect.at(seen.version()))) {
      assertThat(content.readAllBytes()).isEqualTo("one".getBytes(UTF_8));
    }
    assertThat(blobs.delete(exactly, Expect.at(before))).isInstanceOf(Outcome.Conflict.class);
    assertThat(blobs.delete(exactly, Expect.at(seen.version())))
        .isInstanceOf(Outcome.Applied.class);
    assertThat(blobs.head(BlobRef.latest(KEY))).isInstanceOf(Observation.Absent.class);
  }

  private static Observation.Present<ObjectVersion> put(
      S3On on, String bucket, S3Blobs blobs, String content) {
    on.client().putObject(r -> r.bucket(bucket).key("a"), RequestBody.fromString(content));
    return (Observation.Present<ObjectVersion>) blobs.head(BlobRef.latest(KEY));
  }
}
