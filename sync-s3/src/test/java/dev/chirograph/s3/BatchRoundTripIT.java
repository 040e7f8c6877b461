package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.CloseableIterator;
import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.relocate.Relocator;
import dev.chirograph.s3.RelocateLabOnS3.Versions;
import dev.chirograph.s3.batch.BatchManifest;
import dev.chirograph.s3.batch.BatchReport;
import dev.chirograph.s3.batch.BatchResult;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.testkit.Faults;
import dev.chirograph.testkit.FaultyHttpClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A manifest, a job that copies as S3 Batch Operations does and cannot do all of it, its completion
 * report, and the handles that are pointed to the copies one by one.
 */
class BatchRoundTripIT {

  private static final Key REPORT = Key.utf8("reports/manifest.json");

  /** Instead of 5 GiB. */
  private static final int MOST_BYTES = 20;

  private final RelocateLabOnS3 lab = new RelocateLabOnS3(S3On.S3PROXY, Versions.NONE);
  private final List<Location> tooLarge = new ArrayList<>();

  BatchRoundTripIT() {
    lab.file("1", "a b+c,ä", "one");
    lab.handle("2", lab.at("1"), 3);
    lab.file("3", "plain", "three");
    lab.file("4", "failing", "four");
    lab.file("5", "skipped", "five");
    lab.file("6", "huge", "more than what the job takes");
    lab.assign();
  }

  private String manifest(Relocator relocator) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BatchManifest manifest = BatchManifest.of(out, lab.common);
    List<Location> objects = new ArrayList<>();
    relocator.misplaced(
        Optional.of(RelocateLabOnS3.OWNER),
        handle -> (takes(handle) ? objects : tooLarge).add(handle.at()));
    for (Location object : objects.stream().distinct().toList()) {
      manifest.add(object);
    }
    assertThat(manifest.rows()).isEqualTo(4);
    return out.toString(StandardCharsets.UTF_8);
  }

  private static boolean takes(FileHandle handle) {
    return BatchManifest.takes(handle) && handle.size().orElseThrow() <= MOST_BYTES;
  }

  /**
   * Copies as a job does that is cancelled before its last task; answers the rows of its report.
   */
  private String job(String manifest) {
    StringBuilder report = new StringBuilder();
    for (String row : manifest.lines().toList()) {
      String encoded = row.substring(row.indexOf(',') + 1);
      String key = URLDecoder.decode(encoded, StandardCharsets.UTF_8);
      if (key.equals("failing")) {
        report.append(row).append(",,failed,AccessDenied,403,no\n");
      } else if (!key.equals("skipped")) {
        S3On.S3PROXY
            .client()
            .copyObject(
                r ->
                    r.sourceBucket(lab.common)
                        .sourceKey(key)
                        .destinationBucket(lab.grant)
                        .destinationKey(key));
        report.append(row).append(",,succeeded,,200,Successful\n");
      }
    }
    return report.toString();
  }

  private S3Blobs report(String rows, String stored) throws NoSuchAlgorithmException {
    String bucket = S3On.S3PROXY.bucket();
    String md5 =
        HexFormat.of()
            .formatHex(
                MessageDigest.getInstance("MD5").digest(rows.getBytes(StandardCharsets.UTF_8)));
    put(bucket, "reports/results.csv", stored);
    put(
        bucket,
        REPORT.text(),
        "{\"Format\":\"Report_CSV_20180820\",\"ReportCreationDate\":\"2026-01-01T00:00:00.000Z\","
            + "\"Results\":[{\"TaskExecutionStatus\":\"succeeded\",\"Bucket\":\"reports\","
            + "\"MD5Checksum\":\""
            + md5
            + "\",\"Key\":\"reports/results.csv\"}],\"ReportSchema\":\"Bucket, Key, VersionId,"
            + " TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage\"}");
    return S3On.S3PROXY.blobsBuilder(S3On.S3PROXY.client(), bucket).build();
  }

  private static void put(String bucket, String key, String text) {
    S3On.S3PROXY.client().putObject(r -> r.bucket(bucket).key(key), RequestBody.fromString(text));
  }

  /** Has the handles moved whose objects a report names, whatever it says of them. */
  private static long collect(Relocator relocator, S3Blobs reports) {
    try (CloseableIterator<BatchResult> results = BatchReport.open(reports, REPORT).results()) {
      return relocator.collect(
          new Iterator<>() {
            @Override
            public boolean hasNext() {
              return results.hasNext();
            }

            @Override
            public Location next() {
              return results.next().at();
            }
          });
    }
  }

  private void assertMoved(String id, String key, String content) {
    lab.assertAt(id, lab.grant, key, content);
  }

  @Test
  void whatAJobHasCopiedIsTakenAndTheRestIsCopied() throws Exception {
    Faults counts = Faults.none();
    try (S3Client client =
        S3On.S3PROXY.client(FaultyHttpClient.of(Apache5HttpClient.create(), counts))) {
      Relocator relocator = lab.builder(lab.buckets(client)).build();
      String rows = job(manifest(relocator));
      assertThat(collect(relocator, report(rows, rows))).isEqualTo(3);
      lab.work(relocator);
      assertMoved("1", "a b+c,ä", "one");
      assertMoved("2", "a b+c,ä", "one");
      assertMoved("3", "plain", "three");
      assertMoved("4", "failing", "four");
      assertThat(counts.counts()).as("only what has failed was copied").containsEntry("PUT", 1L);
      assertThat(lab.at("5").bucket()).as("nobody has asked for it").isEqualTo(lab.common);
      assertThat(relocator.collect(tooLarge.iterator())).isOne();
      lab.work(relocator);
      assertMoved("6", "huge", "more than what the job takes");
      lab.settle(relocator);
      assertMoved("5", "skipped", "five");
      lab.afterTheGrace(relocator);
    }
    assertThat(lab.dead()).isEmpty();
    assertThat(lab.keys(lab.common)).isEmpty();
    assertThat(lab.keys(lab.grant)).hasSize(5);
  }

  @Test
  void L5_aReportThatIsWrittenByHalfOrLiesSwitchesNothingWrongly() throws Exception {
    Relocator relocator = lab.relocator();
    String rows = job(manifest(relocator));
    put(lab.grant, "plain", "other"); // a job overwrites, and so does whoever comes behind it
    S3Blobs half = report(rows, rows.substring(0, rows.length() / 2));
    assertThatThrownBy(() -> collect(relocator, half))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT));
    lab.work(relocator);
    String lies =
        rows + lab.common + ",skipped,,succeeded,,200,\n" + lab.common + ",none,,succeeded,,200,\n";
    collect(relocator, report(lies, lies));
    lab.work(relocator);
    assertThat(lab.dead()).isEmpty();
    assertMoved("1", "a b+c,ä", "one");
    assertMoved("3", "plain~2", "three");
    assertMoved("5", "skipped", "five");
    assertThat(lab.text(lab.grant, "plain")).isEqualTo("other");
  }
}
