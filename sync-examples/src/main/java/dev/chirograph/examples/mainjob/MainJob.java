package dev.chirograph.examples.mainjob;

import com.zaxxer.hikari.HikariDataSource;
import dev.chirograph.ObjectState;
import dev.chirograph.Pacing;
import dev.chirograph.Report;
import dev.chirograph.Run;
import dev.chirograph.SyncListener;
import dev.chirograph.SyncListener.ItemResult;
import dev.chirograph.Tally.Count;
import dev.chirograph.examples.mainjob.Meddler.Changes;
import dev.chirograph.examples.tools.Crowd;
import dev.chirograph.examples.tools.LocalFiles;
import dev.chirograph.examples.tools.LocalFiles.LocalFile;
import dev.chirograph.examples.tools.Progress;
import dev.chirograph.examples.tools.Say;
import dev.chirograph.examples.tools.Settings;
import dev.chirograph.examples.tools.Stage;
import dev.chirograph.jdbc.JdbcCatalogue;
import dev.chirograph.jdbc.JdbcQueue;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.jdbc.JdbcState;
import dev.chirograph.reconcile.Reconciler;
import dev.chirograph.reconcile.Scope;
import dev.chirograph.reconcile.Worker;
import dev.chirograph.s3.S3Bucket;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.Shared;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The main job from beginning to end, on this machine: fills a bucket with real files, catalogues
 * it, changes the bucket behind the catalogue's back, plans, reconciles through the queue, and
 * checks without the library that both sides are equal.
 *
 * <p>Takes the system properties that {@link Settings#ofProperties(int)} names. Ends with status 1
 * when anything is not as it should be.
 */
public final class MainJob {

  private static final String BUCKET = "files";
  private static final int FILES = 3_000;
  private static final int MOST_LINES = 10;

  private final Settings settings;
  private final Say say;
  private final Bucket bucket;
  private final HikariDataSource database;
  private boolean sound = true;

  private MainJob(Settings settings, Say say, S3Client s3, HikariDataSource database) {
    this.settings = settings;
    this.say = say;
    this.bucket = new Bucket(s3, BUCKET);
    this.database = database;
  }

  /** Takes no arguments. */
  public static void main(String... args) throws SQLException {
    Stage.endWithBuild();
    if (!run(Settings.ofProperties(FILES))) {
      System.exit(1);
    }
  }

  /** Does it all; answers whether both sides agreed in the end, and the plan with what was done. */
  static boolean run(Settings settings) throws SQLException {
    Say say = new Say(System.out);
    say.line("The main job. Seed %d; -Dseed=%d repeats it.", settings.seed(), settings.seed());
    say.step("Start S3Mock and PostgreSQL");
    CompletableFuture<Void> starting = CompletableFuture.runAsync(Shared::s3Mock);
    Database empty = Shared.postgres().newDatabase();
    starting.join();
    try (S3Client s3 = Shared.s3Mock().clientBuilder().build();
        HikariDataSource database = Stage.pool(empty)) {
      say.line("%s and %s, in %.1f s", Shared.s3Mock().endpoint(), empty.jdbcUrl(), say.seconds());
      return new MainJob(settings, say, s3, database).run();
    }
  }

  private boolean run() throws SQLException {
    JdbcSchema.of(database).install();
    List<LocalFile> files = fill();
    catalogue(files.size());
    Changes changes = meddle(files);
    plan(changes);
    reconcile();
    inspect();
    return sound;
  }

  /** One pair: the bucket is right, its catalogue is brought into agreement. */
  private Reconciler.Builder<ObjectState> pair() {
    // S3Mock lists in another order than S3 does, so the bucket is declared unordered, and sorted.
    S3Bucket source = S3Bucket.builder(bucket.client(), BUCKET).unordered().build();
    return Reconciler.builder(BUCKET, source, JdbcCatalogue.of(database, BUCKET));
  }

  private List<LocalFile> fill() {
    List<LocalFile> files = LocalFiles.choose(settings);
    long bytes = files.stream().mapToLong(LocalFile::size).sum();
    say.step("Fill a bucket with files of " + settings.folder());
    bucket.create();
    try (Progress progress = Progress.of("uploading", files.size(), say.out())) {
      Crowd.each(
          files,
          file -> {
            put(file);
            progress.step();
          });
    }
    say.pace("%,d files, %.1f MiB".formatted(files.size(), bytes / 1048576.0), files.size());
    return files;
  }

  /** Some files get tags, some metadata, some both. */
  private void put(LocalFile file) {
    int kind = Math.floorMod(file.key().hashCode(), 6);
    Map<String, String> tags =
        kind % 2 == 0 ? Map.of("owner", "builder-" + kind, "kept", "yes") : Map.of();
    Map<String, String> metadata =
        kind % 3 == 0 ? Map.of("bytes", Long.toString(file.size())) : Map.of();
    bucket.put(file.key(), file.content(), metadata, tags);
  }

  private void catalogue(int objects) {
    say.step("Catalogue it for the first time, the quick path: no queue, no worker");
    Report report;
    try (Progress progress = Progress.of("cataloguing", objects, say.out())) {
      report = pair().listener(stepping(progress)).build().sync(Scope.all());
    }
    say.line("%s", report);
    require(report.agreed() && report.count(Count.WRITTEN) == objects, "not all was catalogued");
    say.pace("catalogued with content types, metadata and tags", objects);
  }

  private static SyncListener stepping(Progress progress) {
    return new SyncListener() {
      @Override
      public void itemDone(ItemEvent event) {
        progress.step();
      }
    };
  }

  private Changes meddle(List<LocalFile> files) {
    // A bucket's times are whole seconds: what changes within one looks the same in a listing.
    Pacing.system().await(Duration.ofSeconds(1));
    say.step("Change the bucket behind the catalogue's back");
    Changes changes = new Meddler(bucket, files, settings.seed()).meddle();
    say.line(
        "%d added (%d with strange keys), %d overwritten, %d overwritten by the same size,",
        changes.added(), StrangeKeys.all().size(), changes.rewritten(), changes.sameSize());
    say.line(
        "%d with other metadata, %d with other tags, %d deleted",
        changes.described(), changes.retagged(), changes.deleted());
    return changes;
  }

  private void plan(Changes changes) {
    say.step("Plan: the same as a run, without a write");
    PlanPrinter plan = new PlanPrinter();
    Report report = pair().listener(plan).build().plan(Scope.all());
    plan.print(say);
    say.line("planned in %.1f s from %,d listed objects", say.seconds(), listed(report));
    say.line(
        "Not in it: the %d objects with other tags. No listing of a bucket shows tags; an event would",
        changes.retagged());
    say.line("hint at them, and the next step finds them by looking at every object.");
    require(
        plan.count(ItemResult.CREATED) == changes.added()
            && plan.count(ItemResult.UPDATED) == changes.updatesInListings()
            && plan.count(ItemResult.DELETED) == changes.deleted(),
        "the plan is not what was changed");
  }

  private static long listed(Report report) {
    return report.count(Count.SOURCE_LISTED);
  }

  @SuppressWarnings("try") // the worker works by itself
  private void reconcile() {
    say.step("Reconcile through the queue, every object anew (Scope.full)");
    var reconciler =
        pair().queue(JdbcQueue.of(database, BUCKET)).state(JdbcState.of(database)).build();
    try (Worker worker = reconciler.worker().start()) {
      Run run = reconciler.start(Scope.all().full());
      say.line("run %d: %,d jobs enqueued in %.1f s", run.id(), run.enqueued(), say.seconds());
      Report report = watch(run);
      say.line("%s", report);
      require(report.agreed(), "the run did not end in agreement");
      say.pace("reconciled", listed(report));
    }
  }

  private Report watch(Run run) {
    Report report = run.report();
    try (Progress progress = Progress.of("reconciling", run.enqueued(), say.out())) {
      while (!report.phase().ended()) {
        report = run.await(Duration.ofMillis(250));
        Run.Progress now = run.progress();
        progress.at(now.total() - now.remaining(), now.total());
      }
    }
    return report;
  }

  private void inspect() throws SQLException {
    say.step("Check without the library: the bucket by the S3 client, the catalogue by SQL");
    Map<String, Inspection.Facts> inBucket = BucketReader.read(bucket);
    Map<String, Inspection.Facts> inCatalogue = CatalogueReader.read(database, BUCKET);
    List<String> differences = Inspection.differences(inBucket, inCatalogue);
    differences.stream().limit(MOST_LINES).forEach(line -> say.line("%s", line));
    say.line(
        "%,d objects in the bucket, %,d in the catalogue, %,d differences in key, entity tag, size,",
        inBucket.size(), inCatalogue.size(), differences.size());
    say.line("time, content type, metadata and tags (%.1f s)", say.seconds());
    require(differences.isEmpty() && !inBucket.isEmpty(), "the sides differ");
    say.end(sound ? "Both sides are equal." : "FAILED, see above.");
  }

  private void require(boolean condition, String otherwise) {
    if (!condition) {
      say.line("FAILED: %s", otherwise);
      sound = false;
    }
  }
}
