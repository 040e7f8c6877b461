package dev.chirograph.s3.batch;

import dev.chirograph.CloseableIterator;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.BlobStore;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * An inventory of a bucket, as S3 Inventory writes them in CSV: files of rows, compressed with
 * gzip, and a manifest that names them. It lists what was there some time ago, and what was written
 * or deleted while it was made may be in it or not.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class S3Inventory {

  static final String MANIFEST = "manifest.json";
  static final String CHECKSUM = "manifest.checksum";

  private final BlobStore store;
  private final Manifest manifest;
  private final List<CsvFiles.File> files;
  private final Instant createdAt;

  private S3Inventory(BlobStore store, Manifest manifest) {
    this.store = store;
    this.manifest = manifest;
    if (!manifest.text("fileFormat").equals("CSV")) {
      throw manifest.unsupported(
          "is of " + manifest.text("fileFormat") + " files; have the inventory made as CSV");
    }
    this.files = manifest.files("files", "key", "MD5checksum");
    try {
      this.createdAt = Instant.ofEpochMilli(Long.parseLong(manifest.text("creationTimestamp")));
    } catch (NumberFormatException e) {
      throw manifest.corrupt("has a creationTimestamp that is none");
    }
  }

  /**
   * Opens an inventory; its files are in the same bucket. Where there is a {@code
   * manifest.checksum} beside the manifest, both are compared.
   *
   * @param manifest the key of its {@code manifest.json}
   * @throws SyncException NOT_FOUND while the inventory is not written, CORRUPT when it is none,
   *     UNSUPPORTED for other files than CSV, or the trouble
   */
  public static S3Inventory open(BlobStore store, Key manifest) {
    Objects.requireNonNull(store, "store");
    byte[] json = Manifest.bytes(store, manifest);
    check(store, manifest, json);
    return new S3Inventory(
        store, Manifest.parse(store.name() + "/" + manifest, json, "fileSchema"));
  }

  private static void check(BlobStore store, Key manifest, byte[] json) {
    String text = manifest.text();
    if (!text.endsWith(MANIFEST)) {
      return;
    }
    Key beside = Key.utf8(text.substring(0, text.length() - MANIFEST.length()) + CHECKSUM);
    String expected;
    try {
      expected = new String(Manifest.bytes(store, beside), StandardCharsets.UTF_8).strip();
    } catch (SyncException e) {
      if (e.kind() == Kind.NOT_FOUND) {
        return;
      }
      throw e;
    }
    MessageDigest digest = Md5.digest();
    digest.update(json);
    if (!expected.equalsIgnoreCase(Md5.hex(digest))) {
      throw new SyncException(
          Kind.CORRUPT,
          SyncException.Advice.MAY_RETRY,
          store.name() + "/" + manifest + " is not what its checksum says; it may be half written");
    }
  }

  /** The bucket that was listed. */
  public String sourceBucket() {
    return manifest.text("sourceBucket");
  }

  /** When the listing began. */
  public Instant createdAt() {
    return createdAt;
  }

  /** The names of the columns, as S3 names them. */
  public List<String> columns() {
    return manifest.columns();
  }

  /**
   * All rows, file by file, in bounded memory; inside a file S3 sorts them by key, but not from one
   * file to the next. The caller closes the stream.
   *
   * <p>Each file is compared with its MD5 when its last row was given: the rows of a file are sure
   * only once the iteration has gone beyond them without an error. Iterating throws {@link
   * SyncException}: CORRUPT when a file is not what the manifest says or a row is none, or the
   * trouble with the store.
   */
  public CloseableIterator<InventoryItem> items() {
    return new CsvFiles<>(store, files, true, new Columns(manifest)::item);
  }

  private static final class Columns {
    private final int bucket;
    private final int key;
    private final int version;
    private final int latest;
    private final int marker;
    private final int size;
    private final int modified;
    private final int etag;
    private final int storageClass;
    private final List<String> names;
    private final List<Integer> others = new ArrayList<>();

    Columns(Manifest manifest) {
      bucket = manifest.required("Bucket");
      key = manifest.required("Key");
      version = manifest.column("VersionId");
      latest = manifest.column("IsLatest");
      marker = manifest.column("IsDeleteMarker");
      size = manifest.column("Size");
      modified = manifest.column("LastModifiedDate");
      etag = manifest.column("ETag");
      storageClass = manifest.column("StorageClass");
      names = manifest.columns();
      List<Integer> known =
          List.of(bucket, key, version, latest, marker, size, modified, etag, storageClass);
      for (int i = 0; i < names.size(); i++) {
        if (!known.contains(i)) {
          others.add(i);
        }
      }
    }

    InventoryItem item(Row row) {
      return new InventoryItem(
          row.at(bucket),
          EncodedKeys.decode(row.at(key)),
          version(row),
          latest < 0 || Boolean.parseBoolean(row.at(latest)),
          others(row));
    }

    private ObjectVersion version(Row row) {
      ObjectVersion.Builder built =
          ObjectVersion.builder()
              .versionId(row.at(version).isEmpty() ? null : row.at(version))
              .storageClass(row.at(storageClass).isEmpty() ? null : row.at(storageClass));
      String time = row.at(modified);
      String bytes = row.at(size);
      try {
        if (!time.isEmpty()) {
          built.lastModified(Instant.parse(time));
        }
        if (Boolean.parseBoolean(row.at(marker))) {
          return built.deleteMarker().build();
        }
        return built.etag(row.at(etag)).size(bytes.isEmpty() ? 0 : Long.parseLong(bytes)).build();
      } catch (DateTimeParseException | NumberFormatException | SyncException e) {
        throw new SyncException(Kind.CORRUPT, "has a size or a time that is none", e);
      }
    }

    private Map<String, String> others(Row row) {
      Map<String, String> found = new HashMap<>();
      for (int column : others) {
        if (!row.at(column).isEmpty()) {
          found.put(names.get(column), row.at(column));
        }
      }
      return found;
    }
  }
}
