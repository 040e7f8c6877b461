package dev.chirograph.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.jdbc.JdbcAllocations;
import dev.chirograph.jdbc.JdbcHandleTable;
import dev.chirograph.jdbc.JdbcHandles;
import dev.chirograph.jdbc.JdbcQueue;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.jdbc.JdbcState;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.memory.MemoryBuckets;
import dev.chirograph.relocate.AuditReport;
import dev.chirograph.relocate.Finding;
import dev.chirograph.relocate.Relocation;
import dev.chirograph.relocate.RelocationPlan;
import dev.chirograph.relocate.RelocationReport;
import dev.chirograph.relocate.Relocator;
import dev.chirograph.relocate.ReportFormat;
import dev.chirograph.relocate.Usage;
import dev.chirograph.s3.batch.BatchManifest;
import dev.chirograph.servers.Database;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import dev.chirograph.spi.relocate.Allocation;
import dev.chirograph.spi.relocate.ArchiveRule;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Placement;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** The lines of README and of the guide to relocation, on H2 and buckets in memory. */
class RelocationGuideTest {

  private final DataSource dataSource = database("relocation");
  private final MemoryBuckets buckets = MemoryBuckets.of(MemoryBlobStore::of);
  private final Allocation allocation = Allocation.of("grant-12", "grant-12-bucket", "admin");

  @Test
  void aProjectIsMoved() throws Exception {
    JdbcSchema.of(dataSource).install();
    JdbcHandles handles =
        JdbcHandles.builder(dataSource, Set.of("common")).bucketsOfAllocations().build();
    JdbcAllocations allocations = JdbcAllocations.of(dataSource, "common");
    JdbcQueue queue = JdbcQueue.of(dataSource, "files");
    try (Relocator relocator =
        Relocator.builder("files", handles, allocations, buckets, queue)
            .state(JdbcState.of(dataSource))
            .archive(new ArchiveRule.Tag(Map.of("archived", "yes")))
            .grace(Duration.ofDays(7))
            .build()) {
      buckets.create("common");
      Location location = Location.latest("common", Key.utf8("a"));
      buckets.open("common").put(location.key(), "content".getBytes(UTF_8));
      add(handles, "1", location);
      add(handles, "2", location);

      planned(relocator);

      String bucket = relocator.placementFor("project-7").map(Placement::bucket).orElse("common");
      assertThat(bucket).isEqualTo("grant-12-bucket");
      assertThat(handles.find(List.of(Key.utf8("1"), Key.utf8("2"))))
          .allMatch(handle -> handle.orElseThrow().at().bucket().equals(bucket));
      looksAfterwards(relocator);
      assertThat(queue.replay(Selection.scope("files"))).isZero();
    }
  }

  private void planned(Relocator relocator) {
    StringBuilder csv = new StringBuilder();
    StringBuilder lines = new StringBuilder();

    relocator.pause();
    relocator.allocate("project-7", allocation);
    RelocationPlan plan = relocator.plan(Optional.of("project-7"), csv);
    Duration estimate = plan.takes(500, 50e6);
    manifest(relocator);

    Relocation run = relocator.carryOut(Optional.of("project-7"), plan.hash());
    relocator.resume();
    relocator.drain();
    Relocation.Progress progress = run.progress();
    RelocationReport report =
        relocator.report(new StringReader(csv.toString()), ReportFormat.CSV, lines);

    assertThat(plan.handles()).isEqualTo(2);
    assertThat(estimate).isPositive();
    assertThat(progress.remaining()).isZero();
    assertThat(relocator.relocation(run.id()).progress().moves()).isEqualTo(1);
    assertThat(report.count(RelocationReport.Fate.MOVED)).isEqualTo(2);
  }

  private static void manifest(Relocator relocator) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BatchManifest manifest = BatchManifest.of(out, "common");
    relocator.misplaced(
        Optional.of("project-7"),
        handle -> {
          try {
            manifest.add(handle.at());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    assertThat(out.toString(UTF_8)).isEqualTo("common,a\ncommon,a\n");
  }

  private void looksAfterwards(Relocator relocator) {
    List<Finding> findings = new ArrayList<>();
    List<Usage> usages = new ArrayList<>();
    AuditReport audit =
        relocator.audit(
            "grant-12-bucket", buckets.open("grant-12-bucket").asReplica(), 0.01, findings::add);
    relocator.usage(usages::add);

    assertThat(audit.isSound()).isTrue();
    assertThat(findings).isEmpty();
    assertThat(usages).containsExactly(new Usage(allocation, 2, 1, 7, 0));
    relocator.deallocate("project-7");
    relocator.drain();
    relocator.drop(allocation);
    assertThat(relocator.collect(List.<Location>of().iterator())).isZero();
  }

  /** As the rules for hosts say. */
  private void add(JdbcHandles handles, String id, Location location) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      handles.claim(connection, location);
      insertRow(connection, id, location);
      connection.commit();
    }
  }

  private static void insertRow(Connection connection, String id, Location location)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into chirograph_file_handle (id, etag, project_id, created_by, created_on,"
                + " content_size, bucket_name, key_bytes)"
                + " values (?, 'e', 'project-7', 'me', 0, 7, ?, ?)")) {
      insert.setBytes(1, id.getBytes(UTF_8));
      insert.setString(2, location.bucket());
      insert.setBytes(3, location.key().toBytes());
      insert.executeUpdate();
    }
  }

  @Test
  void aTableOfTheHostsOwnIsBound() throws SQLException {
    DataSource own = database("own-handles-guide");
    try (Connection connection = own.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "create table document (id bigint primary key, revision bigint not null,"
              + " team varchar(50), bucket varchar(63), path varchar(500), length bigint)");
      statement.execute("insert into document values (1, 1, 'sales', 'attic', 'offer.txt', 8)");
    }
    JdbcSchema.of(own).only(JdbcSchema.Component.VACATED).install();
    JdbcHandleTable table =
        JdbcHandleTable.named("DOCUMENT")
            .id("ID")
            .etag("REVISION")
            .owner("TEAM")
            .bucket("BUCKET")
            .key("PATH")
            .size("LENGTH")
            .build();

    JdbcHandles handles = JdbcHandles.builder(own, Set.of("attic")).table(table).build();

    assertThat(handles.find(List.of(Key.utf8("1"))).get(0).orElseThrow().at())
        .isEqualTo(Location.latest("attic", Key.utf8("offer.txt")));
  }

  private static DataSource database(String name) {
    return new Database("jdbc:h2:mem:guide-" + name + ";DB_CLOSE_DELAY=-1", "sa", "").dataSource();
  }
}
