package dev.chirograph.s3.batch;

import dev.chirograph.SyncException;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Location;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * Writes the list of objects that a job of S3 Batch Operations works on: rows of {@code
 * Bucket,Key[,VersionId]}, keys percent-encoded, without a head line. The host stores it and
 * creates the job with its entity tag, {@link #FORMAT} and {@link #fields}.
 *
 * <p>For a job that copies: a copy that Batch Operations makes overwrites what is in its way, so
 * let it copy only to where nothing else is. It copies nothing that is larger than {@link
 * #MOST_BYTES} or archived. {@link #takes} says what to leave out; that, and what the report says
 * has failed, is moved by {@link dev.chirograph.relocate.Relocator#collect(java.util.Iterator)},
 * which points handles to copies that are there and makes those that are not.
 *
 * <p>Rows are written through as they come. Not safe for use by several threads.
 */
public final class BatchManifest {

  /** The name of this format in the request that creates a job. */
  public static final String FORMAT = "S3BatchOperations_CSV_20180820";

  /**
   * The largest object that the operation Copy takes, in bytes: 5 GiB, as for a single CopyObject.
   */
  public static final long MOST_BYTES = 5L << 30;

  private final OutputStream out;
  private final String bucket;
  private final boolean versions;
  private long rows;

  private BatchManifest(OutputStream out, String bucket, boolean versions) {
    this.out = Objects.requireNonNull(out, "out");
    this.bucket = Objects.requireNonNull(bucket, "bucket");
    this.versions = versions;
  }

  /**
   * A manifest of objects, whose latest versions are worked on.
   *
   * @param out stays open, and is best buffered
   * @param bucket all objects of a manifest are in one
   */
  public static BatchManifest of(OutputStream out, String bucket) {
    return new BatchManifest(out, bucket, false);
  }

  /**
   * A manifest of versions of objects. Batch Operations wants an id in each row.
   *
   * @param out stays open, and is best buffered
   * @param bucket all objects of a manifest are in one
   */
  public static BatchManifest ofVersions(OutputStream out, String bucket) {
    return new BatchManifest(out, bucket, true);
  }

  /**
   * Whether a job can copy the object of a handle. One whose size is not known counts as small: if
   * it is not, the report says that its task has failed.
   */
  public static boolean takes(FileHandle handle) {
    return handle.size().orElse(0) <= MOST_BYTES;
  }

  /** What the columns mean, for the request that creates a job. */
  public List<String> fields() {
    return versions ? List.of("Bucket", "Key", "VersionId") : List.of("Bucket", "Key");
  }

  /**
   * Writes one row.
   *
   * @throws SyncException INVALID_ARGUMENT for another bucket, for a version where the manifest has
   *     none, and for none where it has some; then nothing was written
   * @throws IOException as the stream throws it
   */
  public void add(Location at) throws IOException {
    if (!at.bucket().equals(bucket)) {
      throw SyncException.invalid(
          "a manifest of objects in "
              + bucket
              + " cannot name "
              + at
              + "; write one for each bucket");
    }
    if (at.versionId().isPresent() != versions) {
      throw SyncException.invalid(
          "a manifest names the version of each object, or of none; it cannot name "
              + at
              + (versions ? " without one" : ""));
    }
    String row =
        bucket
            + ','
            + EncodedKeys.encode(at.key())
            + at.versionId().map(id -> ',' + id).orElse("")
            + '\n';
    out.write(row.getBytes(StandardCharsets.UTF_8));
    rows++;
  }

  /** How many rows were written. */
  public long rows() {
    return rows;
  }
}
