package dev.chirograph.spi;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A batch of jobs that one worker holds under one fence.
 *
 * @param kind the kind of all its jobs
 * @param fence the number that the store checks when the lease is settled
 * @param duration how long it holds without being extended
 * @param jobs in the order in which they should be done; not empty
 */
public record Lease(String kind, long fence, Duration duration, List<LeasedJob> jobs) {
  public Lease {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(duration, "duration");
    jobs = List.copyOf(jobs);
  }

  /**
   * A job in a lease.
   *
   * @param slot its number in the lease
   * @param job what was enqueued, with its present note; neither held nor delayed any more
   * @param attempts how often it was tried before: retries and lost leases
   * @param mayDelete whether its run was released: without it, an apply that finds absence must put
   *     the job back as held
   * @param lastError why it was retried last
   */
  public record LeasedJob(
      int slot, Job job, int attempts, boolean mayDelete, Optional<String> lastError) {
    public LeasedJob {
      Objects.requireNonNull(job, "job");
      Objects.requireNonNull(lastError, "lastError");
    }
  }
}
