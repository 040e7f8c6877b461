package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.Lease.LeasedJob;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.WorkQueue;
import dev.chirograph.spi.WorkQueue.Settled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Enqueuers and workers of a few keys, and the books that are kept about them.
 *
 * <p>Time is a counter of what happens. A job that was enqueued after a lease had been answered
 * must be done under a later lease; if no key's last request is later than its last lease, nothing
 * was lost.
 */
final class QueueTraffic {

  /** What workers do with their jobs. */
  enum Mood {
    /** They do them. */
    CALM,
    /** They also retry, hand back, note, vanish, and return after their leases have ended. */
    WILD
  }

  private static final int KEYS = 25;

  private final Mood mood;
  private final Consumer<Duration> advance;
  private final AtomicLong time = new AtomicLong();
  private final Map<Key, Long> lastRequest = new ConcurrentHashMap<>();
  private final Map<Key, Long> lastDone = new ConcurrentHashMap<>();
  private final Map<Key, Long> holder = new ConcurrentHashMap<>();
  private final ReadWriteLock leasing = new ReentrantReadWriteLock();
  private final LongAdder added = new LongAdder();
  private final LongAdder done = new LongAdder();

  QueueTraffic(Mood mood, Consumer<Duration> advance) {
    this.mood = mood;
    this.advance = advance;
  }

  long added() {
    return added.sum();
  }

  long done() {
    return done.sum();
  }

  /** Lets one thread take so many steps. */
  void drive(WorkQueue queue, RandomGenerator random, int steps) {
    for (int i = 0; i < steps; i++) {
      int dice = random.nextInt(100);
      if (dice < 40) {
        request(queue, random);
      } else if (dice < 97 || mood == Mood.CALM) {
        work(queue, random);
      } else {
        pass(Duration.ofMinutes(6));
      }
    }
  }

  /** Does everything that is ready. */
  void empty(WorkQueue queue) {
    for (Optional<Work> work = lease(queue, 100); work.isPresent(); work = lease(queue, 100)) {
      finish(queue, work.get());
    }
  }

  void assertNothingLost() {
    lastRequest.forEach(
        (key, request) ->
            assertThat(lastDone.getOrDefault(key, 0L))
                .as("when " + key + ", requested at " + request + ", was leased last to be done")
                .isGreaterThan(request));
  }

  private void request(WorkQueue queue, RandomGenerator random) {
    List<Job> jobs = new ArrayList<>();
    int number = 1 + random.nextInt(5);
    long now = time.incrementAndGet();
    for (int i = 0; i < number; i++) {
      Key key = Key.utf8("k" + random.nextInt(KEYS));
      jobs.add(QueueHarness.job(key).priority(random.nextInt(3)).build());
      lastRequest.merge(key, now, Math::max);
    }
    WorkQueue.Enqueued enqueued = Crowd.patiently(() -> queue.enqueue(jobs));
    assertThat(enqueued.added() + enqueued.upgraded() + enqueued.already()).isEqualTo(number);
    added.add(enqueued.added());
  }

  private void work(WorkQueue queue, RandomGenerator random) {
    Optional<Work> leased = lease(queue, 1 + random.nextInt(6));
    if (leased.isEmpty()) {
      return;
    }
    Work work = leased.get();
    if (mood == Mood.CALM) {
      int part = random.nextInt(work.jobs().size() + 1);
      settle(queue, work, work.jobs().subList(0, part), QueueTraffic::done);
      settle(queue, work, work.jobs().subList(part, work.jobs().size()), QueueTraffic::done);
    } else {
      misbehave(queue, work, random);
    }
  }

  private void misbehave(WorkQueue queue, Work work, RandomGenerator random) {
    int dice = random.nextInt(10);
    if (dice < 2) {
      return; // vanishes with its lease
    }
    if (dice < 4) {
      pass(Duration.ofMinutes(11)); // sleeps for too long, and goes on as if nothing had been
    }
    int part = random.nextInt(work.jobs().size() + 1);
    List<LeasedJob> first = work.jobs().subList(0, part);
    if (settle(queue, work, first, leased -> some(leased, random)) == Settled.DONE) {
      finish(queue, work);
    }
  }

  private static Settlement some(LeasedJob leased, RandomGenerator random) {
    int slot = leased.slot();
    return switch (random.nextInt(5)) {
      case 0 -> new Settlement.Retry(slot, Duration.ofMinutes(random.nextInt(20)), "it failed");
      case 1 -> new Settlement.Release(slot);
      case 2 -> new Settlement.Note(slot, "{\"attempt\":" + leased.attempts() + "}");
      default -> done(leased);
    };
  }

  private static Settlement done(LeasedJob leased) {
    return new Settlement.Done(leased.slot());
  }

  /** Settles all as done; those that were settled before stay as they are. */
  private void finish(WorkQueue queue, Work work) {
    settle(queue, work, work.jobs(), QueueTraffic::done);
  }

  private Settled settle(
      WorkQueue queue, Work work, List<LeasedJob> jobs, Function<LeasedJob, Settlement> how) {
    List<LeasedJob> open = jobs.stream().filter(leased -> work.isOpen(leased)).toList();
    if (open.isEmpty()) {
      return Settled.DONE;
    }
    List<Settlement> settlements = open.stream().map(how).toList();
    boolean lost = open.stream().anyMatch(leased -> holder(leased) != work.lease().fence());
    if (mood == Mood.CALM) {
      open.forEach(leased -> holder.remove(leased.job().key()));
    }
    Settled settled = Crowd.patiently(() -> queue.settle(work.lease(), settlements));
    if (lost) {
      assertThat(settled)
          .as("settling a job that another has leased since")
          .isEqualTo(Settled.STALE);
    }
    if (settled == Settled.DONE) {
      book(work, open, settlements);
    }
    return settled;
  }

  private void book(Work work, List<LeasedJob> jobs, List<Settlement> settlements) {
    for (int i = 0; i < jobs.size(); i++) {
      if (settlements.get(i) instanceof Settlement.Done) {
        done.increment();
        lastDone.merge(jobs.get(i).job().key(), work.time(), Math::max);
      }
      if (!(settlements.get(i) instanceof Settlement.Note)) {
        work.settled().add(jobs.get(i).slot());
      }
    }
  }

  private long holder(LeasedJob leased) {
    return holder.getOrDefault(leased.job().key(), -1L);
  }

  private Optional<Work> lease(WorkQueue queue, int limit) {
    // No lease may end between the answer and the entry in the books.
    leasing.readLock().lock();
    try {
      Optional<Lease> lease =
          Crowd.patiently(() -> queue.lease(QueueHarness.KIND, limit, QueueHarness.LEASE));
      return lease.map(
          leased -> {
            long now = time.incrementAndGet();
            leased.jobs().forEach(job -> take(leased, job.job().key()));
            return new Work(leased, now, new ArrayList<>());
          });
    } finally {
      leasing.readLock().unlock();
    }
  }

  private void take(Lease lease, Key key) {
    Long other = holder.put(key, lease.fence());
    if (mood == Mood.CALM) {
      assertThat(other).as("the lease under which " + key + " runs already").isNull();
    }
  }

  private void pass(Duration duration) {
    leasing.writeLock().lock();
    try {
      advance.accept(duration);
    } finally {
      leasing.writeLock().unlock();
    }
  }

  /** A lease, when it was answered, and the slots that have ended. */
  private record Work(Lease lease, long time, List<Integer> settled) {
    List<LeasedJob> jobs() {
      return lease.jobs();
    }

    boolean isOpen(LeasedJob leased) {
      return !settled.contains(leased.slot());
    }
  }
}
