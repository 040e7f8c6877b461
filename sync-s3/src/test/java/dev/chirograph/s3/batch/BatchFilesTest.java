package dev.chirograph.s3.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.CloseableIterator;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.Version;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.testkit.HostileKeys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Manifests and reports of S3 Batch Operations. */
class BatchFilesTest {

  private static final Key MANIFEST = Key.utf8("reports/job-1/manifest.json");
  private static final String SCHEMA =
      "Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final MemoryBlobStore store = MemoryBlobStore.of("reports");

  private String written() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private static String md5(String text) {
    MessageDigest digest = Md5.digest();
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    return Md5.hex(digest);
  }

  private void put(Key key, String text) {
    store.put(key, text.getBytes(StandardCharsets.UTF_8));
  }

  /** A report of two files, of which the second has another MD5 than the manifest says. */
  private void report(String succeeded, String failed, String md5OfFailed) {
    put(Key.utf8("a b.csv"), succeeded);
    put(Key.utf8("b.csv"), failed);
    manifest(
        "Report_CSV_20180820",
        SCHEMA,
        "{\"TaskExecutionStatus\":\"succeeded\",\"Bucket\":\"reports\",\"MD5Checksum\":\""
            + md5(succeeded)
            + "\",\"Key\":\"a b.csv\"},"
            + "{\"TaskExecutionStatus\":\"failed\",\"Bucket\":\"reports\",\"MD5Checksum\":\""
            + md5OfFailed
            + "\",\"Key\":\"b.csv\"}");
  }

  private void manifest(String format, String schema, String results) {
    put(
        MANIFEST,
        "{\"Format\":\""
            + format
            + "\",\"ReportCreationDate\":\"2019-04-05T17:48:39.725Z\",\"Results\":["
            + results
            + "],\"ReportSchema\":\""
            + schema
            + "\"}");
  }

  private List<BatchResult> results() {
    List<BatchResult> all = new ArrayList<>();
    try (CloseableIterator<BatchResult> results = BatchReport.open(store, MANIFEST).results()) {
      results.forEachRemaining(all::add);
    }
    return all;
  }

  private static Kind kind(Runnable call) {
    Kind[] found = new Kind[1];
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(SyncException.class, error -> found[0] = error.kind());
    return found[0];
  }

  @Test
  void aManifestHasOneRowForEachObject() throws IOException {
    BatchManifest manifest = BatchManifest.of(out, "photos");
    manifest.add(Location.latest("photos", Key.utf8("a/ä b,c\"d\n+%.jpg")));
    manifest.add(Location.latest("photos", Key.utf8("plain")));
    assertThat(written()).isEqualTo("photos,a/%C3%A4%20b%2Cc%22d%0A%2B%25.jpg\nphotos,plain\n");
    assertThat(manifest.fields()).containsExactly("Bucket", "Key");
    assertThat(manifest.rows()).isEqualTo(2);
  }

  @Test
  void aManifestOfVersionsNamesOneInEachRow() throws IOException {
    BatchManifest manifest = BatchManifest.ofVersions(out, "photos");
    manifest.add(new Location("photos", Key.utf8("a"), Optional.of("v1")));
    assertThat(kind(() -> add(manifest, Location.latest("photos", Key.utf8("b")))))
        .isEqualTo(Kind.INVALID_ARGUMENT);
    assertThat(written()).isEqualTo("photos,a,v1\n");
    assertThat(manifest.fields()).containsExactly("Bucket", "Key", "VersionId");
  }

  @Test
  void aManifestTakesNoOtherBucketAndNoVersionUnlessItHasSome() {
    BatchManifest manifest = BatchManifest.of(out, "photos");
    assertThat(kind(() -> add(manifest, Location.latest("other", Key.utf8("a")))))
        .isEqualTo(Kind.INVALID_ARGUMENT);
    Location version = new Location("photos", Key.utf8("a"), Optional.of("v1"));
    assertThat(kind(() -> add(manifest, version))).isEqualTo(Kind.INVALID_ARGUMENT);
    assertThat(written()).isEmpty();
    assertThat(manifest.rows()).isZero();
  }

  private static void add(BatchManifest manifest, Location at) {
    try {
      manifest.add(at);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void keysOfEveryKindComeBackAsTheyWere() {
    for (Key key : HostileKeys.all()) {
      if (!key.isEmpty()) {
        String text = EncodedKeys.encode(key);
        assertThat(text).matches("[A-Za-z0-9%/_.~-]+");
        assertThat(EncodedKeys.decode(text)).isEqualTo(key);
      }
    }
    assertThat(EncodedKeys.decode("a+b%2bc")).isEqualTo(Key.utf8("a b+c"));
    assertThat(kind(() -> EncodedKeys.decode("a%2"))).isEqualTo(Kind.CORRUPT);
    assertThat(kind(() -> EncodedKeys.decode(""))).isEqualTo(Kind.CORRUPT);
  }

  @Test
  void aReportTellsWhatBecameOfEachObject() {
    String succeeded =
        "photos,a%20b,,succeeded,,200,Successful\nphotos,c,v1,succeeded,,200,\"say \"\"yes\"\",\n ok\"\n";
    String failed = "photos,d,,failed,AccessDenied,403,\"no, denied\"\r\nphotos,e,,failed,,,\r\n";
    report(succeeded, failed, md5(failed));
    assertThat(BatchReport.open(store, MANIFEST).createdAt())
        .isEqualTo(Instant.parse("2019-04-05T17:48:39.725Z"));
    assertThat(results())
        .containsExactly(
            new BatchResult(
                Location.latest("photos", Key.utf8("a b")),
                true,
                Optional.empty(),
                OptionalInt.of(200),
                "Successful"),
            new BatchResult(
                new Location("photos", Key.utf8("c"), Optional.of("v1")),
                true,
                Optional.empty(),
                OptionalInt.of(200),
                "say \"yes\",\n ok"),
            new BatchResult(
                Location.latest("photos", Key.utf8("d")),
                false,
                Optional.of("AccessDenied"),
                OptionalInt.of(403),
                "no, denied"),
            new BatchResult(
                Location.latest("photos", Key.utf8("e")),
                false,
                Optional.empty(),
                OptionalInt.empty(),
                ""));
  }

  @Test
  void theStatusAndTheCodeMayStandInEitherColumn() {
    String failed = "photos,a,,failed,200,PermanentFailure,\"Lambda timed out\"\n";
    report("", failed, md5(failed));
    BatchResult result = results().get(0);
    assertThat(result.errorCode()).contains("PermanentFailure");
    assertThat(result.httpStatus()).hasValue(200);
  }

  @Test
  void aFileThatIsNotWhatTheManifestSaysIsAnErrorAtItsEnd() {
    report("photos,a,,succeeded,,200,\n", "photos,b,,failed,,403,\n", md5("other"));
    try (CloseableIterator<BatchResult> rows = BatchReport.open(store, MANIFEST).results()) {
      assertThat(rows.next().succeeded()).isTrue();
      assertThat(rows.next().succeeded()).isFalse();
      assertThat(kind(rows::hasNext)).isEqualTo(Kind.CORRUPT);
    }
  }

  @Test
  void rowsThatAreNoneAreRefused() {
    for (String row :
        List.of(
            "photos,a,,succeeded\n",
            "photos,a,,succeeded,,200,\"open",
            "photos,a,,succeeded,,200,\"x\"y\n",
            "photos,%zz,,succeeded,,200,\n",
            "photos,a,,succeeded,,200,x\ry\n",
            ",a,,succeeded,,200,x\n",
            "photos,a,,succeeded,,200," + "x".repeat(2 << 20) + "\n")) {
      report(row, "", md5(""));
      assertThat(kind(this::results))
          .as(row.substring(0, Math.min(40, row.length())))
          .isEqualTo(Kind.CORRUPT);
    }
  }

  @Test
  void reportsThatAreNoneAreRefused() {
    assertThat(kind(this::results)).isEqualTo(Kind.NOT_FOUND);
    put(MANIFEST, "{\"Format\":");
    assertThat(kind(this::results)).isEqualTo(Kind.CORRUPT);
    manifest("Report_CSV_20300101", SCHEMA, "");
    assertThat(kind(this::results)).isEqualTo(Kind.UNSUPPORTED);
    manifest("Report_CSV_20180820", "Bucket, TaskStatus", "");
    assertThat(kind(this::results)).isEqualTo(Kind.CORRUPT);
    manifest("Report_CSV_20180820", SCHEMA, "");
    assertThat(results()).isEmpty();
  }

  @Test
  void aReportThatIsWrittenByHalfIsAnError() {
    String rows = "photos,a,,succeeded,,200,Successful\nphotos,b,,succeeded,,200,Successful\n";
    for (int length = 0; length < rows.length(); length++) {
      report(rows, "", md5(""));
      put(Key.utf8("a b.csv"), rows.substring(0, length));
      assertThat(kind(this::results)).as("%s characters", length).isEqualTo(Kind.CORRUPT);
    }
    store.delete(BlobRef.latest(Key.utf8("a b.csv")), Expect.anything());
    assertThat(kind(this::results)).isEqualTo(Kind.NOT_FOUND);
  }

  @Test
  void whatIsTooLargeForAJobIsLeftOut() {
    assertThat(BatchManifest.takes(handle(OptionalLong.of(BatchManifest.MOST_BYTES)))).isTrue();
    assertThat(BatchManifest.takes(handle(OptionalLong.of(BatchManifest.MOST_BYTES + 1))))
        .isFalse();
    assertThat(BatchManifest.takes(handle(OptionalLong.empty()))).isTrue();
  }

  private static FileHandle handle(OptionalLong size) {
    return new FileHandle(
        Key.utf8("1"),
        new Version("new"),
        "project",
        Location.latest("photos", Key.utf8("a")),
        size,
        Optional.empty(),
        Optional.empty());
  }
}
