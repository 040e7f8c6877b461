package dev.chirograph.reconcile;

import dev.chirograph.Report;
import dev.chirograph.SyncException;
import dev.chirograph.SyncListener.ItemResult;
import dev.chirograph.Tally;
import dev.chirograph.Tally.Count;
import dev.chirograph.reconcile.Applier.Result;
import dev.chirograph.reconcile.Applier.Task;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.Lease.LeasedJob;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.WorkQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Leases a batch of items, brings them into agreement and settles them.
 *
 * <p>One batch costs one lease, one tally and one settlement; with a batch of one hundred that is a
 * thirtieth of a statement for each item.
 */
final class ItemWork<V> {

  private static final Duration UNKNOWN_PAIR = Duration.ofMinutes(1);

  private final Engine<V> engine;
  private final Runs<V> runs;
  private final Parallel lookers;
  private final String worker;
  private final AtomicReference<@Nullable Lease> held = new AtomicReference<>();
  private volatile boolean lost;
  private volatile boolean closing;

  ItemWork(Engine<V> engine, Runs<V> runs, Parallel lookers, String worker) {
    this.engine = engine;
    this.runs = runs;
    this.lookers = lookers;
    this.worker = worker;
  }

  /** Does one batch; answers how many jobs it had. */
  int step() {
    Optional<Lease> leased =
        runs.queue().lease(Runs.ITEM, engine.batch(), engine.settings().lease());
    if (leased.isEmpty()) {
      return 0;
    }
    Lease lease = leased.get();
    lost = false;
    held.set(lease);
    try {
      work(lease);
    } finally {
      held.set(null);
    }
    return lease.jobs().size();
  }

  /** Keeps the lease that is being worked on; called by a timer well before it ends. */
  void keepAlive() {
    Lease lease = held.get();
    if (lease != null && runs.queue().settle(lease, List.of()) == WorkQueue.Settled.STALE) {
      lost = true;
    }
  }

  /** Lets the batch at hand come to its end without another write. */
  void stopSoon() {
    closing = true;
  }

  private void work(Lease lease) {
    Map<String, List<LeasedJob>> byPair = new LinkedHashMap<>();
    lease
        .jobs()
        .forEach(j -> byPair.computeIfAbsent(j.job().scope(), p -> new ArrayList<>()).add(j));
    List<Settlement> settlements = new ArrayList<>();
    Map<Long, RunTally> tallies = new HashMap<>();
    byPair.forEach(
        (name, jobs) ->
            engine
                .pair(name)
                .ifPresentOrElse(
                    pair -> work(pair, jobs, settlements, tallies),
                    () -> jobs.forEach(job -> settlements.add(unknownPair(job)))));
    // Before settling: a job that is done twice is counted twice, one that was done is never
    // missed.
    tallies.forEach(
        (run, tally) -> runs.store().addTally(run, worker, tally.counts, tally.failures));
    runs.queue().settle(lease, settlements);
  }

  private static Settlement unknownPair(LeasedJob job) {
    return new Settlement.Retry(
        job.slot(),
        UNKNOWN_PAIR,
        "no pair named '" + job.job().scope() + "' is known to this worker");
  }

  /** What one batch adds to the tally of a run. */
  private static final class RunTally {
    private final Tally counts = new Tally();
    private final List<Report.Trouble> failures = new ArrayList<>();
  }

  private void work(
      Pair<V> pair,
      List<LeasedJob> jobs,
      List<Settlement> settlements,
      Map<Long, RunTally> tallies) {
    BooleanSupplier stillMine = () -> !lost && !closing;
    List<Task> tasks =
        jobs.stream().map(j -> new Task(j.job().key(), j.job().full(), j.mayDelete())).toList();
    List<Result> results = engine.applier(pair, lookers).apply(tasks, stillMine);
    for (int i = 0; i < results.size(); i++) {
      Result result = withBudget(pair, jobs.get(i), results.get(i), stillMine);
      settlements.add(settle(pair, jobs.get(i), result, tallies));
    }
  }

  /** A hint that no run stands behind may delete as long as the budget of its pair lasts. */
  private Result withBudget(Pair<V> pair, LeasedJob job, Result result, BooleanSupplier stillMine) {
    if (result.result() != ItemResult.HELD || job.job().run() != 0) {
      return result;
    }
    boolean granted =
        runs.store()
            .spend(
                pair.name(),
                engine.clock().millis(),
                engine.settings().budgetWindow().toMillis(),
                engine.deletes().count());
    if (!granted) {
      return result;
    }
    Task task = new Task(job.job().key(), job.job().full(), true);
    return engine.applier(pair, lookers).apply(List.of(task), stillMine).get(0);
  }

  private Settlement settle(
      Pair<V> pair, LeasedJob leased, Result result, Map<Long, RunTally> tallies) {
    Job job = leased.job();
    int failures = leased.attempts() + 1;
    Optional<SyncException> error = result.error();
    if (Applier.wasLost(result)) {
      return new Settlement.Release(leased.slot()); // not tried, so neither counted nor told
    }
    boolean again =
        error.isPresent() && engine.settings().jobRetries().again(error.get(), failures);
    ItemResult shown = again ? ItemResult.RETRIED : result.result();
    engine.itemDone(job.run(), pair.name(), job.key(), shown, error);
    if (job.run() != 0) {
      RunTally tally = tallies.computeIfAbsent(job.run(), run -> new RunTally());
      tally.counts.add(again ? Count.RETRIED : Engine.countOf(result.result()), 1);
      if (error.isPresent() && !again) {
        tally.failures.add(
            new Report.Trouble(pair.name() + "/" + job.key(), error.get().summary()));
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
    return result.result() == ItemResult.HELD
        ? new Settlement.Hold(leased.slot())
        : new Settlement.Done(leased.slot());
  }
}
