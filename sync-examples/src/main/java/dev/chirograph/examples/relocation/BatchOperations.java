package dev.chirograph.examples.relocation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.chirograph.CloseableIterator;
import dev.chirograph.Key;
import dev.chirograph.examples.relocation.HandleRows.FileRow;
import dev.chirograph.jdbc.JdbcAllocations;
import dev.chirograph.jdbc.JdbcHandles;
import dev.chirograph.jdbc.JdbcQueue;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.relocate.Relocator;
import dev.chirograph.s3.S3Buckets;
import dev.chirograph.s3.batch.BatchManifest;
import dev.chirograph.s3.batch.BatchReport;
import dev.chirograph.s3.batch.BatchResult;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.Shared;
import dev.chirograph.spi.relocate.Allocation;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Location;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * S3 Batch Operations copy what they can, and handles are switched one by one from their report.
 * What is too large for them, and what failed there, goes through copies of our own.
 *
 * <p>S3 Batch Operations themselves are played by {@link BatchStandIn}; all files are what S3 reads
 * and writes.
 */
public final class BatchOperations {

  private static final String COMMON = "batch-common";
  private static final String PROJECT = "apollo";
  private static final String JOBS = "batch-jobs";
  private static final String MANIFEST = "manifests/job-1.csv";
  private static final Allocation MOON = Allocation.of("moon", "batch-moon", "admin");
  private static final int FILES = 40;

  /** In place of 5 GB, beyond which S3 Batch Operations copy nothing. */
  private static final long LIMIT = 10_000;

  private final S3Client s3;
  private final S3Buckets buckets;
  private final JdbcAllocations allocations;
  private final Relocator relocator;
  private final Ledger ledger = new Ledger();
  private final Host host;

  private BatchOperations(S3Client s3, DataSource database) {
    JdbcSchema.of(database).install();
    JdbcHandles handles =
        JdbcHandles.builder(database, Set.of(COMMON)).bucketsOfAllocations().build();
    this.s3 = s3;
    this.buckets =
        S3Buckets.builder(s3)
            .configure((name, bucket) -> bucket.withoutTags().racyConditions())
            .build();
    this.allocations = JdbcAllocations.of(database, COMMON);
    JdbcQueue queue = JdbcQueue.of(database, "files");
    this.relocator = Relocator.builder("files", handles, allocations, buckets, queue).build();
    this.host = new Host(COMMON, database, s3, handles, relocator, ledger);
  }

  /**
   * Takes no arguments; starts S3Proxy.
   *
   * @throws IllegalStateException when a file is not right in the end
   */
  public static void main(String... args) throws IOException {
    DataSource database =
        new Database("jdbc:h2:mem:batch;DB_CLOSE_DELAY=-1", "sa", "").dataSource();
    try (S3Client s3 = Shared.s3Proxy().clientBuilder().build()) {
      new BatchOperations(s3, database).run();
    }
  }

  private void run() throws IOException {
    buckets.create(COMMON);
    buckets.create(JOBS);
    for (int i = 0; i < FILES; i++) {
      String content = ("file " + i + "; ").repeat(i % 10 == 3 ? 2_000 : 10);
      host.upload("file-" + i, PROJECT, "a folder/file " + i, content.getBytes(UTF_8), null);
    }
    host.share("file-0", "copy-of-file-0", PROJECT);

    // The policy alone: new files go to the new bucket, and none is moved yet.
    buckets.create(MOON.bucket());
    allocations.create(MOON);
    allocations.assign(PROJECT, MOON.name());

    long listed = writeManifest();
    System.out.printf("manifest: %d objects, each of at most %,d bytes%n", listed, LIMIT);
    String report = new BatchStandIn(s3, JOBS).copy(MANIFEST, MOON.bucket());
    List<Location> copied = readReport(report);

    System.out.println("asked for from the report: " + relocator.collect(copied.iterator()));
    relocator.drain();
    System.out.println("switched to copies of the batch job: " + arrived());
    System.out.println("asked for from the policy: " + relocator.collect(PROJECT));
    relocator.drain();
    System.out.println("switched in all: " + arrived());
    relocator.close();
    check(copied);
  }

  /** One row for each object, however many handles refer to it. */
  private long writeManifest() throws IOException {
    Set<Location> small = new LinkedHashSet<>();
    relocator.misplaced(
        Optional.of(PROJECT),
        handle -> {
          if (isSmall(handle)) {
            small.add(handle.at());
          }
        });
    ByteArrayOutputStream rows = new ByteArrayOutputStream();
    BatchManifest manifest = BatchManifest.of(rows, COMMON);
    for (Location at : small) {
      manifest.add(at);
    }
    s3.putObject(
        request -> request.bucket(JOBS).key(MANIFEST), RequestBody.fromBytes(rows.toByteArray()));
    return manifest.rows();
  }

  private static boolean isSmall(FileHandle handle) {
    return handle.size().isPresent() && handle.size().getAsLong() <= LIMIT;
  }

  private List<Location> readReport(String key) {
    List<Location> copied = new ArrayList<>();
    BatchReport report = BatchReport.open(buckets.open(JOBS), Key.utf8(key));
    try (CloseableIterator<BatchResult> results = report.results()) {
      while (results.hasNext()) {
        BatchResult result = results.next();
        if (result.succeeded()) {
          copied.add(result.at());
        } else {
          System.out.printf(
              "  failed: %s, %s%n", result.at(), result.errorCode().orElse(result.message()));
        }
      }
    }
    System.out.printf("report: %d objects were copied%n", copied.size());
    return copied;
  }

  private long arrived() {
    return host.rows().stream().filter(row -> row.at().bucket().equals(MOON.bucket())).count();
  }

  /** Reads every file by other means; copies of the batch job must have been taken as they are. */
  private void check(List<Location> copied) {
    List<FileRow> rows = host.rows();
    List<String> faults =
        new ArrayList<>(HandleCheck.faults(ledger, rows, Map.of(PROJECT, MOON.bucket()), s3));
    for (Location at : copied) {
      String key = at.key().text();
      if (!s3.headObject(head -> head.bucket(MOON.bucket()).key(key)).metadata().isEmpty()) {
        faults.add(key + " was copied twice");
      }
    }
    if (!faults.isEmpty()) {
      throw new IllegalStateException("not right: " + faults);
    }
    System.out.printf("All %d files are right, and none was copied twice.%n", rows.size());
  }
}
