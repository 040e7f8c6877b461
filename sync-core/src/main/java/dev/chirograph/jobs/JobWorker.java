package dev.chirograph.jobs;

import dev.chirograph.Environment;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.spi.Lease.LeasedJob;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.SupportsWakeup;
import dev.chirograph.spi.WorkQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does the jobs of one kind, one for each thread at a time, until it is closed: for jobs that take
 * long. Leases are kept while a job lasts; a job that fails is tried again as the policy says, then
 * buried; one that seems to kill its workers is buried in the end, too.
 *
 * <p>Safe for use by several threads.
 */
public final class JobWorker implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(JobWorker.class);

  private final WorkQueue queue;
  private final String kind;
  private final JobHandler handler;
  private final Builder settings;
  private final Set<HeldLease> held = ConcurrentHashMap.newKeySet();
  private final List<Thread> threads = new ArrayList<>();
  private final Semaphore work = new Semaphore(0);
  private final Keeper keeper;
  private SupportsWakeup.@Nullable Subscription wakeup;
  private volatile boolean closing;

  private JobWorker(Builder builder) {
    this.queue = builder.queue;
    this.kind = builder.kind;
    this.handler = builder.handler;
    this.settings = builder;
    this.keeper =
        Keeper.of(
            builder.environment.threads(),
            builder.environment.pacing(),
            builder.lease.dividedBy(3),
            List.of(this::keepAll));
  }

  /**
   * A builder of a worker.
   *
   * @param kind of the jobs
   */
  public static Builder builder(WorkQueue queue, String kind, JobHandler handler) {
    return new Builder(queue, kind, handler);
  }

  private void keepAll() {
    for (HeldLease lease : held) {
      try {
        lease.extend();
      } catch (RuntimeException e) { // the others are to be kept all the same
        LOG.warn("{} of {} could not be extended: {}", lease, kind, e.toString(), e);
      }
    }
  }

  /** Begins to work in threads of its own. */
  public synchronized JobWorker start() {
    if (closing || !threads.isEmpty()) {
      throw new IllegalStateException("the worker for " + kind + " was started or closed before");
    }
    wakeup = queue instanceof SupportsWakeup waking ? waking.onWork(work::release) : null;
    for (int i = 0; i < settings.concurrency; i++) {
      threads.add(settings.environment.threads().newThread(this::loop));
    }
    keeper.start();
    threads.forEach(Thread::start);
    return this;
  }

  private void loop() {
    while (!closing) {
      try {
        if (!step()
            && !closing
            && work.tryAcquire(settings.poll.toMillis(), TimeUnit.MILLISECONDS)) {
          work.drainPermits();
        }
      } catch (InterruptedException e) {
        if (!closing) {
          LOG.warn("a thread that does {} was interrupted by somebody else, and goes on", kind);
        }
      } catch (RuntimeException | Error e) { // an error of a host's code must not end the worker
        if (!closing) {
          LOG.warn("a job of kind {} could not be done: {}", kind, e.toString(), e);
          pause();
        }
      }
    }
  }

  private void pause() {
    try {
      settings.environment.pacing().pause(settings.retries.pause(1, settings.environment.random()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Does, in this thread, the jobs that are ready, until none is, the thread is interrupted or the
   * worker closed. For tests, and for hosts that bring their own scheduler.
   *
   * @return how many were done or tried
   */
  public int drain() {
    int jobs = 0;
    // A job that ends because of either goes back to the queue, and would come again at once.
    while (!closing && !Thread.currentThread().isInterrupted() && step()) {
      jobs++;
    }
    return jobs;
  }

  private boolean step() {
    Optional<HeldLease> taken =
        HeldLease.take(queue, settings.environment.pacing(), kind, 1, settings.lease);
    if (taken.isEmpty()) {
      return false;
    }
    HeldLease lease = taken.get();
    work.release(); // where there was one there may be another, for another thread
    held.add(lease);
    try {
      Settlement settlement = done(lease, lease.jobs().get(0));
      HeldLease.shielded(() -> lease.settle(List.of(settlement)));
    } finally {
      held.remove(lease);
    }
    return true;
  }

  private Settlement done(HeldLease lease, LeasedJob job) {
    Optional<SyncException> hopeless = HeldLease.hopeless(settings.retries, job.attempts());
    if (hopeless.isPresent()) {
      return new Settlement.Bury(job.slot(), hopeless.get().summary());
    }
    try {
      handler.handle(job.job(), context(lease, job.slot()));
      return new Settlement.Done(job.slot());
    } catch (RuntimeException e) {
      if (closing || Thread.currentThread().isInterrupted()) {
        return new Settlement.Release(job.slot());
      }
      SyncException error = SyncException.of(e);
      int failures = job.attempts() + 1;
      return settings.retries.again(error, failures)
          ? new Settlement.Retry(
              job.slot(),
              settings.retries.pause(failures, settings.environment.random()),
              error.summary())
          : new Settlement.Bury(job.slot(), error.summary());
    }
  }

  private JobContext context(HeldLease lease, int slot) {
    return new JobContext() {
      @Override
      public boolean stillMine() {
        return !closing && (lease.mine() || lease.extend());
      }

      @Override
      public boolean keep(String note) {
        return lease.settle(List.of(new Settlement.Note(slot, note)));
      }
    };
  }

  /** Ends the work; jobs at hand are interrupted and go back to the queue. */
  @Override
  public synchronized void close() {
    closing = true;
    if (wakeup != null) {
      wakeup.close();
    }
    threads.forEach(Thread::interrupt);
    boolean interrupted = false;
    for (Thread thread : threads) {
      try {
        if (thread != Thread.currentThread()) {
          TimeUnit.MILLISECONDS.timedJoin(thread, settings.deadline.toMillis());
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    keeper.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Collects the settings of a worker. Not safe for use by several threads. */
  public static final class Builder {
    private final WorkQueue queue;
    private final String kind;
    private final JobHandler handler;
    private int concurrency = 4;
    private Duration lease = Duration.ofMinutes(1);
    private Duration poll = Duration.ofSeconds(10);
    private Duration deadline = Duration.ofSeconds(30);
    private RetryPolicy retries = RetryPolicy.forJobs();
    private Environment environment = Environment.system();

    private Builder(WorkQueue queue, String kind, JobHandler handler) {
      this.queue = Objects.requireNonNull(queue, "queue");
      this.kind = Objects.requireNonNull(kind, "kind");
      this.handler = Objects.requireNonNull(handler, "handler");
    }

    /** How many jobs are done side by side; 4 by default. */
    public Builder concurrency(int jobs) {
      if (jobs < 1) {
        throw SyncException.invalid("the concurrency must be at least 1, not " + jobs);
      }
      this.concurrency = jobs;
      return this;
    }

    /**
     * How long a job is held without being extended, at least a second; a minute by default.
     *
     * <p>A worker that dies keeps its job from the others for so long.
     */
    public Builder lease(Duration duration) {
      if (duration.toMillis() < 1_000) {
        throw SyncException.invalid("a lease lasts at least a second, not " + duration);
      }
      this.lease = duration;
      return this;
    }

    /** How long to wait before looking for jobs again when nobody tells; 10 seconds by default. */
    public Builder poll(Duration interval) {
      this.poll = positive(interval, "poll interval");
      return this;
    }

    /** How long closing waits for each job at hand; 30 seconds by default. */
    public Builder closeDeadline(Duration atMost) {
      this.deadline = positive(atMost, "deadline");
      return this;
    }

    /** When a job is tried again; {@link RetryPolicy#forJobs} by default. */
    public Builder retries(RetryPolicy policy) {
      this.retries = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /** Clock, waiting, chance and threads; {@link Environment#system} by default. */
    public Builder environment(Environment value) {
      this.environment = Objects.requireNonNull(value, "value");
      return this;
    }

    private static Duration positive(Duration duration, String what) {
      if (duration.toMillis() < 1) {
        throw SyncException.invalid("the " + what + " must be at least a millisecond: " + duration);
      }
      return duration;
    }

    /** The worker, which does nothing yet. */
    public JobWorker build() {
      return new JobWorker(this);
    }
  }
}
