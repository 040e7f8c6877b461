package dev.chirograph.s3.batch;

import dev.chirograph.CloseableIterator;
import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.relocate.Location;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The completion report of a job of S3 Batch Operations: what became of each object. A report is
 * written when its job has ended; one that covers failed tasks only has no rows of the others.
 *
 * <p>Keys are read as manifests have them, percent-encoded; S3 does not say how reports have them.
 * Were one read wrongly, its object would not be found among the handles, or be moved though nobody
 * has copied it: what a report says is a hint, and no proof.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class BatchReport {

  private static final String FORMAT = "Report_CSV_20180820";
  private static final Pattern STATUS = Pattern.compile("[1-5][0-9][0-9]");

  private final BlobStore store;
  private final Manifest manifest;
  private final List<CsvFiles.File> files;
  private final Instant createdAt;

  private BatchReport(BlobStore store, Manifest manifest) {
    this.store = store;
    this.manifest = manifest;
    if (!manifest.text("Format").equals(FORMAT)) {
      throw manifest.unsupported(
          "has the format " + manifest.text("Format") + ", and only " + FORMAT + " is known");
    }
    this.files = manifest.files("Results", "Key", "MD5Checksum");
    try {
      this.createdAt = Instant.parse(manifest.text("ReportCreationDate"));
    } catch (DateTimeParseException e) {
      throw manifest.corrupt("has a ReportCreationDate that is none");
    }
  }

  /**
   * Opens a report; the files with its rows are in the same bucket.
   *
   * @param manifest the key of its {@code manifest.json}
   * @throws SyncException NOT_FOUND while the report is not written, CORRUPT or UNSUPPORTED when it
   *     is none of this format, or the trouble
   */
  public static BatchReport open(BlobStore store, Key manifest) {
    Objects.requireNonNull(store, "store");
    return new BatchReport(store, Manifest.read(store, manifest, "ReportSchema"));
  }

  /** When it was written. */
  public Instant createdAt() {
    return createdAt;
  }

  /**
   * All rows, file by file, in bounded memory. The caller closes the stream.
   *
   * <p>Each file is compared with its MD5 when its last row was given: the rows of a file are sure
   * only once the iteration has gone beyond them without an error. Iterating throws {@link
   * SyncException}: CORRUPT when a file is not what the manifest says or a row is none, or the
   * trouble with the store.
   */
  public CloseableIterator<BatchResult> results() {
    return new CsvFiles<>(store, files, false, new Columns(manifest)::result);
  }

  private static final class Columns {
    private final int bucket;
    private final int key;
    private final int version;
    private final int status;
    private final int code;
    private final int http;
    private final int message;

    Columns(Manifest manifest) {
      bucket = manifest.required("Bucket");
      key = manifest.required("Key");
      version = manifest.column("VersionId");
      status = manifest.required("TaskStatus");
      code = manifest.column("ErrorCode");
      http = manifest.column("HTTPStatusCode");
      message = manifest.column("ResultMessage");
    }

    BatchResult result(Row row) {
      return new BatchResult(
          new Location(
              bucket(row),
              EncodedKeys.decode(row.at(key)),
              Optional.of(row.at(version)).filter(id -> !id.isEmpty())),
          row.at(status).equals("succeeded"),
          both(row).filter(text -> !text.isEmpty() && !STATUS.matcher(text).matches()).findFirst(),
          both(row)
              .filter(text -> STATUS.matcher(text).matches())
              .mapToInt(Integer::parseInt)
              .findFirst(),
          row.at(message));
    }

    /** S3's own examples have the two the other way round than their schema says. */
    private Stream<String> both(Row row) {
      return Stream.of(row.at(code), row.at(http));
    }

    private String bucket(Row row) {
      if (row.at(bucket).isEmpty()) {
        throw new SyncException(Kind.CORRUPT, "names no bucket");
      }
      return row.at(bucket);
    }
  }
}
