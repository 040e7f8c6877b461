package dev.chirograph.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Digest;
import dev.chirograph.Environment;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.memory.MemoryTables;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.table.Certificate;
import dev.chirograph.table.TableOptions;
import dev.chirograph.table.TableReport;
import dev.chirograph.table.TableReport.Compared;
import dev.chirograph.table.TableSync;
import dev.chirograph.testkit.Seed;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One schedule: edits, runs that are disturbed, and a time of rest, in which all becomes equal. */
final class TableStorm implements TableProcess.Disturbance {

  private static final Duration LEASE = Duration.ofMinutes(2);
  private static final Duration EVERY = Duration.ofHours(1);
  private static final Duration NEVER = Duration.ofDays(1_000);

  private final RandomGenerator random;
  private final Consumer<String> trace;
  private final TableTerms terms;
  private final TableWorld world;
  private final TableEdits edits;
  private final Map<String, Long> fences = new HashMap<>();
  private @Nullable Map<String, MemoryTable.Backup> backup;
  private @Nullable Map<String, MemoryTable.Backup> cloudBackup;
  private boolean resting;
  private boolean nested;

  TableStorm(Seed seed, Consumer<String> trace) {
    this.random = seed.random(1);
    this.trace = trace;
    this.terms = TableTerms.draw(seed.random(0));
    this.world = new TableWorld(terms);
    this.edits = new TableEdits(world, seed.random(2), trace);
  }

  /** How often everything happened. */
  Map<TableHappening, Long> run() {
    trace.accept(terms.toString());
    for (int i = random.nextInt(40); i > 0; i--) {
      edits.edit();
    }
    for (int step = 3 + random.nextInt(12); step > 0; step--) {
      for (int i = random.nextInt(8); i > 0; i--) {
        edits.edit();
      }
      if (random.nextInt(2) == 0) {
        edits.commit();
      }
      befall();
      work(terms.company() && random.nextInt(3) == 0 ? "b" : "a");
    }
    rest();
    return world.counts();
  }

  // ---- what befalls both sides between runs

  private void befall() {
    if (terms.tampering() && random.nextInt(4) == 0) {
      edits.tamper();
    }
    if (terms.losses() && random.nextInt(8) == 0) {
      world.loseState();
      told(TableHappening.LOST_STATE, "");
    }
    if (terms.restores()) {
      restores();
    }
    if (terms.strangers()) {
      strangers();
    }
    world.clock.advance(Duration.ofSeconds(1 + random.nextInt(600)));
    if (random.nextInt(6) == 0) {
      world.clock.advance(EVERY);
    }
  }

  private void restores() {
    if (random.nextInt(4) == 0) {
      backup = backups(world.office::rows);
    }
    if (random.nextInt(6) == 0) {
      cloudBackup = backups(world.cloud::table);
    }
    if (backup != null && random.nextInt(7) == 0) {
      boolean noticed = random.nextBoolean();
      String life =
          noticed ? world.newLife() : world.office.rows(TableWorld.PARENT).info().incarnation();
      world.office.open().clear();
      restore(backup, world.office::rows, life);
      edits.wentBack();
      told(TableHappening.SOURCE_RESTORE, life);
    }
    if (cloudBackup != null && random.nextInt(10) == 0) {
      restore(cloudBackup, world.cloud::table, "cloud");
      told(TableHappening.REPLICA_RESTORE, "");
    }
  }

  private Map<String, MemoryTable.Backup> backups(Function<String, MemoryTable> tables) {
    Map<String, MemoryTable.Backup> all = new HashMap<>();
    world.names.forEach(name -> all.put(name, tables.apply(name).backup()));
    return all;
  }

  private static void restore(
      Map<String, MemoryTable.Backup> backups, Function<String, MemoryTable> tables, String life) {
    backups.forEach((name, one) -> tables.apply(name).restore(one, life));
  }

  private void strangers() {
    if (world.office.stranger != null) {
      world.office.stranger = null;
    } else if (random.nextInt(6) == 0) {
      MemoryTables other = world.another();
      world.names.forEach(name -> edits.fill(other.table(name), name));
      world.office.stranger = other;
      told(TableHappening.STRANGER, "");
    }
  }

  private void told(TableHappening what, Object more) {
    world.count(what);
    trace.accept("  " + what + " " + more);
  }

  // ---- what befalls a process at its calls

  @Override
  public void before(TableProcess process, String call) {
    if (resting) {
      return;
    }
    int dice = random.nextInt(1_000);
    if (dice < terms.kills()) {
      told(TableHappening.KILL, "of " + process.agent + " before " + call);
      process.die();
    }
    if (random.nextInt(1_000) < terms.edits()) {
      process.disturb();
      edits.edit();
      if (random.nextBoolean()) {
        edits.commit();
      }
    }
    if (terms.company() && random.nextInt(100) == 0) {
      company(process);
    }
    if (!world.detained.isEmpty() && random.nextInt(10) == 0) {
      process.disturb();
      world.detained.remove(0).run();
    }
    fail(process, call, TableHappening.FAILURE);
  }

  @Override
  public boolean detains(TableProcess process, String call) {
    if (resting || random.nextInt(1_000) >= terms.trouble()) {
      return false;
    }
    process.disturb();
    told(TableHappening.DETAINED_WRITE, call);
    return true;
  }

  @Override
  public void after(TableProcess process, String call) {
    if (resting) {
      return;
    }
    if (random.nextInt(1_000) < terms.kills()) {
      told(TableHappening.KILL, "of " + process.agent + " after " + call);
      process.die();
    }
    fail(process, call, TableHappening.LOST_REPLY);
  }

  private void fail(TableProcess process, String call, TableHappening how) {
    if (random.nextInt(1_000) < terms.trouble()) {
      process.disturb();
      told(how, call);
      throw new SyncException(Kind.UNAVAILABLE, how + " of " + call);
    }
  }

  /** It pauses, and meanwhile another one works. */
  private void company(TableProcess process) {
    if (nested) {
      return;
    }
    process.disturb();
    nested = true;
    if (random.nextBoolean()) {
      told(TableHappening.PAUSE, process.agent);
      world.clock.advance(LEASE.plusSeconds(1));
    }
    told(TableHappening.NESTED_AGENT, "");
    work(process.agent.equals("a") ? "b" : "a");
    nested = false;
  }

  // ---- runs

  private TableSync.Builder engine(TableProcess process, DeleteLimit limit) {
    Environment environment =
        world.clock.environment().withRandom(random).withThreads(TableStorm::inline);
    TableSync.Builder builder =
        TableSync.builder("office", process.source(), process.replica(), process.state())
            .agent(process.agent)
            .lease(LEASE)
            .compareEvery(terms.appends() ? NEVER : EVERY)
            .batch(terms.batch(), 1 << 20, Duration.ofSeconds(2))
            .environment(environment);
    TableOptions options = TableOptions.standard().withDeletes(limit);
    world.names.forEach(name -> builder.table(name, options));
    return builder;
  }

  /** What is begun is done before anything else happens. */
  static Thread inline(Runnable work) {
    return new Thread(work) {
      @Override
      public synchronized void start() {
        work.run();
      }
    };
  }

  private void work(String agent) {
    boolean whole = !terms.appends() && random.nextInt(4) == 0;
    trace.accept((whole ? "verify by " : "run by ") + agent);
    world.count(whole ? TableHappening.VERIFY : TableHappening.RUN);
    TableProcess process = new TableProcess(agent, world, fences, this);
    Map<String, Long> extra = new HashMap<>();
    world.names.forEach(name -> extra.put(name, onlyInReplica(name)));
    List<TableReport> reports;
    try {
      TableSync engine = engine(process, DeleteLimit.of(terms.most(), 1)).build();
      reports = whole ? engine.verify() : engine.run();
    } catch (SyncException | TableProcess.Killed e) {
      expect(process, e);
      return;
    }
    if (!process.isDead()) {
      reports.forEach(report -> check(process, report, whole, extra.get(report.table())));
    }
  }

  private static void expect(TableProcess process, Throwable error) {
    if (error instanceof SyncException e && !process.isDead()) {
      assertThat(e.kind()).as("%s", e).isNotEqualTo(Kind.UNEXPECTED);
    } else if (!process.isDead()) {
      throw new AssertionError("nobody killed it", error);
    }
  }

  private long onlyInReplica(String table) {
    Set<RowKey> known = new HashSet<>();
    MemoryTables stranger = world.office.stranger;
    MemoryTable source = stranger == null ? world.office.rows(table) : stranger.table(table);
    source.all().forEach(row -> known.add(row.key()));
    return world.cloud.table(table).all().stream()
        .filter(row -> !known.contains(row.key()))
        .count();
  }

  private void check(TableProcess process, TableReport report, boolean whole, long extra) {
    trace.accept("  " + report);
    world.count(TableHappening.SENT, report.sent());
    world.count(TableHappening.MENDED, report.mended());
    world.count(TableHappening.DELETED, report.deleted());
    world.count(TableHappening.HELD_BACK, report.heldBack());
    world.count(TableHappening.QUARANTINED, report.quarantined());
    report.failure().ifPresent(e -> expect(process, e));
    if (isRefused(report)) {
      world.count(TableHappening.REFUSED_SOURCE);
      assertThat(process.hasWritten(report.table()))
          .as("%s was written to from a source that was refused", report.table())
          .isFalse();
    }
    if (report.compared() == Compared.ALL) {
      report.certificate().ifPresent(one -> certified(process, report.table(), one));
    }
    if (process.isQuiet() && whole && report.failure().isEmpty()) {
      verified(process, report, extra);
    }
  }

  /** Whether the source was taken for another database. */
  private static boolean isRefused(TableReport report) {
    return report
        .failure()
        .filter(e -> String.valueOf(e.getMessage()).contains("adopt it"))
        .isPresent();
  }

  // ---- what has to be true

  private MemoryTable source(String table) {
    MemoryTables stranger = world.office.stranger;
    return stranger == null ? world.office.rows(table) : stranger.table(table);
  }

  private void certified(TableProcess process, String table, Certificate certificate) {
    world.count(TableHappening.CERTIFIED);
    assertThat(terms.lag()).as("%s is certified by a guess", table).isFalse();
    assertThat(certificate.horizon())
        .as("horizon of the certificate of %s", table)
        .isLessThanOrEqualTo(process.horizon(table).orElseThrow());
    if (process.isQuiet() && !certificate.at().isBefore(process.begun)) {
      assertThat(upTo(world.cloud.table(table), certificate.horizon()))
          .as("%s is certified up to %s", table, certificate.horizon())
          .isEqualTo(upTo(source(table), certificate.horizon()));
      assertThat(certificate.incarnation()).isEqualTo(source(table).info().incarnation());
    }
  }

  private void verified(TableProcess process, TableReport report, long extra) {
    String table = report.table();
    boolean empty = source(table).size() == 0;
    if (extra > terms.most() || (empty && extra > 0)) {
      assertThat(process.deleted(table))
          .as("%s rows of %s are in the replica only", extra, table)
          .isZero();
      assertThat(report.heldBack()).isPositive();
      assertThat(report.certificate()).isEmpty();
    } else if (report.quarantined() == 0 && report.heldBack() == 0) {
      Mark horizon = process.horizon(table).orElseThrow();
      assertThat(upTo(world.cloud.table(table), horizon))
          .as("%s after a comparison that nothing disturbed", table)
          .isEqualTo(upTo(source(table), horizon));
    }
    report.certificate().ifPresent(one -> assertThat(one.digest()).isEqualTo(digest(table, one)));
  }

  private Digest digest(String table, Certificate certificate) {
    MemoryTable source = source(table);
    RowFormat format = RowFormat.agreed(source.shape(), source.shape(), ColumnRules.standard());
    Selection selection = new Selection(format, certificate.salt(), certificate.horizon());
    return source.digests(selection, List.of(Slice.Bucket.ALL)).get(0);
  }

  private static List<Row> upTo(MemoryTable table, Mark horizon) {
    return table.all().stream().filter(row -> row.mark().compareTo(horizon) <= 0).toList();
  }

  // ---- rest

  /** Nothing goes wrong any more, and as much may be deleted as it takes. */
  private void rest() {
    resting = true;
    trace.accept("rest");
    world.office.stranger = null;
    while (!world.office.open().isEmpty()) {
      edits.commit();
    }
    if (random.nextBoolean()) {
      world.refusing = false;
    } else {
      edits.heal();
    }
    world.detained.forEach(Runnable::run);
    world.limitless();
    List<TableReport> reports = List.of();
    for (int i = 0; i < 12 && (i < 3 || !world.unequal().isEmpty()); i++) {
      world.clock.advance(Duration.ofHours(2));
      TableProcess process = new TableProcess("a", world, fences, this);
      TableSync engine = engine(process, DeleteLimit.of(100_000, 1).allowEmptySource()).build();
      boolean refused = reports.stream().anyMatch(TableStorm::isRefused);
      reports = refused ? engine.adopt() : engine.run();
      reports.forEach(report -> trace.accept("  " + report));
    }
    assertThat(world.unequal()).as("%s %s", world.difference(), reports).isEmpty();
    assertThat(reports)
        .allSatisfy(
            report -> {
              assertThat(report.failure()).isEmpty();
              assertThat(report.certificate().isPresent())
                  .as("certificate of %s", report)
                  .isNotEqualTo(terms.lag());
            });
  }
}
