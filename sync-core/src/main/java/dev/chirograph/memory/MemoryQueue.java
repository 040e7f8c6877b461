package dev.chirograph.memory;

import dev.chirograph.CloseableIterator;
import dev.chirograph.SyncException;
import dev.chirograph.memory.RunningTasks.Batch;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.QueueCapabilities;
import dev.chirograph.spi.QueueStatistics;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.SupportsDeadLetters;
import dev.chirograph.spi.SupportsRuns;
import dev.chirograph.spi.SupportsWakeup;
import dev.chirograph.spi.WorkQueue;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue in the memory of one process. {@link MemoryBackend#queue} makes it.
 *
 * <p>It keeps every guarantee of {@link WorkQueue} but durability. Leasing and settling take
 * logarithmic time per job; counting, releasing, discarding and cancelling look at every waiting
 * job. A waiting job takes about 200 bytes with a key of 20 bytes. Safe for use by several threads.
 */
public final class MemoryQueue
    implements WorkQueue, SupportsRuns, SupportsDeadLetters, SupportsWakeup {

  private static final Logger LOG = LoggerFactory.getLogger(MemoryQueue.class);

  private static final int MAX_BATCH = 10_000;
  private static final Duration SHORTEST_LEASE = Duration.ofSeconds(1);
  private static final QueueCapabilities CAPABILITIES =
      new QueueCapabilities(
          QueueCapabilities.Uniqueness.WAITING_AND_RUNNING, true, true, false, MAX_BATCH);

  private final String name;
  private final InstantSource clock;
  private final AtomicLong fences;
  private final List<Waker> wakers = new CopyOnWriteArrayList<>();

  // Everything below is guarded by the lock.
  private final ReentrantLock lock = new ReentrantLock();
  private final RunningTasks running = new RunningTasks();
  private final WaitingTasks waiting = new WaitingTasks(running::contains);
  private final DeadTasks dead = new DeadTasks();
  private final Map<Long, Long> leftByRun = new HashMap<>();
  private final Map<RunScope, Long> released = new HashMap<>();
  private long nextNumber;

  MemoryQueue(String name, InstantSource clock, AtomicLong fences) {
    this.name = name;
    this.clock = clock;
    this.fences = fences;
  }

  @Override
  public QueueCapabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public Enqueued enqueue(List<Job> jobs) {
    checkJobs(jobs);
    Enqueued enqueued = locked(() -> enqueueAll(jobs));
    if (enqueued.added() + enqueued.upgraded() > 0) {
      wake();
    }
    return enqueued;
  }

  @Override
  public Optional<Lease> lease(String kind, int limit, Duration duration) {
    if (limit < 1 || limit > MAX_BATCH) {
      throw invalid("lease", "the limit must be from 1 to " + MAX_BATCH + ", not " + limit);
    }
    if (duration.compareTo(SHORTEST_LEASE) < 0) {
      throw invalid("lease", "a lease lasts at least " + SHORTEST_LEASE + ", not " + duration);
    }
    return locked(
        () -> {
          long now = clock.millis();
          giveBackExpired(now);
          waiting.promote(now);
          return leaseReady(kind, limit, duration, now);
        });
  }

  @Override
  public Settled settle(Lease lease, List<Settlement> settlements) {
    checkSettlements(lease, settlements);
    return locked(
        () -> {
          Batch batch = running.get(lease.fence());
          if (batch == null) {
            return Settled.STALE;
          }
          long now = clock.millis();
          settlements.forEach(settlement -> settleOne(batch, settlement, now));
          batch.until = Task.later(now, lease.duration());
          return Settled.DONE;
        });
  }

  @Override
  public QueueStatistics statistics() {
    return locked(
        () -> {
          Census census = new Census(clock.millis());
          waiting.forEach(census::waiting);
          running.forEach(census::running);
          dead.forEach(census::dead);
          return census.statistics();
        });
  }

  @Override
  public Release release(long run, String scope, long limit) {
    checkRun("release", run);
    Release release = locked(() -> releaseHeld(run, scope, limit));
    if (release.released() && release.held() > 0) {
      wake();
    }
    return release;
  }

  @Override
  public long discard(long run, String scope) {
    checkRun("discard", run);
    return locked(() -> removeAll(heldBy(run, scope)));
  }

  @Override
  public long cancel(long run) {
    checkRun("cancel", run);
    return locked(() -> removeAll(waiting.select(task -> task.run == run)));
  }

  @Override
  public long forget(long run) {
    checkRun("forget", run);
    return locked(
        () -> {
          released.keySet().removeIf(key -> key.run() == run);
          return removeAll(waiting.select(task -> task.held && task.run == run));
        });
  }

  @Override
  public long remaining(long run, long atMost) {
    checkRun("count the remaining jobs of", run);
    return locked(() -> Math.min(atMost, leftByRun.getOrDefault(run, 0L)));
  }

  @Override
  public CloseableIterator<DeadLetter> deadLetters(Selection selection) {
    return new MemoryIterator<>(locked(() -> dead.select(selection)).iterator());
  }

  @Override
  public long replay(Selection selection) {
    long replayed =
        locked(
            () -> {
              List<DeadLetter> letters = dead.remove(selection);
              letters.forEach(letter -> enqueueOne(letter.job(), clock.millis()));
              return letters.size();
            });
    if (replayed > 0) {
      wake();
    }
    return replayed;
  }

  @Override
  public long drop(Selection selection) {
    return locked(() -> dead.remove(selection).size());
  }

  @Override
  public Subscription onWork(Runnable wake) {
    Waker waker = new Waker(wake);
    wakers.add(waker);
    return () -> wakers.remove(waker);
  }

  /** The tenant and the name. */
  @Override
  public String toString() {
    return "MemoryQueue[" + name + "]";
  }

  // ---- enqueueing

  private Enqueued enqueueAll(List<Job> jobs) {
    long now = clock.millis();
    Enqueued total = new Enqueued(0, 0, 0);
    for (Job job : jobs) {
      total = total.plus(enqueueOne(job, now));
    }
    return total;
  }

  private Enqueued enqueueOne(Job job, long now) {
    Task newer = new Task(waiting.lane(job.kind(), job.scope()), job, nextNumber++, now);
    Task present = waiting.get(newer.lane, newer.key);
    if (present == null) {
      add(newer, now);
      return new Enqueued(1, 0, 0);
    }
    remove(present);
    boolean changed = present.upgrade(newer);
    add(present, now);
    return changed ? new Enqueued(0, 1, 0) : new Enqueued(0, 0, 1);
  }

  private void add(Task task, long now) {
    waiting.put(task, now);
    count(task, 1);
  }

  private void remove(Task task) {
    waiting.remove(task);
    count(task, -1);
  }

  private int removeAll(List<Task> tasks) {
    tasks.forEach(this::remove);
    return tasks.size();
  }

  /**
   * Counts a task that begins or ends to be left to do; a change of its run or hold lies between.
   */
  private void count(Task task, long difference) {
    if (task.run != 0 && !task.held) {
      leftByRun.merge(task.run, difference, (a, b) -> a + b == 0 ? null : Long.valueOf(a + b));
    }
  }

  // ---- leasing and settling

  private Optional<Lease> leaseReady(String kind, int limit, Duration duration, long now) {
    List<Task> tasks = new ArrayList<>();
    List<Lease.LeasedJob> jobs = new ArrayList<>();
    while (tasks.size() < limit) {
      Task task = waiting.poll(kind);
      if (task == null) {
        break;
      }
      jobs.add(task.leased(tasks.size()));
      tasks.add(task);
    }
    if (tasks.isEmpty()) {
      return Optional.empty();
    }
    Batch batch = new Batch(fences.incrementAndGet(), tasks, Task.later(now, duration));
    running.add(batch);
    return Optional.of(new Lease(kind, batch.fence, duration, jobs));
  }

  private void giveBackExpired(long now) {
    for (Batch batch : running.expired(now)) {
      for (int slot = 0; slot < batch.tasks.length; slot++) {
        Task task = batch.tasks[slot];
        if (task != null) {
          end(batch, slot, task);
          task.attempts++;
          comeBack(task, now, now);
        }
      }
    }
  }

  private void settleOne(Batch batch, Settlement settlement, long now) {
    Task task = batch.tasks[settlement.slot()];
    if (task == null) {
      return; // settled before, and that stands
    }
    if (settlement instanceof Settlement.Note note) {
      task.note = note.note();
      return;
    }
    end(batch, settlement.slot(), task);
    if (settlement instanceof Settlement.Retry retry) {
      task.attempts++;
      task.error = DeadTasks.cut(retry.error());
      task.number = nextNumber++;
      comeBack(task, Task.later(now, retry.in()), now);
    } else if (settlement instanceof Settlement.Release) {
      comeBack(task, now, now);
    } else if (settlement instanceof Settlement.Hold) {
      task.held = true;
      task.mayDelete = false;
      comeBack(task, now, now);
    } else {
      if (settlement instanceof Settlement.Bury bury) {
        dead.bury(task, bury.error(), clock.instant());
      }
      waiting.unblock(task.lane, task.key, now);
    }
  }

  private void end(Batch batch, int slot, Task task) {
    running.end(batch, slot);
    count(task, -1);
  }

  private void comeBack(Task task, long due, long now) {
    task.due = due;
    Task followUp = waiting.get(task.lane, task.key);
    if (followUp != null) {
      remove(followUp);
      task.upgrade(followUp);
    }
    add(task, now);
  }

  // ---- runs

  private record RunScope(long run, String scope) {}

  private List<Task> heldBy(long run, String scope) {
    return waiting.select(task -> task.held && task.run == run && task.lane.scope().equals(scope));
  }

  private Release releaseHeld(long run, String scope, long limit) {
    List<Task> held = heldBy(run, scope);
    if (held.isEmpty()) {
      return new Release(0, true);
    }
    RunScope key = new RunScope(run, scope);
    long sum = released.getOrDefault(key, 0L) + held.size();
    if (sum > limit) {
      return new Release(held.size(), false);
    }
    released.put(key, sum);
    long now = clock.millis();
    for (Task task : held) {
      remove(task);
      task.held = false;
      task.mayDelete = true;
      task.due = now;
      add(task, now);
    }
    return new Release(held.size(), true);
  }

  // ---- arguments

  private void checkJobs(List<Job> jobs) {
    if (jobs.size() > MAX_BATCH) {
      throw invalid("enqueue", "at most " + MAX_BATCH + " jobs in one call, not " + jobs.size());
    }
    for (Job job : jobs) {
      if (job.key().isEmpty()) {
        throw invalid("enqueue", "a job needs a key that is not empty: " + job);
      }
    }
  }

  private void checkSettlements(Lease lease, List<Settlement> settlements) {
    Set<Integer> slots = new HashSet<>();
    for (Settlement settlement : settlements) {
      int slot = settlement.slot();
      if (slot < 0 || slot >= lease.jobs().size()) {
        throw invalid("settle", "the lease has no slot " + slot + ", only " + lease.jobs().size());
      }
      if (!slots.add(slot)) {
        throw invalid("settle", "slot " + slot + " is settled twice in one call");
      }
      if (settlement instanceof Settlement.Hold && lease.jobs().get(slot).job().run() == 0) {
        throw invalid(
            "settle",
            "no run could release this job, so it cannot be held: " + lease.jobs().get(slot));
      }
    }
  }

  private void checkRun(String operation, long run) {
    if (run <= 0) {
      throw invalid(operation + " a run", "a run has an id above 0, not " + run);
    }
  }

  private SyncException invalid(String operation, String what) {
    return SyncException.invalid("cannot " + operation + " in queue " + name + ": " + what);
  }

  // ---- locking and waking

  private <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }

  private void wake() {
    wakers.forEach(waker -> waker.wake(name));
  }

  /** A subscriber; each is itself, even if its action is subscribed twice. */
  private static final class Waker {
    private final Runnable action;

    private Waker(Runnable action) {
      this.action = action;
    }

    private void wake(String queue) {
      try {
        action.run();
      } catch (RuntimeException e) {
        // The jobs are in the queue, and the others want to know.
        LOG.warn(
            "A subscriber of queue {} failed when it was woken; it finds the work by polling",
            queue,
            e);
      }
    }
  }
}
