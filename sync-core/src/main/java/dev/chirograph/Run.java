package dev.chirograph;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * One tracked execution. It lives in the state store, not in this object: any process that knows
 * the id can look at it, wait for it or cancel it, also after a restart.
 *
 * <p>Safe for use by several threads.
 */
public interface Run {

  /** The id: positive, later runs have larger ones. */
  long id();

  /**
   * How many jobs the run has put into the queue so far; all of them once it no longer is FINDING.
   */
  long enqueued();

  /** How far it has come. */
  Progress progress();

  /** The report as of now. */
  Report report();

  /**
   * Waits until the run has ended. Somebody has to work meanwhile, here or elsewhere.
   *
   * @throws SyncException UNAVAILABLE when the thread is interrupted or the state store cannot be
   *     asked
   */
  Report await();

  /**
   * Waits until the run has ended, but not longer than this.
   *
   * @return the report as of then; its phase says whether the run has ended
   */
  Report await(Duration atMost);

  /** The report at the end, as a future of its own; cancelling it does not cancel the run. */
  CompletableFuture<Report> completion();

  /** Ends the run: jobs that wait are removed, those that run end as they do. */
  void cancel();

  /**
   * How far a run has come.
   *
   * @param phase the phase
   * @param total how many jobs it has put into the queue
   * @param remaining how many of them are left
   * @param eta how long the rest will take at the pace so far; zero when there is no telling
   */
  record Progress(RunPhase phase, long total, long remaining, Duration eta) {}
}
