package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.relocate.Relocator;
import dev.chirograph.s3.RelocateLabOnS3.Versions;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import dev.chirograph.spi.relocate.BlobStores;
import dev.chirograph.spi.relocate.Location;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.s3.S3Client;

/** Files whose storage class is an archive have to be restored before they can be moved. */
class RelocateArchivedIT {

  /** Where originals are read through one client and copies written through another. */
  private static BlobStores split(RelocateLabOnS3 lab, S3Client reading) {
    S3Buckets from = lab.buckets(reading);
    S3Buckets to = lab.buckets(lab.on.client());
    return new TwoProviders(from, to, lab.grant);
  }

  @ParameterizedTest
  @CsvSource({"3, false", "5242881, false", "0, true", "3, true", "5242881, true"})
  void anArchivedFileWaitsUntilItIsRestored(int size, boolean streamed) {
    RelocateLabOnS3 lab = new RelocateLabOnS3(S3On.S3PROXY, Versions.NONE);
    ArchivedObjects http = new ArchivedObjects();
    try (S3Client client = S3On.S3PROXY.client(http)) {
      Relocator relocator =
          lab.builder(streamed ? split(lab, client) : lab.buckets(client)).build();
      lab.file("1", Key.utf8("a"), new byte[size]);
      lab.assign();
      lab.settle(relocator);
      assertThat(lab.dead())
          .singleElement()
          .satisfies(
              letter -> {
                assertThat(letter.attempts()).as("another try is of no use").isOne();
                assertThat(letter.error())
                    .startsWith("UNSUPPORTED")
                    .contains(
                        "InvalidObjectState", lab.common + "/a", "restore the object", "replay")
                    .doesNotContain("PERMISSION");
              });
      assertThat(lab.uploads(lab.grant)).isZero();
      http.restore();
      lab.queue.replay(Selection.all());
      lab.work(relocator);
      assertThat(lab.at("1")).isEqualTo(Location.latest(lab.grant, Key.utf8("a")));
      assertThat(lab.content(lab.at("1"))).hasSize(size);
      assertThat(lab.dead()).isEmpty();
    }
  }
}
