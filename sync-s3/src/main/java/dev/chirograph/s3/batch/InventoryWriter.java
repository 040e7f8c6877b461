package dev.chirograph.s3.batch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.BlobStore.Content;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes an inventory of a bucket as S3 Inventory does in CSV, so that whoever reads those can read
 * this one: for stores without inventories, and for inventories of what a host knows.
 *
 * <p>Rows are collected in a file on this machine, and put into the store as one of many; memory is
 * bounded. The manifest comes last, so that an inventory is there whole or not at all; what a
 * writer leaves that did not come so far are files that no manifest names. Nothing is ever written
 * over.
 *
 * <p>Not safe for use by several threads.
 */
public final class InventoryWriter implements AutoCloseable {

  private static final List<String> COLUMNS =
      List.of(
          "Bucket",
          "Key",
          "VersionId",
          "IsLatest",
          "IsDeleteMarker",
          "Size",
          "LastModifiedDate",
          "ETag",
          "StorageClass");

  private final BlobStore store;
  private final String folder;
  private final String bucket;
  private final Instant createdAt;
  private final Path scratch;
  private final long rowsPerFile;
  private final ArrayNode files = Manifest.JSON.createArrayNode();

  private @Nullable DataFile file;
  private boolean summed;
  private boolean finished;

  private InventoryWriter(Builder builder) {
    this.store = builder.store;
    this.folder = builder.folder;
    this.bucket = builder.bucket;
    this.createdAt = builder.createdAt;
    this.scratch = builder.scratch;
    this.rowsPerFile = builder.rowsPerFile;
  }

  /**
   * A builder with every option at its default.
   *
   * @param store where the inventory is written to
   * @param folder what its keys begin with; nothing else may be there
   * @param bucket the bucket that is listed
   * @param createdAt when the listing begins
   */
  public static Builder builder(BlobStore store, Key folder, String bucket, Instant createdAt) {
    return new Builder(store, folder, bucket, createdAt);
  }

  /**
   * Adds a row. Other columns than those that this writes are left out.
   *
   * @throws SyncException INVALID_ARGUMENT for another bucket, or the trouble with the store or
   *     with this machine's disk
   */
  public void add(InventoryItem item) {
    if (finished) {
      throw SyncException.invalid("the inventory of " + bucket + " is finished");
    }
    if (!item.bucket().equals(bucket)) {
      throw SyncException.invalid(
          "an inventory of " + bucket + " cannot list " + item.bucket() + "/" + item.key());
    }
    try {
      if (file == null) {
        file = new DataFile();
      }
      file.write(row(item));
      if (file.rows == rowsPerFile) {
        put(file);
      }
    } catch (IOException e) {
      throw broken(e);
    }
  }

  private static String row(InventoryItem item) {
    ObjectVersion version = item.version();
    boolean marker = version.deleteMarker();
    boolean named = !version.versionId().equals(ObjectVersion.NULL_VERSION);
    return Stream.of(
            item.bucket(),
            EncodedKeys.encode(item.key()),
            named ? version.versionId() : "",
            String.valueOf(item.latest()),
            String.valueOf(marker),
            marker ? "" : String.valueOf(version.size()),
            version.lastModified().toString(),
            version.etag(),
            version.storageClass().orElse(""))
        .map(field -> '"' + field.replace("\"", "\"\"") + '"')
        .collect(Collectors.joining(",", "", "\n"));
  }

  /**
   * Writes the manifest. What failed for a passing reason may be tried again.
   *
   * @return its key
   * @throws SyncException ALREADY_EXISTS when there is one, or the trouble with the store or with
   *     this machine's disk
   */
  public Key finish() {
    if (finished) {
      throw SyncException.invalid("the inventory of " + bucket + " is finished");
    }
    try {
      if (file != null) {
        put(file);
      }
      byte[] json = manifest();
      if (!summed) {
        putChecksum(json);
        summed = true;
      }
      Key key = Key.utf8(folder + S3Inventory.MANIFEST);
      put(key, "application/json", json.length, () -> new ByteArrayInputStream(json));
      finished = true;
      return key;
    } catch (IOException e) {
      throw broken(e);
    }
  }

  private void putChecksum(byte[] json) {
    MessageDigest digest = Md5.digest();
    digest.update(json);
    byte[] checksum = Md5.hex(digest).getBytes(StandardCharsets.UTF_8);
    put(
        Key.utf8(folder + S3Inventory.CHECKSUM),
        "text/plain",
        checksum.length,
        () -> new ByteArrayInputStream(checksum));
  }

  private byte[] manifest() throws JsonProcessingException {
    ObjectNode root = Manifest.JSON.createObjectNode();
    root.put("sourceBucket", bucket);
    root.put("destinationBucket", "arn:aws:s3:::" + store.name());
    root.put("version", "2016-11-30");
    root.put("creationTimestamp", String.valueOf(createdAt.toEpochMilli()));
    root.put("fileFormat", "CSV");
    root.put("fileSchema", String.join(", ", COLUMNS));
    root.set("files", files);
    return Manifest.JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
  }

  private void put(DataFile full) throws IOException {
    full.out.close();
    long size = Files.size(full.path);
    Key key = Key.utf8(String.format(Locale.ROOT, "%sdata/%06d.csv.gz", folder, files.size() + 1));
    put(key, "application/gzip", size, () -> Files.newInputStream(full.path));
    files.addObject().put("key", key.text()).put("size", size).put("MD5checksum", full.md5());
    close();
  }

  private void put(Key key, String type, long size, Content content) {
    ObjectVersion attributes =
        ObjectVersion.builder().size(size).contentType(Part.known(type)).build();
    Outcome outcome = store.put(key, attributes, content, Expect.absent());
    if (outcome instanceof Outcome.Rejected rejected) {
      throw rejected.why();
    }
    if (outcome instanceof Outcome.Unsure unsure) {
      throw unsure.why();
    }
    if (outcome instanceof Outcome.Conflict) {
      throw new SyncException(
          Kind.ALREADY_EXISTS,
          "there is something in " + store.name() + "/" + key + "; choose another folder");
    }
  }

  private SyncException broken(IOException why) {
    return new SyncException(
        Kind.UNAVAILABLE, "writing the inventory of " + bucket + " on this machine failed", why);
  }

  /** Deletes the rows on this machine that were not put into the store; harmless at the end. */
  @Override
  public void close() {
    DataFile left = file;
    file = null;
    if (left != null) {
      left.delete();
    }
  }

  private final class DataFile {
    private final Path path;
    private final MessageDigest digest = Md5.digest();
    private final OutputStream out;
    private long rows;

    DataFile() throws IOException {
      path = Files.createTempFile(scratch, "inventory", ".csv.gz");
      out =
          new BufferedOutputStream(
              new GZIPOutputStream(new DigestOutputStream(Files.newOutputStream(path), digest)));
    }

    void write(String row) throws IOException {
      out.write(row.getBytes(StandardCharsets.UTF_8));
      rows++;
    }

    String md5() {
      return Md5.hex(digest);
    }

    void delete() {
      try (out) {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        // It is in the folder for such files, and the machine's to remove.
      }
    }
  }

  /** Collects options. Not safe for use by several threads. */
  public static final class Builder {
    private final BlobStore store;
    private final String folder;
    private final String bucket;
    private final Instant createdAt;
    private Path scratch = Path.of(System.getProperty("java.io.tmpdir"));
    private long rowsPerFile = 1_000_000;

    private Builder(BlobStore store, Key folder, String bucket, Instant createdAt) {
      this.store = Objects.requireNonNull(store, "store");
      String text = folder.text();
      this.folder = text.isEmpty() || text.endsWith("/") ? text : text + "/";
      this.bucket = Objects.requireNonNull(bucket, "bucket");
      this.createdAt = Objects.requireNonNull(createdAt, "createdAt");
    }

    /** Where rows are collected; the machine's folder for temporary files by default. */
    public Builder scratch(Path directory) {
      this.scratch = Objects.requireNonNull(directory, "directory");
      return this;
    }

    /** How many rows a file has at most; 1,000,000 by default. */
    public Builder rowsPerFile(long rows) {
      if (rows < 1) {
        throw SyncException.invalid("rowsPerFile must be at least 1, not " + rows);
      }
      this.rowsPerFile = rows;
      return this;
    }

    /** The writer; nothing is written before the first row. */
    public InventoryWriter build() {
      return new InventoryWriter(this);
    }
  }
}
