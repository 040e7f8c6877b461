package dev.chirograph.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.chirograph.Evidence;
import dev.chirograph.jdbc.JdbcCatalogue;
import dev.chirograph.jdbc.JdbcQueue;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.jdbc.JdbcState;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.memory.MemoryReplica;
import dev.chirograph.s3.S3Blobs;
import dev.chirograph.s3.S3Bucket;
import dev.chirograph.servers.CephServer;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.S3Server;
import dev.chirograph.servers.Shared;
import dev.chirograph.spi.QueueCapabilities;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.StoreCapabilities;
import dev.chirograph.spi.SupportsDeadLetters;
import dev.chirograph.spi.SupportsRuns;
import dev.chirograph.spi.SupportsTransaction;
import dev.chirograph.spi.SupportsWakeup;
import dev.chirograph.spi.WorkQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;

/**
 * {@code docs/guarantees.md} says of each backend what its capabilities say. With {@code
 * -Dchirograph.print-guarantees} the rows are printed, to be put there.
 */
class GuaranteesIT {

  private static final Path PAGE = Documents.ROOT.resolve("docs/guarantees.md");

  @TempDir Path folder;

  @Test
  void memory() throws IOException {
    MemoryBackend backend = MemoryBackend.create();
    check(
        List.of(
            store("memory: `MemoryReplica.ofObjects`", MemoryReplica.ofObjects().capabilities()),
            store("memory: `MemoryBlobStore`", MemoryBlobStore.of("b").capabilities()),
            store(
                "memory: `MemoryBlobStore`, versioned",
                MemoryBlobStore.builder("b").versioned().build().capabilities()),
            queue("memory: `MemoryQueue`", backend.queue("t", "q")),
            state("memory: `MemoryState`", backend.state("t"))));
  }

  @Test
  void postgresql() throws IOException {
    check(jdbc("PostgreSQL", Shared.postgres().newDatabase()));
  }

  @Test
  void mariadb() throws IOException {
    check(jdbc("MariaDB", Shared.mariaDb().newDatabase()));
  }

  @Test
  void h2() throws IOException {
    check(jdbc("H2", new Database("jdbc:h2:" + folder.resolve("h2"), "sa", "")));
  }

  @Test
  void sqlite() throws IOException {
    check(jdbc("SQLite", new Database("jdbc:sqlite:" + folder.resolve("sqlite.db"), "", "")));
  }

  @Test
  void s3Mock() throws IOException {
    check(s3("S3Mock 5.2.0", Shared.s3Mock(), Set.of(Trait.RACY)));
  }

  @Test
  void s3Proxy() throws IOException {
    check(s3("S3Proxy 4.1.0", Shared.s3Proxy(), Set.of(Trait.RACY, Trait.VERSIONS)));
  }

  @Test
  void ceph() throws IOException {
    assumeThat(CephServer.isAvailable()).as("a Ceph gateway").isTrue();
    check(s3("Ceph 16.2", Shared.ceph(), Set.of(Trait.VERSIONS)));
  }

  private static List<String> jdbc(String name, Database database) {
    DataSource dataSource = database.dataSource();
    JdbcSchema.of(dataSource).install();
    return List.of(
        store(name + ": `JdbcCatalogue`", JdbcCatalogue.of(dataSource, "b").capabilities()),
        queue(name + ": `JdbcQueue`", JdbcQueue.of(dataSource, "q")),
        state(name + ": `JdbcState`", JdbcState.of(dataSource)));
  }

  /** What a probe does not tell of a server. */
  private enum Trait {
    VERSIONS,
    RACY
  }

  private static List<String> s3(String name, S3Server server, Set<Trait> traits) {
    List<String> rows = new ArrayList<>();
    try (S3Client client = server.clientBuilder().httpClient(Apache5HttpClient.create()).build()) {
      client.createBucket(b -> b.bucket("guarantees"));
      rows.addAll(buckets(name, client, "guarantees", traits));
      if (traits.contains(Trait.VERSIONS)) {
        client.createBucket(b -> b.bucket("guarantees-versioned"));
        client.putBucketVersioning(
            v ->
                v.bucket("guarantees-versioned")
                    .versioningConfiguration(c -> c.status(BucketVersioningStatus.ENABLED)));
        rows.addAll(buckets(name + ", versioned", client, "guarantees-versioned", traits));
      }
    }
    return rows;
  }

  private static List<String> buckets(
      String name, S3Client client, String bucket, Set<Trait> traits) {
    S3Bucket.Builder view = S3Bucket.builder(client, bucket).versionsAsConfigured().probe("probe/");
    S3Blobs.Builder blobs = S3Blobs.builder(client, bucket);
    if (traits.contains(Trait.RACY)) {
      view.racyConditions();
      blobs.racyConditions();
    }
    return List.of(
        store(name + ": `S3Bucket`", view.build().capabilities()),
        store(name + ": `S3Blobs`", blobs.build().capabilities()));
  }

  private static String store(String name, StoreCapabilities can) {
    return row(
        name,
        text(can.puts()),
        text(can.deletes()),
        yes(can.deletesUndoable()),
        yes(can.ordered()),
        (can.keepsTombstones() ? "keeps " : "") + (can.listsTombstones() ? "lists" : ""),
        can.evidence().stream()
            .sorted()
            .map(Evidence.Fact::name)
            .map(fact -> fact.toLowerCase(Locale.ROOT).replace('_', ' '))
            .collect(Collectors.joining(", ")),
        Integer.toString(can.maxBatch()));
  }

  private static String queue(String name, WorkQueue queue) {
    QueueCapabilities can = queue.capabilities();
    return row(
        name,
        text(can.uniqueness()),
        yes(can.fenced()),
        yes(can.serialPerKey()),
        yes(can.durable()),
        yes(queue instanceof SupportsRuns),
        yes(queue instanceof SupportsDeadLetters),
        yes(queue instanceof SupportsWakeup),
        yes(queue instanceof SupportsTransaction<?>),
        Integer.toString(can.maxBatch()));
  }

  private static String state(String name, StateStore state) {
    return row(name, Integer.toString(state.maxValueBytes()));
  }

  private static String row(String... cells) {
    return "| " + String.join(" | ", cells).replace("  ", " ") + " |";
  }

  private static String text(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static String yes(boolean value) {
    return value ? "yes" : "no";
  }

  private static void check(List<String> rows) throws IOException {
    if (Boolean.getBoolean("chirograph.print-guarantees")) {
      rows.forEach(System.out::println);
      return;
    }
    assertThat(Files.readAllLines(PAGE)).containsAll(rows);
  }
}
