package dev.chirograph.jobs;

import dev.chirograph.Pacing;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.WorkQueue;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A lease that is being worked on. It is no longer ours once the queue says so, and also when its
 * time has passed since we last heard that it was extended: then somebody else may have it.
 *
 * <p>Safe for use by several threads.
 */
public final class HeldLease {

  /** How often a job whose worker always fell silent is tried alone before it is buried. */
  private static final int TRIES_ALONE = 3;

  private final WorkQueue queue;
  private final Pacing pacing;
  private final Lease lease;
  private volatile long heldSince;
  private volatile boolean lost;

  private HeldLease(WorkQueue queue, Pacing pacing, Lease lease, long heldSince) {
    this.queue = queue;
    this.pacing = pacing;
    this.lease = lease;
    this.heldSince = heldSince;
  }

  /** Leases a batch of jobs of a kind; empty when none is ready. */
  public static Optional<HeldLease> take(
      WorkQueue queue, Pacing pacing, String kind, int limit, Duration duration) {
    long asked = pacing.nanoTime(); // before the queue counts, so that we never believe too long
    return queue
        .lease(kind, limit, duration)
        .map(lease -> new HeldLease(queue, pacing, lease, asked));
  }

  /** The jobs, in the order in which they should be done. */
  public List<Lease.LeasedJob> jobs() {
    return lease.jobs();
  }

  /** Whether the lease holds for all that is known here; asks nobody. */
  public boolean mine() {
    return !lost && pacing.nanoTime() - heldSince < lease.duration().toNanos();
  }

  /** Extends the lease; answers whether it was still held. */
  public boolean extend() {
    return settle(List.of());
  }

  /** Settles some of its jobs and extends it; answers whether it was still held. */
  public boolean settle(List<Settlement> settlements) {
    long asked = pacing.nanoTime();
    if (queue.settle(lease, settlements) == WorkQueue.Settled.STALE) {
      lost = true;
      return false;
    }
    heldSince = asked;
    return true;
  }

  /** The number under which it is held. */
  public long fence() {
    return lease.fence();
  }

  /**
   * Whether a job was tried so often that its last workers must have fallen silent: it may be the
   * job that kills them. One that fails in the open is buried before.
   *
   * @param tries how often it was leased before
   */
  public static boolean suspect(RetryPolicy retries, int tries) {
    return tries >= retries.mostAttempts();
  }

  /** The error of a suspect that was tried alone often enough. */
  public static Optional<SyncException> hopeless(RetryPolicy retries, int tries) {
    return suspect(retries, tries - TRIES_ALONE)
        ? Optional.of(
            new SyncException(
                SyncException.Kind.UNAVAILABLE,
                "tried "
                    + tries
                    + " times, the last of which its worker fell silent or was killed; look into"
                    + " that before it is replayed"))
        : Optional.empty();
  }

  /** Does what has to be done although the thread was interrupted: some databases refuse then. */
  public static void shielded(Runnable action) {
    boolean interrupted = Thread.interrupted();
    try {
      action.run();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public String toString() {
    return "lease " + lease.fence();
  }
}
