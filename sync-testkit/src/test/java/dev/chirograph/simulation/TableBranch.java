package dev.chirograph.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Change;
import dev.chirograph.DeleteLimit;
import dev.chirograph.Digest;
import dev.chirograph.Environment;
import dev.chirograph.Outcome;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.memory.MemoryTables;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.table.Certificate;
import dev.chirograph.table.Pace;
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
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What happens to one office, its replica, and the engines between them. */
final class TableBranch implements TableProcess.Disturbance {

  private static final Duration LEASE = Duration.ofMinutes(2);
  private static final Duration EVERY = Duration.ofHours(1);
  private static final Duration NEVER = Duration.ofDays(1_000);

  private final RandomGenerator random;
  private final TableTrace trace;
  private final TableTerms terms;
  private final TableWorld world;
  private final TableEdits edits;
  private final TableClaims claims;
  private final Consumer<TableBranch> others;
  private final Map<String, Long> fences = new HashMap<>();
  private @Nullable Map<String, MemoryTable.Backup> backup;
  private @Nullable Map<String, MemoryTable.Backup> cloudBackup;
  private String working = "a";
  private boolean fresh;
  private boolean resting;
  private boolean nested;

  /**
   * A branch.
   *
   * @param stream the first of two streams of chance
   * @param others has another process work
   */
  TableBranch(
      TableWorld world, Seed seed, int stream, TableTrace trace, Consumer<TableBranch> others) {
    this.random = seed.random(stream);
    this.trace = trace.of(world.name);
    this.terms = world.terms;
    this.world = world;
    this.edits = new TableEdits(world, seed.random(stream + 1), this.trace);
    this.claims = new TableClaims(world);
    this.others = others;
  }

  void begin() {
    for (int i = random.nextInt(40); i > 0; i--) {
      edits.edit();
    }
  }

  void step() {
    for (int i = random.nextInt(8); i > 0; i--) {
      edits.edit();
    }
    if (random.nextInt(2) == 0) {
      edits.commit();
    }
    befall();
    work(terms.company() && random.nextInt(3) == 0 ? "b" : "a");
  }

  /**
   * Somebody works while somebody else stands still.
   *
   * @param here whether that is at the same replica
   */
  void nested(boolean here) {
    nested = true;
    told(TableHappening.NESTED_AGENT, "");
    String before = working;
    work(here && before.equals("a") ? "b" : "a");
    working = before;
    nested = false;
  }

  boolean isEqual() {
    return world.unequal().isEmpty();
  }

  // ---- what befalls both sides between runs

  private void befall() {
    if (terms.tampering() && random.nextInt(4) == 0) {
      edits.tamper();
    }
    if (terms.losses() && random.nextInt(8) == 0) {
      world.town.loseState();
      told(TableHappening.LOST_STATE, "");
    }
    if (terms.restores()) {
      restores();
    }
    if (terms.strangers()) {
      strangers();
    }
    world.town.clock.advance(Duration.ofSeconds(1 + random.nextInt(600)));
    if (random.nextInt(6) == 0) {
      world.town.clock.advance(EVERY);
    }
  }

  private void restores() {
    if (random.nextInt(4) == 0) {
      backup = backups(world.office::rows);
    }
    if (random.nextInt(6) == 0) {
      cloudBackup = backups(world.cloud::table);
    }
    if (random.nextInt(7) == 0) {
      restoreSource();
    }
    if (random.nextInt(10) == 0) {
      restoreReplica();
    }
  }

  /** Where nothing is compared, it has to be noticed. */
  private void restoreSource() {
    if (backup != null) {
      boolean noticed = terms.appends() || random.nextBoolean();
      String life =
          noticed ? world.newLife() : world.office.rows(TableWorld.PARENT).info().incarnation();
      world.office.open().clear();
      restore(backup, world.office::rows, life);
      edits.wentBack();
      fresh |= noticed;
      told(TableHappening.SOURCE_RESTORE, life);
    }
  }

  /** A comparison of several runs would hide it until the next one. */
  private void restoreReplica() {
    if (cloudBackup != null && !terms.appends()) {
      String life = world.cloud.table(TableWorld.PARENT).info().incarnation();
      restore(cloudBackup, world.cloud::table, life);
      world.names.forEach(world.history::restored);
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
      claims.mounted();
    } else if (random.nextInt(6) == 0) {
      MemoryTables other = world.another();
      world.names.forEach(name -> edits.fill(other.table(name), name));
      world.office.stranger = other;
      claims.mounted();
      fresh = true;
      told(TableHappening.STRANGER, "");
    }
  }

  private void told(TableHappening what, Object more) {
    world.count(what);
    trace.tell(" ", what, more);
  }

  // ---- what befalls a process at its calls

  @Override
  public void before(TableProcess process, String call) {
    if (resting) {
      return;
    }
    int dice = random.nextInt(1_000);
    if (dice < terms.kills()) {
      told(TableHappening.KILL, process.agent + " before " + call);
      process.die();
    }
    if (random.nextInt(1_000) < terms.edits()) {
      process.disturb();
      edits.edit();
      if (random.nextBoolean()) {
        edits.commit();
      }
    }
    if ((terms.company() || terms.offices() > 1) && random.nextInt(100) == 0) {
      company(process);
    }
    if (terms.restores() && random.nextInt(400) == 0) {
      process.disturb();
      if (random.nextBoolean()) {
        restoreSource();
      } else {
        restoreReplica();
      }
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
      world.town.clock.advance(LEASE.plusSeconds(1));
    }
    others.accept(this);
    nested = false;
  }

  // ---- what is watched

  @Override
  public void compares(String table, String salt) {
    claims.compares(table, salt);
  }

  @Override
  public void remembered(String space, List<Change<byte[]>> changes) {
    claims.remembered(space, changes);
  }

  @Override
  public void wrote(
      String table,
      Write write,
      List<Optional<Row>> before,
      List<Outcome> outcomes,
      Map<RowKey, Long> told) {
    claims.wrote(table, write, before, outcomes, told);
  }

  // ---- runs

  private TableSync.Builder engine(TableProcess process, DeleteLimit limit) {
    Environment environment =
        world.town.clock.environment().withRandom(random).withThreads(TableBranch::inline);
    TableSync.Builder builder =
        TableSync.builder(world.name, process.source(), process.replica(), process.state())
            .agent(process.agent)
            .lease(LEASE)
            .compareEvery(every())
            .batch(terms.batch(), 1 << 20, Duration.ofSeconds(2))
            .pace(terms.pieces() ? Pace.standard().comparing(Duration.ZERO) : Pace.standard())
            .environment(environment);
    TableOptions options = TableOptions.standard().withDeletes(limit);
    world.names.forEach(name -> builder.table(name, options));
    return builder;
  }

  private Duration every() {
    return terms.appends() ? NEVER : EVERY;
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
    trace.tell(whole ? "verify by" : "run by", agent);
    world.count(whole ? TableHappening.VERIFY : TableHappening.RUN);
    TableProcess process = new TableProcess(agent, world, fences, this);
    Map<String, Long> extra = new HashMap<>();
    world.names.forEach(name -> extra.put(name, onlyInReplica(name)));
    Set<String> others = others();
    fresh = false;
    working = agent;
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
      reports.stream()
          .filter(report -> process.isQuiet() && others.contains(report.table()))
          .forEach(report -> refused(process, report));
    }
  }

  /** The tables of which a source that nobody has looked at yet would leave too little. */
  private Set<String> others() {
    Set<String> others = new HashSet<>();
    for (String table : world.names) {
      MemoryTable source = source(table);
      boolean read =
          world
              .cloud
              .table(table)
              .cursor()
              .filter(one -> !one.incarnation().equals(source.info().incarnation()))
              .isPresent();
      if (fresh && read && claims.lost(table, source) > terms.most()) {
        others.add(table);
      }
    }
    return others;
  }

  private static void refused(TableProcess process, TableReport report) {
    assertThat(report.failure().isPresent() && !process.hasWritten(report.table()))
        .as("%s is of another database, which would leave too little of the replica", report)
        .isTrue();
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
    trace.tell(" ", report);
    world.count(TableHappening.SENT, report.sent());
    world.count(TableHappening.MENDED, report.mended());
    world.count(TableHappening.DELETED, report.deleted());
    world.count(TableHappening.HELD_BACK, report.heldBack());
    world.count(TableHappening.QUARANTINED, report.quarantined());
    world.count(TableHappening.PIECE, report.compared() == Compared.PART ? 1 : 0);
    report.failure().ifPresent(e -> expect(process, e));
    if (process.isQuiet() && report.failure().isEmpty() && report.quarantined() == 0) {
      assertThat(process.fetched(report.table()))
          .as("rows of %s that were fetched and not sent", report.table())
          .isEmpty();
    }
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
    if (process.isQuiet() && claims.hasBegun(table, certificate.salt(), process.begun)) {
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
    return world.magnified(source.digests(selection, List.of(Slice.Bucket.ALL)).get(0));
  }

  private static List<Row> upTo(MemoryTable table, Mark horizon) {
    return table.all().stream().filter(row -> row.mark().compareTo(horizon) <= 0).toList();
  }

  // ---- rest

  /** Nothing goes wrong any more, and as much may be deleted as it takes. */
  void rest() {
    resting = true;
    trace.tell("rest");
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
    if (terms.appends()) {
      settle(NEVER, reports -> world.missing().isEmpty());
      assertThat(world.missing()).as("rows that catching up has left behind").isEmpty();
    }
    List<TableReport> reports = settle(terms.restores() ? EVERY : every(), this::isAtRest);
    assertThat(world.unequal()).as("%s %s", world.difference(), reports).isEmpty();
    assertThat(isAtRest(reports)).as("%s", reports).isTrue();
  }

  private List<TableReport> settle(Duration every, Predicate<List<TableReport>> enough) {
    List<TableReport> reports = List.of();
    int most = terms.pieces() ? 100 : 12;
    for (int i = 0; i < most && (i < 3 || !enough.test(reports)); i++) {
      world.town.clock.advance(Duration.ofHours(2));
      TableProcess process = new TableProcess("a", world, fences, this);
      DeleteLimit limit = DeleteLimit.of(100_000, 1).allowEmptySource();
      TableSync engine = engine(process, limit).compareEvery(every).build();
      boolean refused = reports.stream().anyMatch(TableBranch::isRefused);
      reports = refused ? engine.adopt() : engine.run();
      reports.forEach(report -> trace.tell(" ", report));
    }
    return reports;
  }

  private boolean isAtRest(List<TableReport> reports) {
    return world.unequal().isEmpty()
        && reports.stream()
            .allMatch(
                report ->
                    report.failure().isEmpty() && report.certificate().isPresent() != terms.lag());
  }
}
