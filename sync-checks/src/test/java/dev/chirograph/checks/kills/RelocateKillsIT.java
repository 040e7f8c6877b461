package dev.chirograph.checks.kills;

import static dev.chirograph.checks.kills.RelocateKillsNode.HOME;
import static dev.chirograph.checks.kills.RelocateKillsNode.NAME;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.CloseableIterator;
import dev.chirograph.Key;
import dev.chirograph.checks.kills.RelocateKillsHost.Row;
import dev.chirograph.jdbc.JdbcQueue;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.relocate.Finding;
import dev.chirograph.relocate.Relocator;
import dev.chirograph.s3.S3Bucket;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.S3Server;
import dev.chirograph.servers.Shared;
import dev.chirograph.spi.QueueStatistics.Counts;
import dev.chirograph.spi.SupportsDeadLetters.DeadLetter;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import dev.chirograph.spi.relocate.Allocation;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Vacated;
import dev.chirograph.testkit.Seed;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Two movers in processes of their own are killed at random moments, while their host re-assigns
 * allocations, and adds, shares, overwrites, replaces, deletes and reads files; {@code
 * -Dchirograph.relocateKills=200} says how often. No handle is lost or pointed twice from one
 * state, nothing is removed that a handle needs, and no copy is left over.
 */
class RelocateKillsIT {

  private static final int KILLS = Integer.getInteger("chirograph.relocateKills", 24);

  /** Every repointing, with whether it went to a location that was retired before. */
  private static final List<String> HISTORY =
      List.of(
          "create table history (number bigserial primary key, id bytea, old_etag text,"
              + " new_etag text, old_place text, new_place text, was_retired boolean)",
          """
          create function note_history() returns trigger language plpgsql as $$ begin
            insert into history (id, old_etag, new_etag, old_place, new_place, was_retired)
              select old.id, old.etag, new.etag,
                old.bucket_name || '/' || convert_from(old.key_bytes, 'UTF8'),
                new.bucket_name || '/' || convert_from(new.key_bytes, 'UTF8'),
                exists (select 1 from chirograph_vacated v where v.bucket_name = new.bucket_name
                  and v.key_bytes = new.key_bytes and v.state >= 2);
            return new;
          end $$""",
          "create trigger noted after update on chirograph_file_handle"
              + " for each row execute function note_history()");

  private final Database database = Shared.postgres().newDatabase();
  private final S3Server s3 = Shared.s3Proxy();
  private final S3Client client = RelocateKillsNode.client(s3.endpoint().toString());
  private final RandomGenerator random = Seed.draw().random();
  private final List<String> buckets =
      Stream.concat(Stream.of(HOME), RelocateKillsHost.ALLOCATIONS.stream()).toList();
  private final Node[] nodes = {new Node(), new Node()};

  private RelocateKillsHost host;

  @BeforeEach
  void setUp() throws SQLException {
    JdbcSchema.of(database.dataSource()).install();
    for (String sql : HISTORY) {
      execute(sql);
    }
    buckets.forEach(bucket -> client.createBucket(create -> create.bucket(bucket)));
    for (String name : RelocateKillsHost.ALLOCATIONS) {
      RelocateKillsNode.allocations(database.dataSource())
          .create(Allocation.of(name, name, "alice"));
    }
    host =
        new RelocateKillsHost(database.dataSource(), client, Seed.of(random.nextLong()).random());
  }

  @AfterEach
  void end() {
    for (Node node : nodes) {
      node.kill();
    }
    client.close();
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** A mover, and the process that is it now. */
  private final class Node {
    private Process process;
    private Thread reader;
    private CountDownLatch up = new CountDownLatch(1);

    void start() throws IOException {
      ProcessBuilder builder =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-Xmx128m",
              "-XX:TieredStopAtLevel=1",
              "-Xshare:auto",
              "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
              "-cp",
              System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
              RelocateKillsNode.class.getName(),
              database.jdbcUrl(),
              database.user(),
              s3.endpoint().toString());
      builder.environment().put("DATABASE_PASSWORD", database.password());
      CountDownLatch said = new CountDownLatch(1);
      up = said;
      process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
      BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
      reader = new Thread(() -> output.lines().forEach(line -> said.countDown()), "mover");
      reader.start();
    }

    void awaitUp() throws InterruptedException {
      assertThat(up.await(2, TimeUnit.MINUTES)).as("a mover is up").isTrue();
    }

    void kill() {
      try {
        if (process != null) {
          process.toHandle().destroyForcibly();
          process.waitFor();
          reader.join();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Test
  void killsLoseNoHandleRemoveNothingThatIsNeededAndLeaveNothingOver() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    FutureTask<Integer> edits = new FutureTask<>(() -> edit(over));
    nodes[0].start();
    nodes[1].start();
    new Thread(edits, "host").start();
    try {
      for (int kill = 0; kill < KILLS && !edits.isDone(); kill++) {
        Node victim = nodes[random.nextInt(2)];
        victim.awaitUp();
        TimeUnit.MILLISECONDS.sleep(random.nextInt(random.nextInt(4) == 0 ? 3_000 : 700));
        victim.kill();
        victim.start();
      }
    } finally {
      over.set(true);
    }
    assertEdited(edits);
    for (Node node : nodes) {
      node.kill();
    }
    int drained = drain();
    assertHandles();
    assertHistory();
    assertObjects();
    System.out.println(
        "kills "
            + KILLS
            + ", edits "
            + host.edits()
            + ", files "
            + host.files().size()
            + ", jobs in the end "
            + drained);
  }

  private int edit(AtomicBoolean over) throws SQLException, InterruptedException {
    while (!over.get()) {
      host.act();
      TimeUnit.MILLISECONDS.sleep(10); // the movers are to have something of the machine
    }
    return host.edits();
  }

  private static void assertEdited(FutureTask<Integer> edits) throws Exception {
    try {
      assertThat(edits.get()).as("edits").isGreaterThan(KILLS);
    } catch (ExecutionException e) {
      throw new AssertionError("while files were moved and edited", e.getCause());
    }
  }

  /** Lets one mover that is not killed come to an end, and removes what an audit finds. */
  private int drain() throws InterruptedException {
    int jobs = 0;
    try (Relocator relocator =
        RelocateKillsNode.relocator(database.dataSource(), client, Duration.ZERO)) {
      jobs += quiet(relocator);
      for (String bucket : buckets) {
        relocator.audit(
            bucket,
            S3Bucket.builder(client, bucket).withoutTags().build(),
            finding -> cleanUp(relocator, finding));
      }
      return jobs + quiet(relocator);
    }
  }

  private static void cleanUp(Relocator relocator, Finding finding) {
    if (finding.kind() == Finding.Kind.LEFTOVER) {
      relocator.cleanUp(finding);
    }
    assertThat(finding.kind())
        .as("%s", finding)
        .isIn(Finding.Kind.LEFTOVER, Finding.Kind.ORPHAN, Finding.Kind.LEFT_BEHIND);
  }

  private int quiet(Relocator relocator) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    Vacated vacated = RelocateKillsNode.handles(database.dataSource()).vacated();
    JdbcQueue queue = JdbcQueue.of(database.dataSource(), NAME);
    int jobs = 0;
    while (true) {
      long found = relocator.collect();
      jobs += relocator.drain();
      Counts left = queue.statistics().total();
      assertThat(deadLetters(queue)).isEmpty();
      List<Vacated.Vacancy> pending = vacated.pending(Optional.empty(), 100);
      if (found == 0 && pending.isEmpty() && left.equals(Counts.NONE)) {
        return jobs;
      }
      assertThat(System.nanoTime())
          .as("%s misplaced, %s pending, jobs %s", found, pending, left)
          .isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }

  private static List<DeadLetter> deadLetters(JdbcQueue queue) {
    List<DeadLetter> all = new ArrayList<>();
    try (CloseableIterator<DeadLetter> each = queue.deadLetters(Selection.all())) {
      each.forEachRemaining(all::add);
    }
    return all;
  }

  /** Every handle is there, where its owner's files belong, and so are its bytes. */
  private void assertHandles() throws SQLException {
    Map<String, String> files = new TreeMap<>();
    for (Row row : host.rows()) {
      files.put(row.id(), row.sha256());
      assertThat(host.found(row.at())).as("%s", row).contains(row.sha256());
      RelocateKillsNode.allocations(database.dataSource())
          .placementFor(row.owner())
          .ifPresent(placement -> assertThat(placement.holds(row.at())).as("%s", row).isTrue());
    }
    assertThat(files).isEqualTo(host.files());
  }

  /** No state of a handle was left twice, none came back, and none went where all is over. */
  private void assertHistory() throws SQLException {
    Set<String> left = new HashSet<>();
    Set<String> reached = new HashSet<>();
    Map<String, String> places = new TreeMap<>();
    int moves = 0;
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select * from history order by number")) {
      while (row.next()) {
        String id = new String(row.getBytes("id"), StandardCharsets.UTF_8);
        String event =
            id + " from " + row.getString("old_place") + " to " + row.getString("new_place");
        assertThat(left.add(id + row.getString("old_etag"))).as(event).isTrue();
        assertThat(reached.add(id + row.getString("new_etag"))).as(event).isTrue();
        String before = places.put(id, row.getString("new_place"));
        assertThat(row.getString("old_place"))
            .as(event)
            .isEqualTo(before == null ? row.getString("old_place") : before);
        assertThat(row.getBoolean("was_retired")).as(event).isFalse();
        moves += row.getString("new_etag").startsWith("host-") ? 0 : 1;
      }
    }
    System.out.println("switches " + moves);
    assertThat(moves).as("something was moved at all").isGreaterThan(KILLS);
  }

  /** What no handle refers to is what the host itself let go, and never a copy. */
  private void assertObjects() throws SQLException {
    Set<Location> needed = new HashSet<>();
    host.rows().forEach(row -> needed.add(row.at()));
    List<String> over = new ArrayList<>();
    for (String bucket : buckets) {
      for (S3Object object :
          client.listObjectsV2Paginator(list -> list.bucket(bucket)).contents()) {
        Location at = Location.latest(bucket, Key.utf8(object.key()));
        if (!needed.contains(at)
            && !object.key().startsWith(RelocateKillsNode.PROBES)
            && (isCopy(at) || !host.abandoned().contains(at))) {
          over.add(at + (isCopy(at) ? ", a copy" : ""));
        }
      }
    }
    assertThat(over).as("objects that nobody needs").isEmpty();
  }

  private boolean isCopy(Location at) {
    return client
        .headObject(head -> head.bucket(at.bucket()).key(at.key().text()))
        .metadata()
        .containsKey("chirograph-copy-of");
  }
}
