package dev.chirograph.s3.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.CloseableIterator;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.testkit.HostileKeys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Inventories as S3 writes them, and as they are written here. */
class S3InventoryTest {

  private static final Key MANIFEST = Key.utf8("inventory/manifest.json");
  private static final Key DATA = Key.utf8("inventory/data/000001.csv.gz");
  private static final Instant CREATED = Instant.parse("2018-01-03T02:00:00Z");
  private static final Instant WRITTEN = Instant.parse("2017-12-01T10:20:30Z");

  private final MemoryBlobStore store = MemoryBlobStore.of("lists");

  @TempDir Path scratch;

  private InventoryWriter.Builder writer() {
    return InventoryWriter.builder(store, Key.utf8("inventory"), "photos", CREATED)
        .scratch(scratch);
  }

  private static InventoryItem item(Key key) {
    return InventoryItem.latest(
        "photos",
        key,
        ObjectVersion.builder()
            .etag("e-2")
            .size(5L << 32)
            .lastModified(WRITTEN)
            .storageClass("STANDARD_IA")
            .build());
  }

  private List<InventoryItem> read() {
    List<InventoryItem> all = new ArrayList<>();
    try (CloseableIterator<InventoryItem> items = S3Inventory.open(store, MANIFEST).items()) {
      items.forEachRemaining(all::add);
    }
    return all;
  }

  private static byte[] zipped(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private void manifest(String format, String schema, byte[] data) {
    store.put(DATA, data);
    MessageDigest digest = Md5.digest();
    digest.update(data);
    String json =
        "{\"sourceBucket\":\"photos\",\"destinationBucket\":\"arn:aws:s3:::lists\","
            + "\"version\":\"2016-11-30\",\"creationTimestamp\":\"1514944800000\",\"fileFormat\":\""
            + format
            + "\",\"fileSchema\":\""
            + schema
            + "\",\"files\":[{\"key\":\""
            + DATA
            + "\",\"size\":"
            + data.length
            + ",\"MD5checksum\":\""
            + Md5.hex(digest)
            + "\"}]}";
    store.put(MANIFEST, json.getBytes(StandardCharsets.UTF_8));
  }

  private static Kind kind(Runnable call) {
    Kind[] found = new Kind[1];
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(SyncException.class, error -> found[0] = error.kind());
    return found[0];
  }

  private static byte[] flipped(byte[] bytes, int at) {
    byte[] changed = bytes.clone();
    changed[at] ^= 1;
    return changed;
  }

  @Test
  void whatIsWrittenIsReadAgainFromAsManyFilesAsItTakes() throws IOException {
    List<InventoryItem> items =
        new ArrayList<>(
            HostileKeys.all().stream()
                .filter(key -> !key.isEmpty())
                .map(S3InventoryTest::item)
                .toList());
    ObjectVersion marker =
        ObjectVersion.builder().versionId("v2").lastModified(WRITTEN).deleteMarker().build();
    items.add(InventoryItem.latest("photos", Key.utf8("gone"), marker));
    ObjectVersion older = item(Key.utf8("x")).version().toBuilder().versionId("v1").build();
    items.add(new InventoryItem("photos", Key.utf8("gone"), older, false, Map.of()));
    try (InventoryWriter writer = writer().rowsPerFile(7).build()) {
      items.forEach(writer::add);
      assertThat(kind(() -> S3Inventory.open(store, MANIFEST))).isEqualTo(Kind.NOT_FOUND);
      assertThat(writer.finish()).isEqualTo(MANIFEST);
    }
    assertThat(read()).isEqualTo(items);
    S3Inventory inventory = S3Inventory.open(store, MANIFEST);
    assertThat(inventory.sourceBucket()).isEqualTo("photos");
    assertThat(inventory.createdAt()).isEqualTo(CREATED);
    assertThat(inventory.columns()).startsWith("Bucket", "Key", "VersionId").hasSize(9);
    assertThat(store.content(Key.utf8("inventory/data/000002.csv.gz"))).isPresent();
    try (Stream<Path> left = Files.list(scratch)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void anEmptyBucketHasAnInventoryToo() {
    try (InventoryWriter writer = writer().build()) {
      writer.finish();
    }
    assertThat(read()).isEmpty();
  }

  @Test
  void nothingIsWrittenOver() {
    try (InventoryWriter first = writer().build()) {
      first.add(item(Key.utf8("a")));
      first.finish();
    }
    try (InventoryWriter second = writer().build()) {
      second.add(item(Key.utf8("b")));
      assertThat(kind(second::finish)).isEqualTo(Kind.ALREADY_EXISTS);
    }
    assertThat(read()).containsExactly(item(Key.utf8("a")));
  }

  @Test
  void whoGivesUpLeavesNothingOnThisMachine() throws IOException {
    try (InventoryWriter writer = writer().build()) {
      writer.add(item(Key.utf8("a")));
      assertThat(
              kind(
                  () ->
                      writer.add(
                          InventoryItem.latest(
                              "other", Key.utf8("a"), item(Key.utf8("a")).version()))))
          .isEqualTo(Kind.INVALID_ARGUMENT);
    }
    try (Stream<Path> left = Files.list(scratch)) {
      assertThat(left).isEmpty();
    }
    assertThat(store.content(MANIFEST)).isEmpty();
  }

  @Test
  void anInventoryOfS3IsReadByTheNamesOfItsColumns() throws IOException {
    manifest(
        "CSV",
        "Bucket, Key, Size, LastModifiedDate, ETag, EncryptionStatus",
        zipped(
            "\"photos\",\"a+b%2Fc.jpg\",\"7\",\"2017-12-01T10:20:30.000Z\",\"e\",\"SSE-S3\"\n"
                + "\"photos\",\"d\",\"0\",\"2017-12-01T10:20:30.000Z\",\"f\",\"\"\n"));
    ObjectVersion version = ObjectVersion.builder().etag("e").size(7).lastModified(WRITTEN).build();
    assertThat(read())
        .containsExactly(
            new InventoryItem(
                "photos",
                Key.utf8("a b/c.jpg"),
                version,
                true,
                Map.of("EncryptionStatus", "SSE-S3")),
            InventoryItem.latest(
                "photos", Key.utf8("d"), version.toBuilder().etag("f").size(0).build()));
  }

  @Test
  void otherFilesThanCsvAreNotSupported() {
    manifest("Parquet", "message s3.inventory { }", new byte[0]);
    assertThat(kind(this::read)).isEqualTo(Kind.UNSUPPORTED);
  }

  @Test
  void anyBitThatFlipsIsNoticed() throws IOException {
    byte[] data = zipped("\"photos\",\"a\"\n\"photos\",\"b\"\n");
    manifest("CSV", "Bucket, Key", data);
    assertThat(read()).hasSize(2);
    for (int i = 0; i < data.length; i++) {
      store.put(DATA, flipped(data, i));
      assertThat(kind(this::read)).as("byte " + i).isIn(Kind.CORRUPT, Kind.UNAVAILABLE);
    }
    byte[] longer = Arrays.copyOf(data, data.length + 1);
    store.put(DATA, longer);
    assertThat(kind(this::read)).isEqualTo(Kind.CORRUPT);
  }

  @Test
  void aManifestIsComparedWithTheChecksumBesideIt() {
    try (InventoryWriter writer = writer().build()) {
      writer.add(item(Key.utf8("a")));
      writer.finish();
    }
    byte[] manifest = store.content(MANIFEST).orElseThrow();
    String other = new String(manifest, StandardCharsets.UTF_8).replace("photos", "phot0s");
    store.put(MANIFEST, other.getBytes(StandardCharsets.UTF_8));
    assertThat(kind(this::read)).isEqualTo(Kind.CORRUPT);
  }

  @Test
  void rowsThatAreNoneAreRefused() throws IOException {
    for (String row :
        List.of(
            "\"photos\",\"a\",\"x\",\"2017-12-01T10:20:30.000Z\"\n",
            "\"photos\",\"a\",\"1\",\"yesterday\"\n",
            "\"photos\",\"a\",\"-1\",\"2017-12-01T10:20:30.000Z\"\n",
            "\"photos\",\"a\",\"1\"\n")) {
      manifest("CSV", "Bucket, Key, Size, LastModifiedDate", zipped(row));
      assertThat(kind(this::read)).as(row).isEqualTo(Kind.CORRUPT);
    }
  }
}
