package dev.chirograph.reconcile;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Key;
import dev.chirograph.Report;
import dev.chirograph.RunPhase;
import dev.chirograph.SyncException;
import dev.chirograph.SyncListener.ItemResult;
import dev.chirograph.Tally;
import dev.chirograph.Tally.Count;
import dev.chirograph.jobs.HeldLease;
import dev.chirograph.reconcile.Applier.Result;
import dev.chirograph.reconcile.Applier.Task;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease.LeasedJob;
import dev.chirograph.spi.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases a batch of items, brings them into agreement and settles them.
 *
 * <p>One batch costs one lease, one tally and one settlement; with a batch of one hundred that is a
 * thirtieth of a statement for each item.
 */
final class ItemWork<V> {

  private static final Logger LOG = LoggerFactory.getLogger(ItemWork.class);

  private final Engine<V> engine;
  private final Runs<V> runs;
  private final Parallel lookers;
  private final String worker;
  private final AtomicReference<@Nullable HeldLease> held = new AtomicReference<>();
  private volatile boolean closing;

  ItemWork(Engine<V> engine, Runs<V> runs, Parallel lookers, String worker) {
    this.engine = engine;
    this.runs = runs;
    this.lookers = lookers;
    this.worker = worker;
  }

  /** Does one batch; answers how many jobs it had. */
  int step() {
    Optional<HeldLease> taken =
        HeldLease.take(
            runs.queue(), engine.pacing(), Runs.ITEM, engine.batch(), engine.settings().lease());
    if (taken.isEmpty()) {
      return 0;
    }
    HeldLease lease = taken.get();
    held.set(lease);
    try {
      work(lease);
    } catch (RuntimeException e) {
      if (Thread.currentThread().isInterrupted()) { // nothing is wrong with the jobs
        HeldLease.shielded(() -> lease.settle(released(lease.jobs())));
      }
      throw e;
    } finally {
      held.set(null);
    }
    return lease.jobs().size();
  }

  private static List<Settlement> released(List<LeasedJob> jobs) {
    return jobs.stream().<Settlement>map(job -> new Settlement.Release(job.slot())).toList();
  }

  /** Keeps the lease that is being worked on; called by a timer well before it ends. */
  void keepAlive() {
    HeldLease lease = held.get();
    if (lease != null) {
      lease.extend();
    }
  }

  /** Lets the batch at hand come to its end without another write. */
  void stopSoon() {
    closing = true;
  }

  private void work(HeldLease lease) {
    Map<String, Map<Key, LeasedJob>> byPair = new LinkedHashMap<>();
    Batch batch = new Batch();
    for (LeasedJob job : chosen(lease)) {
      Optional<SyncException> hopeless =
          HeldLease.hopeless(engine.settings().jobRetries(), job.attempts());
      if (hopeless.isPresent()) {
        Result result = Result.failed(task(lease, job), hopeless.get());
        batch.settlements.add(settle(job.job().scope(), job, result, batch));
      } else if (byPair
              .computeIfAbsent(job.job().scope(), pair -> new LinkedHashMap<>())
              .putIfAbsent(job.job().key(), job)
          != null) {
        batch.settlements.add(new Settlement.Release(job.slot())); // a queue may hold a key twice
      }
    }
    byPair.forEach((name, jobs) -> work(lease, name, List.copyOf(jobs.values()), batch));
    // Before settling: a job that is done twice is counted twice, one that was done is never
    // missed.
    HeldLease.shielded(
        () -> {
          batch.tallies.forEach(
              (run, tally) -> runs.store().addTally(run, worker, tally.counts, tally.failures));
          lease.settle(batch.settlements);
        });
  }

  /**
   * The jobs to work on. One that may have killed its workers is worked on alone, so that it takes
   * no others with it.
   */
  private List<LeasedJob> chosen(HeldLease lease) {
    List<LeasedJob> jobs = lease.jobs();
    Optional<LeasedJob> suspect =
        jobs.stream()
            .filter(job -> HeldLease.suspect(engine.settings().jobRetries(), job.attempts()))
            .findFirst();
    if (suspect.isEmpty() || jobs.size() == 1) {
      return jobs;
    }
    List<LeasedJob> others =
        jobs.stream().filter(job -> job.slot() != suspect.get().slot()).toList();
    return lease.settle(released(others)) ? List.of(suspect.get()) : List.of();
  }

  /** What is known of a batch so far. */
  private final class Batch {
    private final List<Settlement> settlements = new ArrayList<>();
    private final Map<Long, RunTally> tallies = new HashMap<>();
    private final Map<Long, Optional<RunPhase>> phases = new HashMap<>();

    /** How far a run has come, as it was read once for the batch; empty without a run. */
    Optional<RunPhase> phase(long run) {
      return phases.computeIfAbsent(
          run, id -> id == 0 ? Optional.empty() : runs.store().read(id).map(RunRecord::phase));
    }

    /** Whether no run stands behind a job that could let it delete. */
    boolean standsAlone(long run) {
      return phase(run).map(RunPhase::ended).orElse(true);
    }
  }

  /** What one batch adds to the tally of a run. */
  private static final class RunTally {
    private final Tally counts = new Tally();
    private final List<Report.Trouble> failures = new ArrayList<>();
  }

  private void work(HeldLease lease, String name, List<LeasedJob> jobs, Batch batch) {
    List<Task> tasks = jobs.stream().map(job -> task(lease, job)).toList();
    List<Result> results =
        engine
            .pair(name)
            .map(pair -> results(lease, pair, jobs, tasks, batch))
            .orElseGet(() -> tasks.stream().map(task -> unknownPair(name, task)).toList());
    for (int i = 0; i < jobs.size(); i++) {
      batch.settlements.add(settle(name, jobs.get(i), results.get(i), batch));
    }
  }

  private Task task(HeldLease lease, LeasedJob leased) {
    Job job = leased.job();
    JobProgress progress = new JobProgress(lease, leased, () -> closing);
    return new Task(job.key(), job.full(), leased.mayDelete(), progress);
  }

  /** Another worker may know the pair, so this is tried again. */
  private static Result unknownPair(String name, Task task) {
    return Result.failed(
        task,
        new SyncException(
            SyncException.Kind.NOT_FOUND,
            SyncException.Advice.MAY_RETRY,
            "no pair named '" + name + "' is known to this worker"));
  }

  private List<Result> results(
      HeldLease lease, Pair<V> pair, List<LeasedJob> jobs, List<Task> tasks, Batch batch) {
    Hold hold = hold(lease);
    List<Result> results = new ArrayList<>(engine.applier(pair, lookers).apply(tasks, hold));
    for (int i = 0; i < jobs.size(); i++) {
      Result result = results.get(i);
      if (result.result() == ItemResult.HELD && batch.standsAlone(jobs.get(i).job().run())) {
        results.set(i, withBudget(pair, result, hold));
      }
    }
    return results;
  }

  /** When its time has passed unheard it may be ours all the same; only the queue knows. */
  private Hold hold(HeldLease lease) {
    return new Hold() {
      @Override
      public boolean mine() {
        return !closing && lease.mine();
      }

      @Override
      public boolean extended() {
        return !closing && ItemWork.extended(lease);
      }
    };
  }

  /** While the queue cannot be asked nothing more is written; what was written is counted. */
  private static boolean extended(HeldLease lease) {
    try {
      return lease.extend();
    } catch (RuntimeException e) {
      LOG.warn("a batch is given up, nobody can say whether {} still holds", lease, e);
      return false;
    }
  }

  /** A hint may delete as long as the budget of its pair lasts. */
  private Result withBudget(Pair<V> pair, Result held, Hold hold) {
    long limit = budget(pair);
    if (limit == 0) {
      return held; // nothing is ever deleted here
    }
    Optional<String> emptied = DeleteGate.emptied(engine.deletes(), pair, engine.listings());
    if (emptied.isPresent()) {
      return Result.failed(held.task(), refused(emptied.get()));
    }
    Duration window = engine.settings().budgetWindow();
    OptionalLong spent =
        runs.pairs().spend(pair.name(), engine.clock().millis(), window.toMillis(), limit);
    if (spent.isEmpty()) {
      return Result.failed(
          held.task(),
          refused("the " + limit + " deletes that hints may make in " + window + " are spent"));
    }
    Task task = new Task(held.task().key(), held.task().full(), true, held.task().progress());
    Result result = engine.applier(pair, lookers).apply(List.of(task), hold).get(0);
    if (result.result() != ItemResult.DELETED && !Applier.wasUnsure(result)) {
      runs.pairs().giveBack(pair.name(), spent.getAsLong());
    }
    return result;
  }

  /**
   * What hints may delete in one window: as many as a run over the whole pair might. Until one has
   * told how large the replica is, so few that no ratio is asked for them.
   */
  private long budget(Pair<V> pair) {
    DeleteLimit limit = engine.deletes();
    return limit.ratio() == 1
        ? limit.count()
        : limit.allowed(runs.pairs().read(pair.name()).size());
  }

  private static SyncException refused(String why) {
    return new SyncException(SyncException.Kind.RATE_LIMITED, "a delete is due, but " + why);
  }

  private Settlement settle(String pair, LeasedJob leased, Result result, Batch batch) {
    Job job = leased.job();
    int failures = leased.attempts() + 1;
    Optional<SyncException> error = result.error();
    boolean interrupted = error.isPresent() && Thread.currentThread().isInterrupted();
    if (Applier.wasLost(result) || (interrupted && closing)) {
      return new Settlement.Release(leased.slot()); // not tried, so neither counted nor told
    }
    // An interrupt says nothing of the item, so it buries none.
    boolean again =
        interrupted
            || (error.isPresent() && engine.settings().jobRetries().again(error.get(), failures));
    ItemResult shown = again ? ItemResult.RETRIED : result.result();
    engine.itemDone(job.run(), pair, job.key(), shown, result.told());
    if (batch.phase(job.run()).isPresent()) {
      RunTally tally = batch.tallies.computeIfAbsent(job.run(), run -> new RunTally());
      tally.counts.add(again ? Count.RETRIED : Engine.countOf(result.result()), 1);
      if (result.told().isPresent() && !again) {
        tally.failures.add(
            new Report.Trouble(pair + "/" + job.key(), result.told().get().summary()));
      }
    }
    if (again) {
      return new Settlement.Retry(
          leased.slot(),
          engine.settings().jobRetries().pause(failures, engine.random()),
          error.get().summary());
    }
    if (error.isPresent()) {
      return new Settlement.Bury(leased.slot(), error.get().summary());
    }
    return result.result() == ItemResult.HELD && !batch.standsAlone(job.run())
        ? new Settlement.Hold(leased.slot())
        : new Settlement.Done(leased.slot());
  }
}
