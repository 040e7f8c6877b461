package dev.chirograph.reconcile;

import dev.chirograph.Report;
import dev.chirograph.Run;
import dev.chirograph.RunPhase;
import dev.chirograph.Tally.Count;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** A run in the state store, seen from one process. */
final class DurableRun implements Run {

  private static final Duration SHORTEST = Duration.ofMillis(20);
  private static final Duration LONGEST = Duration.ofSeconds(1);

  private final Engine<?> engine;
  private final Runs<?> runs;
  private final long id;

  DurableRun(Engine<?> engine, Runs<?> runs, long id) {
    this.engine = engine;
    this.runs = runs;
    this.id = id;
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public long enqueued() {
    return enqueued(report());
  }

  @Override
  public Progress progress() {
    RunRecord run = runs.settle(id);
    long remaining = run.phase().ended() ? 0 : runs.remaining(id);
    long total = enqueued(runs.report(run)) + run.released();
    return new Progress(run.phase(), total, remaining, eta(run, total, remaining));
  }

  /** What waited already belongs to this run, too: its finding was repeated after a crash. */
  private static long enqueued(Report report) {
    return report.count(Count.QUEUED)
        + report.count(Count.UPGRADED)
        + report.count(Count.ALREADY_QUEUED);
  }

  private Duration eta(RunRecord run, long total, long remaining) {
    long done = total - remaining;
    if (run.phase() != RunPhase.APPLYING || done <= 0 || remaining <= 0) {
      return Duration.ZERO;
    }
    double perItem = (double) (engine.clock().millis() - run.requested()) / done;
    return Duration.ofMillis((long) (perItem * remaining));
  }

  @Override
  public Report report() {
    return runs.report(runs.store().require(id));
  }

  @Override
  public Report await() {
    return await(Duration.ofDays(36_500));
  }

  @Override
  public Report await(Duration atMost) {
    long begun = engine.pacing().nanoTime();
    Duration pause = SHORTEST;
    while (true) {
      RunRecord run = runs.settle(id);
      Duration waited = Duration.ofNanos(engine.pacing().nanoTime() - begun);
      if (run.phase().ended() || waited.compareTo(atMost) >= 0) {
        return runs.report(run);
      }
      engine.pacing().await(pause);
      pause = pause.multipliedBy(2).compareTo(LONGEST) < 0 ? pause.multipliedBy(2) : LONGEST;
    }
  }

  @Override
  public CompletableFuture<Report> completion() {
    Executor thread =
        task -> {
          Thread own = engine.settings().threads().newThread(task);
          own.start();
        };
    return CompletableFuture.supplyAsync(this::await, thread);
  }

  @Override
  public void cancel() {
    runs.cancel(id);
  }

  @Override
  public String toString() {
    return "run " + id;
  }
}
