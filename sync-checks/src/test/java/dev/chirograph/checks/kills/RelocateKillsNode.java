package dev.chirograph.checks.kills;

import dev.chirograph.RetryPolicy;
import dev.chirograph.jdbc.JdbcAllocations;
import dev.chirograph.jdbc.JdbcHandles;
import dev.chirograph.jdbc.JdbcQueue;
import dev.chirograph.jdbc.JdbcState;
import dev.chirograph.relocate.Relocator;
import dev.chirograph.s3.S3Buckets;
import dev.chirograph.servers.Database;
import dev.chirograph.spi.relocate.ArchiveRule;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import javax.sql.DataSource;
import software.amazon.awssdk.services.s3.S3Client;

/** A mover that collects, copies, switches and removes until it is killed. */
final class RelocateKillsNode {

  static final String NAME = "relocation";

  /** Where files of no allocation are. */
  static final String HOME = "home";

  /** What objects of probes begin with, which a kill leaves behind. */
  static final String PROBES = "probe/";

  static final int PART = 5 << 20;

  /** What a killed mover held is taken by others; that says nothing about a file. */
  private static final RetryPolicy RETRIES =
      RetryPolicy.builder()
          .pauses(Duration.ofMillis(100), Duration.ofSeconds(1))
          .attempts(10_000)
          .build();

  private RelocateKillsNode() {}

  /** Takes the database, its user, and the endpoint of S3. */
  public static void main(String... args) throws InterruptedException {
    Database database = new Database(args[0], args[1], System.getenv("DATABASE_PASSWORD"));
    Relocator relocator = relocator(database.dataSource(), client(args[2]), Duration.ofMillis(700));
    relocator.start();
    System.out.println("up");
    Thread.currentThread().join();
  }

  static S3Client client(String endpoint) {
    return LogKillsNode.client(URI.create(endpoint));
  }

  static S3Buckets buckets(S3Client client) {
    return S3Buckets.builder(client)
        .configure(
            (bucket, blobs) ->
                blobs
                    .withoutTags()
                    .allowCheckedDeletes()
                    .probePrefix(PROBES)
                    .copyLimit(PART)
                    .copyPartBytes(PART)
                    .partsPerStep(1))
        .build();
  }

  static JdbcHandles handles(DataSource source) {
    return JdbcHandles.builder(source, Set.of(HOME)).bucketsOfAllocations().build();
  }

  static JdbcAllocations allocations(DataSource source) {
    return JdbcAllocations.of(source, HOME);
  }

  static Relocator relocator(DataSource source, S3Client client, Duration grace) {
    return Relocator.builder(
            NAME, handles(source), allocations(source), buckets(client), JdbcQueue.of(source, NAME))
        .state(JdbcState.of(source))
        .archive(new ArchiveRule.Delete())
        .grace(grace)
        .collectEvery(Duration.ofMillis(300))
        .concurrency(3)
        .lease(Duration.ofSeconds(2))
        .retries(RETRIES)
        .build();
  }
}
