package dev.chirograph.examples.relocation;

import com.zaxxer.hikari.HikariDataSource;
import dev.chirograph.CloseableIterator;
import dev.chirograph.Key;
import dev.chirograph.Pacing;
import dev.chirograph.SyncException;
import dev.chirograph.SyncListener;
import dev.chirograph.examples.relocation.HandleRows.FileRow;
import dev.chirograph.examples.tools.LocalFiles;
import dev.chirograph.examples.tools.LocalFiles.LocalFile;
import dev.chirograph.examples.tools.Say;
import dev.chirograph.examples.tools.Settings;
import dev.chirograph.examples.tools.Stage;
import dev.chirograph.jdbc.JdbcAllocations;
import dev.chirograph.jdbc.JdbcHandles;
import dev.chirograph.jdbc.JdbcQueue;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.jdbc.JdbcState;
import dev.chirograph.relocate.AuditReport;
import dev.chirograph.relocate.Finding;
import dev.chirograph.relocate.Relocation;
import dev.chirograph.relocate.RelocationPlan;
import dev.chirograph.relocate.RelocationReport;
import dev.chirograph.relocate.RelocationReport.Fate;
import dev.chirograph.relocate.Relocator;
import dev.chirograph.relocate.ReportFormat;
import dev.chirograph.s3.S3Bucket;
import dev.chirograph.s3.S3Buckets;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.Shared;
import dev.chirograph.spi.SupportsDeadLetters.DeadLetter;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import dev.chirograph.spi.relocate.Allocation;
import dev.chirograph.spi.relocate.ArchiveRule;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The files of a project follow its cost allocation: given, replaced by another, and taken away,
 * while people go on reading, overwriting, deleting, copying and uploading files. In the end every
 * file is read by other means and compared with what it ought to hold.
 *
 * <p>Takes the system properties that {@link Settings#ofProperties(int)} names. Ends with status 1
 * when anything is not as it should be.
 */
public final class MoveProject {

  private static final String COMMON = "common";
  private static final String PROJECT = "apollo";
  private static final String NEIGHBOUR = "gemini";
  private static final Allocation MOON = Allocation.of("moon", "moon-bucket", "admin");
  private static final Allocation MARS =
      new Allocation("mars", "mars-bucket", "missions/", Optional.empty(), "admin");

  private static final Duration GRACE = Duration.ofSeconds(8);
  private static final Duration HOLD = Duration.ofSeconds(5);
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int FILES = 2_000;
  private static final int READERS = 3;
  private static final double REQUESTS_PER_SECOND = 1_000;
  private static final double BYTES_PER_SECOND = 64 << 20;
  private static final int MOST_LINES = 10;
  private static final int WIDTH = 80;
  private static final double MIB = 1 << 20;
  private static final Optional<String> OWNER = Optional.of(PROJECT);

  private final Settings settings;
  private final Say say;
  private final S3Client s3;
  private final JdbcHandles handles;
  private final JdbcQueue queue;
  private final Relocator relocator;
  private final Ledger ledger = new Ledger();
  private final Set<Key> strays = ConcurrentHashMap.newKeySet();
  private final Host host;
  private final Path folder;
  private boolean sound = true;

  private MoveProject(Settings settings, Say say, S3Client s3, HikariDataSource database)
      throws IOException {
    this.settings = settings;
    this.say = say;
    this.s3 = s3;
    this.folder = Files.createTempDirectory("chirograph-move");
    JdbcSchema.of(database).install();
    this.handles = JdbcHandles.builder(database, Set.of(COMMON)).bucketsOfAllocations().build();
    this.queue = JdbcQueue.of(database, "files");
    this.relocator =
        Relocator.builder(
                "files", handles, JdbcAllocations.of(database, COMMON), buckets(s3), queue)
            .state(JdbcState.of(database))
            .archive(new ArchiveRule.Delete())
            .grace(GRACE)
            .requestsPerSecond(REQUESTS_PER_SECOND)
            .bytesPerSecond(BYTES_PER_SECOND)
            .listener(new Strays())
            .build();
    this.host = new Host(COMMON, database, s3, handles, relocator, ledger);
  }

  /** Hears of objects that a user has written just when their file was moved elsewhere. */
  private final class Strays implements SyncListener {
    @Override
    public void itemDone(ItemEvent event) {
      if (event.result() == ItemResult.UNCHANGED && event.error().isPresent()) {
        strays.add(event.key());
      }
    }
  }

  /** As S3Proxy, which has no tags, and whose conditions let racing writers pass; S3's do not. */
  private static S3Buckets buckets(S3Client s3) {
    return S3Buckets.builder(s3)
        .configure((name, bucket) -> bucket.withoutTags().racyConditions().allowCheckedDeletes())
        .build();
  }

  /** Takes no arguments. */
  public static void main(String... args) throws IOException {
    Stage.endWithBuild();
    if (!run(Settings.ofProperties(FILES))) {
      System.exit(1);
    }
  }

  /** Does it all; answers whether everything was as it should be. */
  static boolean run(Settings settings) throws IOException {
    Say say = new Say(System.out);
    say.line("A project moves. Seed %d; -Dseed=%d repeats it.", settings.seed(), settings.seed());
    say.step("Start S3Proxy and PostgreSQL");
    CompletableFuture<Void> starting = CompletableFuture.runAsync(Shared::s3Proxy);
    Database empty = Shared.postgres().newDatabase();
    starting.join();
    try (S3Client s3 = Shared.s3Proxy().clientBuilder().build();
        HikariDataSource database = Stage.pool(empty)) {
      say.line("%s and %s, in %.1f s", Shared.s3Proxy().endpoint(), empty.jdbcUrl(), say.seconds());
      return new MoveProject(settings, say, s3, database).run();
    }
  }

  private boolean run() throws IOException {
    Users users = fill();
    Readers readers = new Readers(host, s3, ledger, GRACE, HOLD, READERS, settings.seed());
    try (relocator;
        readers) {
      relocator.start();
      giveAllocation(users);
      replaceAllocation(users);
      takeAllocationAway(users);
      awaitArchive();
    }
    audit();
    conclude(readers);
    return sound;
  }

  private Users fill() {
    List<LocalFile> files = LocalFiles.choose(settings);
    say.step("Two projects share a bucket, with files of " + settings.folder());
    s3.createBucket(request -> request.bucket(COMMON));
    Filling filling = new Filling(host, PROJECT, NEIGHBOUR, files);
    filling.upload();
    say.line(
        "%,d files and their previews, %,d handles, %.1f MiB, in %.1f s",
        files.size(),
        ledger.files().size(),
        files.stream().mapToLong(LocalFile::size).sum() / MIB,
        say.seconds());
    say.line(
        "%d readers read from now on, always at addresses that are %d s old",
        READERS, HOLD.toSeconds());
    say.line("plans and reports are in %s", folder);
    return new Users(host, PROJECT, filling.alone(), settings.seed());
  }

  // ---- the three changes of policy

  private void giveAllocation(Users users) throws IOException {
    say.step(PROJECT + " gets the allocation " + MOON.name());
    relocator.pause();
    String bucket = relocator.allocate(PROJECT, MOON).bucket();
    say.line("paused: nothing moves yet, but new files already go to %s", bucket);
    RelocationPlan plan = plan(MOON.name());
    say.line(
        "about %,d requests, and %d s at %,.0f requests a second",
        plan.requests(),
        plan.takes(REQUESTS_PER_SECOND, BYTES_PER_SECOND).toSeconds(),
        REQUESTS_PER_SECOND);
    users.work();
    refused("after a user's change it", () -> relocator.carryOut(OWNER, plan.hash()));
    move(MOON.name(), MOON.bucket(), users);
  }

  private void replaceAllocation(Users users) throws IOException {
    say.step(PROJECT + " gets the allocation " + MARS.name() + " instead");
    relocator.pause();
    relocator.reallocate(PROJECT, MARS);
    move(MARS.name(), MARS.bucket(), users);
    relocator.drop(MOON);
  }

  private void takeAllocationAway(Users users) throws IOException {
    say.step("The allocation is taken away");
    relocator.pause();
    relocator.deallocate(PROJECT);
    refused("dropping " + MARS.name(), () -> relocator.drop(MARS));
    move("back", COMMON, users);
    relocator.drop(MARS);
    long renamed =
        host.rows().stream().filter(row -> row.at().key().toString().endsWith("~2")).count();
    say.line("%,d objects got another name: theirs was retired, and is never used again", renamed);
  }

  /** Plans, carries out what is in the file of the plan, and compares what came of it. */
  private void move(String name, String bucket, Users users) throws IOException {
    plan(name);
    String confirmed = Ledger.hash("SHA-256", Files.readAllBytes(file(name, "plan")));
    say.line("confirmed by its SHA-256, %s...", confirmed.substring(0, 16));
    long begun = System.nanoTime();
    Relocation run = relocator.carryOut(OWNER, confirmed);
    relocator.resume();
    follow(run, users);
    say.line("users: %s", users.done());
    long later = awaitCollected();
    say.line(
        "done in %.1f s; %d more that users had copied meanwhile",
        (System.nanoTime() - begun) / 1e9, later);
    report(name);
    relocator.usage(
        usage ->
            say.line(
                "%s has %,d handles of %,d objects, %.1f MiB",
                usage.allocation().name(), usage.handles(), usage.objects(), usage.bytes() / MIB));
    check(bucket);
  }

  private Path file(String name, String what) {
    return folder.resolve(name + "-" + what + ".csv");
  }

  private RelocationPlan plan(String name) throws IOException {
    Path file = file(name, "plan");
    try (Writer lines = Files.newBufferedWriter(file)) {
      RelocationPlan plan = relocator.plan(OWNER, lines);
      say.line(
          "planned: %,d handles of %,d objects, %.1f MiB, in %s",
          plan.handles(), plan.objects(), plan.bytes() / MIB, file.getFileName());
      return plan;
    }
  }

  private void refused(String what, Runnable action) {
    try {
      action.run();
      require(false, what + " was not refused");
    } catch (SyncException e) {
      say.line("%s is refused: %s", what, shortened(e.summary()));
      require(e.kind() == SyncException.Kind.CONFLICT, what + " was refused otherwise");
    }
  }

  private static String shortened(String text) {
    return text.length() <= WIDTH ? text : text.substring(0, WIDTH - 3) + "...";
  }

  /** Watches a run until it has ended; users work in the midst of it. */
  private void follow(Relocation run, Users users) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    int quarter = 1;
    Relocation.Progress progress = run.progress();
    while (progress.remaining() > 0 && System.nanoTime() < end) {
      if (quarter < 4
          && 4 * (progress.moves() - progress.remaining()) >= quarter * progress.moves()) {
        say.line(
            "%,6d of %,d objects moved, %d s left",
            progress.moves() - progress.remaining(), progress.moves(), progress.eta().toSeconds());
        users.work();
        quarter++;
      }
      Pacing.system().await(LOOK);
      progress = run.progress();
    }
    require(progress.remaining() == 0, progress + " after " + PATIENCE);
  }

  /** What users had copied just before a handle was switched is found by collecting again. */
  private long awaitCollected() {
    long end = System.nanoTime() + PATIENCE.toNanos();
    long first = relocator.collect(PROJECT);
    long left = first;
    while (left > 0 && System.nanoTime() < end) {
      Pacing.system().await(LOOK);
      left = relocator.collect(PROJECT);
    }
    return first;
  }

  private void report(String name) throws IOException {
    Path file = file(name, "report");
    try (Reader plan = Files.newBufferedReader(file(name, "plan"));
        Writer lines = Files.newBufferedWriter(file)) {
      RelocationReport report = relocator.report(plan, ReportFormat.CSV, lines);
      say.line(
          "of the plan %,d moved, %,d gone, %,d failed; each in %s",
          report.count(Fate.MOVED),
          report.count(Fate.GONE),
          report.count(Fate.FAILED),
          file.getFileName());
      require(report.isDone(), "not all that was planned was done");
    }
    try (CloseableIterator<DeadLetter> dead = queue.deadLetters(Selection.all())) {
      dead.forEachRemaining(letter -> require(false, letter.job().key() + ": " + letter.error()));
    }
  }

  // ---- what is left in the end

  private void awaitArchive() {
    say.step("What was left behind is deleted after its grace of " + GRACE.toSeconds() + " s");
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!handles.vacated().pending(Optional.empty(), 1).isEmpty() && System.nanoTime() < end) {
      Pacing.system().await(LOOK);
    }
    for (Allocation allocation : List.of(MOON, MARS)) {
      List<Key> left =
          s3
              .listObjectsV2Paginator(request -> request.bucket(allocation.bucket()))
              .contents()
              .stream()
              .map(object -> Key.utf8(object.key()))
              .toList();
      say.line("%s: %d objects", allocation.bucket(), left.size());
      // Nobody but its user knows what is written to a place after its file has left it.
      require(strays.containsAll(left), allocation.bucket() + " is not empty: " + left);
    }
  }

  private void audit() {
    say.step("Audit: handles, objects and policy are compared, and a tenth is read again");
    for (String bucket : List.of(COMMON, MOON.bucket(), MARS.bucket())) {
      AuditReport report =
          relocator.audit(
              bucket, S3Bucket.builder(s3, bucket).withoutTags().build(), 0.1, finding -> {});
      say.line(
          "%s: %,d handles, %,d objects, %s",
          bucket,
          report.handles(),
          report.objects(),
          report.counts().isEmpty() ? "no findings" : report.counts());
      report.findings().stream().limit(MOST_LINES).forEach(finding -> say.line("%s", finding));
      require(
          report.isSound() && report.count(Finding.Kind.MISPLACED) == 0, "the audit of " + bucket);
    }
  }

  /** Looks at every file by SQL and with the S3 client, without the library. */
  private void check(String bucket) {
    List<FileRow> rows = host.rows();
    List<String> faults =
        HandleCheck.faults(ledger, rows, Map.of(PROJECT, bucket, NEIGHBOUR, COMMON), s3);
    faults.stream().limit(MOST_LINES).forEach(fault -> say.line("%s", fault));
    say.line(
        "checked without the library: %,d handles, %d faults in bucket, preview, size, MD5, SHA-256",
        rows.size(), faults.size());
    require(faults.isEmpty() && !rows.isEmpty(), "not every file is right");
  }

  private void conclude(Readers readers) {
    say.step("The readers");
    readers.failures().stream().limit(MOST_LINES).forEach(failure -> say.line("%s", failure));
    say.line(
        "%,d reads, %,d of them where the file was no more; %d failed",
        readers.reads(), readers.moved(), readers.failures().size());
    require(readers.failures().isEmpty() && readers.moved() > 0, "not every read was right");
    say.end(sound ? "Every file is right, and where it belongs." : "FAILED, see above.");
  }

  private void require(boolean condition, String otherwise) {
    if (!condition) {
      say.line("FAILED: %s", otherwise);
      sound = false;
    }
  }
}
