package dev.chirograph.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Change;
import dev.chirograph.DeleteLimit;
import dev.chirograph.Environment;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.memory.MemoryTables;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.table.Pace;
import dev.chirograph.table.TableOptions;
import dev.chirograph.table.TableReport;
import dev.chirograph.table.TableSync;
import dev.chirograph.testkit.Seed;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    TableVerdict verdict = new TableVerdict(world, claims, process, whole, fresh);
    fresh = false;
    working = agent;
    List<TableReport> reports;
    try {
      TableSync engine = engine(process, DeleteLimit.of(terms.most(), 1)).build();
      reports = whole ? engine.verify() : engine.run();
    } catch (SyncException | TableProcess.Killed e) {
      verdict.failed(e);
      return;
    }
    reports.forEach(report -> trace.tell(" ", report));
    if (!process.isDead()) {
      reports.forEach(verdict::check);
    }
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
      boolean refused = reports.stream().anyMatch(TableVerdict::isRefused);
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
