package dev.chirograph.spi;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A durable queue of jobs. A handle is bound to one tenant and one queue name.
 *
 * <p>Jobs are leased, not taken: a worker that dies loses nothing, its jobs come back when the
 * lease ends. The store's clock decides when that is.
 *
 * <ul>
 *   <li><b>QUE-1</b> A job is unique by kind, scope and key among the waiting ones. Enqueueing it
 *       again upgrades the one that waits: {@code full} is added, the higher priority and the
 *       earlier time win, a held job becomes ready unless it is held anew (a ready or delayed one
 *       is never held by this), and the run and note of the newer one are taken when it has them;
 *       another run takes the leave to delete away. The job keeps its place, and the attempts
 *       counted so far.
 *   <li><b>QUE-2</b> Enqueueing a job that is running leaves exactly one follow-up, which is not
 *       leased before the running one has ended.
 *   <li><b>QUE-3</b> Jobs of one kind, scope and key never run at the same time, on any machine.
 *   <li><b>QUE-4</b> A lease gives the highest priority first and, within it, the oldest first
 *       (roughly, when several workers lease).
 *   <li><b>QUE-5</b> A lease has one fence for its batch. When it has expired and its jobs were
 *       given back, everything settled or extended under it answers {@link Settled#STALE} and
 *       changes nothing.
 *   <li><b>QUE-6</b> Jobs of an expired lease come back with one attempt more, and with their
 *       notes; at the latest when a lease finds no other job ready.
 *   <li><b>QUE-7</b> Settling a slot twice is harmless: the first settlement stands.
 *   <li><b>QUE-8</b> A retried job is not leased before its time; meanwhile it delays no other. A
 *       follow-up that waits absorbs it, as by QUE-1 with the follow-up as the newer one; so it
 *       does when the job comes back in any other way.
 *   <li><b>QUE-9</b> A buried job is kept as a dead letter with its error. Its follow-up stays.
 *   <li><b>QUE-10</b> A note replaces the job's note and outlives the worker.
 *   <li><b>QUE-11</b> A held job is never leased before its run is released. Only a release makes
 *       {@link Lease.LeasedJob#mayDelete} true.
 *   <li><b>QUE-12</b> Enqueueing is all or nothing for the list, and harmless to repeat after a
 *       lost reply.
 *   <li><b>QUE-13</b> Tenants and queue names never see each other's jobs.
 *   <li><b>QUE-14</b> Lease times, delays and statistics follow the store's clock only.
 * </ul>
 */
public interface WorkQueue {

  /** What this queue can do. Never changes. */
  QueueCapabilities capabilities();

  /**
   * Adds jobs, or upgrades those that wait.
   *
   * @param jobs at most {@link QueueCapabilities#maxBatch}; of jobs with equal kind, scope and key
   *     one is made as by QUE-1
   * @return counts whose sum is the number of jobs given
   * @throws dev.chirograph.SyncException of kind INVALID_ARGUMENT, and nothing is enqueued, when
   *     there are too many jobs or one has the empty key
   */
  Enqueued enqueue(List<Job> jobs);

  /**
   * Leases a batch of jobs of one kind.
   *
   * @param limit the largest number of jobs, from 1 to {@link QueueCapabilities#maxBatch}
   * @param duration how long the lease holds without being extended; at least one second
   * @return empty when no job is ready
   * @throws dev.chirograph.SyncException of kind INVALID_ARGUMENT when the limit or the duration is
   *     out of bounds
   */
  Optional<Lease> lease(String kind, int limit, Duration duration);

  /**
   * Settles some of the jobs of a lease and extends it for the others; an empty list only extends.
   *
   * @param settlements of different slots
   * @throws dev.chirograph.SyncException of kind INVALID_ARGUMENT, and nothing is settled, when a
   *     slot appears twice or is not one of the lease, or a job of no run is to be held
   */
  Settled settle(Lease lease, List<Settlement> settlements);

  /** How many jobs there are, by scope and state. */
  QueueStatistics statistics();

  /** Whether a lease was still held. */
  enum Settled {
    /** Done, and all later calls see it. */
    DONE,
    /** The lease was lost; nothing was changed. */
    STALE
  }

  /**
   * What became of jobs that were enqueued.
   *
   * @param added new jobs, follow-ups included
   * @param upgraded jobs that waited and were changed
   * @param already jobs that waited just so
   */
  record Enqueued(int added, int upgraded, int already) {
    /** The sums of both. */
    public Enqueued plus(Enqueued other) {
      return new Enqueued(added + other.added, upgraded + other.upgraded, already + other.already);
    }
  }
}
