package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.QueueStatistics.Counts;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import dev.chirograph.spi.WorkQueue.Settled;
import dev.chirograph.testkit.ManualClock;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * Eight threads, each with a handle of its own, enqueue, lease and settle at random, while workers
 * die, leases expire and an old snapshot stays open.
 *
 * <p>Checked all the time: a key is leased to one worker until that one has ended it or its lease
 * is over; a settlement under a lease whose job was given to somebody else is refused. Checked in
 * the end: every enqueueing was followed by a lease of its key.
 */
final class QueueChurn {

  private static final int THREADS = 8;
  private static final int KEYS = 150;
  private static final int MAX_TRIES = 20;
  private static final Duration LEASE = Duration.ofMinutes(10);

  private final DataSource dataSource;
  private final long seed;
  private final int steps;
  private final ManualClock clock = ManualClock.create();
  private final AtomicLong ticks = new AtomicLong();
  private final Map<Key, Long> enqueued = new ConcurrentHashMap<>();
  private final Map<Key, Long> leased = new ConcurrentHashMap<>();
  private final Map<Key, Owner> owners = new ConcurrentHashMap<>();

  private record Owner(long fence, Instant since) {}

  QueueChurn(DataSource dataSource, long seed, int steps) {
    this.dataSource = dataSource;
    this.seed = seed;
    this.steps = steps;
  }

  void run(String openSnapshot) throws Exception {
    System.out.println("-Dchirograph.seed=" + seed);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try (Connection old = dataSource.getConnection()) {
      old.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      old.setAutoCommit(false);
      try (Statement statement = old.createStatement()) {
        statement.execute(openSnapshot);
      }
      List<Callable<Void>> tasks = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        Random random = new Random(seed + thread);
        JdbcQueue queue = open();
        tasks.add(() -> churn(queue, random));
      }
      for (Future<Void> result : threads.invokeAll(tasks)) {
        result.get();
      }
      drain();
      old.rollback();
    } finally {
      threads.shutdown();
    }
  }

  private JdbcQueue open() {
    return JdbcQueue.builder(dataSource, "churn").clock(clock).build();
  }

  private Void churn(JdbcQueue queue, Random random) {
    List<Lease> abandoned = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      int dice = random.nextInt(100);
      if (dice < 35) {
        enqueue(queue, random);
      } else if (dice < 95) {
        // The lease cannot have begun earlier; the clock may be moved while it is made.
        Instant since = clock.instant();
        int limit = 1 + random.nextInt(20);
        patiently(() -> queue.lease("item", limit, LEASE))
            .ifPresent(lease -> work(queue, lease, since, random, abandoned));
      } else if (dice < 97) {
        clock.advance(LEASE.plusMinutes(1));
      } else if (!abandoned.isEmpty()) {
        settle(queue, abandoned.remove(0), random, false);
      }
    }
    return null;
  }

  /** Repeats what lost its locks each time, as every caller of a queue has to. */
  private static <T> T patiently(Supplier<T> call) {
    for (int tries = 1; ; tries++) {
      try {
        return call.get();
      } catch (SyncException e) {
        if (!e.mayRetry() || tries == MAX_TRIES) {
          throw e;
        }
      }
    }
  }

  private void enqueue(JdbcQueue queue, Random random) {
    List<Job> jobs = new ArrayList<>();
    for (int i = random.nextInt(20); i >= 0; i--) {
      Key key = Key.utf8("k" + random.nextInt(KEYS));
      jobs.add(Job.builder("item", "s", key).priority(random.nextInt(3)).run(1).build());
    }
    // Before the jobs can be seen: a lease may come before the call has returned.
    long tick = ticks.incrementAndGet();
    patiently(() -> queue.enqueue(jobs));
    jobs.forEach(job -> enqueued.merge(job.key(), tick, Math::max));
  }

  private void work(
      JdbcQueue queue, Lease lease, Instant since, Random random, List<Lease> abandoned) {
    own(lease, since);
    if (random.nextInt(10) == 0) {
      abandoned.add(lease);
      return;
    }
    settle(queue, lease, random, random.nextBoolean());
  }

  private void own(Lease lease, Instant since) {
    Instant now = clock.instant();
    Owner owner = new Owner(lease.fence(), since);
    for (Lease.LeasedJob leasedJob : lease.jobs()) {
      Key key = leasedJob.job().key();
      leased.merge(key, ticks.incrementAndGet(), Math::max);
      owners.merge(key, owner, (before, mine) -> later(key, before, mine, now));
    }
  }

  private static Owner later(Key key, Owner before, Owner mine, Instant now) {
    if (before.fence() > mine.fence()) {
      return before; // our lease ended, and the key was leased again, before we came to say so
    }
    assertThat(before.since().plus(LEASE))
        .as(
            "the end of lease %s of %s, which lease %s holds now",
            before.fence(), key, mine.fence())
        .isBeforeOrEqualTo(now);
    return mine;
  }

  /** Settles in one call, or in several with the rest extended meanwhile. */
  private void settle(JdbcQueue queue, Lease lease, Random random, boolean inParts) {
    List<Lease.LeasedJob> left = new ArrayList<>(lease.jobs());
    while (!left.isEmpty()) {
      int size = inParts ? 1 + random.nextInt(left.size()) : left.size();
      List<Lease.LeasedJob> part = left.subList(0, size);
      List<Settlement> settlements = new ArrayList<>();
      boolean lost = false;
      for (Lease.LeasedJob job : part) {
        settlements.add(settlement(job.slot(), random));
        Owner owner = owners.get(job.job().key());
        boolean ours = owner != null && owner.fence() == lease.fence();
        lost |= !ours;
        if (ours) {
          owners.remove(job.job().key(), owner);
        }
      }
      Instant since = clock.instant();
      Settled settled = patiently(() -> queue.settle(lease, settlements));
      if (lost) {
        assertThat(settled)
            .as("settling %s, which was given to others", part)
            .isEqualTo(Settled.STALE);
      }
      if (settled == Settled.STALE) {
        return;
      }
      part.clear();
      left.forEach(
          job ->
              owners.computeIfPresent(
                  job.job().key(),
                  (key, owner) ->
                      owner.fence() == lease.fence() ? new Owner(lease.fence(), since) : owner));
    }
  }

  private static Settlement settlement(int slot, Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> new Settlement.Retry(slot, Duration.ZERO, "try again");
      case 1 -> new Settlement.Retry(slot, Duration.ofMinutes(random.nextInt(20)), "later");
      case 2 -> new Settlement.Release(slot);
      case 3 -> new Settlement.Bury(slot, "never");
      default -> new Settlement.Done(slot);
    };
  }

  private void drain() {
    JdbcQueue queue = open();
    clock.advance(Duration.ofHours(1));
    queue.replay(Selection.all());
    for (Optional<Lease> lease = queue.lease("item", 100, LEASE);
        lease.isPresent();
        lease = queue.lease("item", 100, LEASE)) {
      own(lease.get(), clock.instant());
      List<Settlement> done = new ArrayList<>();
      lease.get().jobs().forEach(job -> done.add(new Settlement.Done(job.slot())));
      assertThat(queue.settle(lease.get(), done)).isEqualTo(Settled.DONE);
      lease.get().jobs().forEach(job -> owners.remove(job.job().key()));
    }
    assertThat(queue.statistics().total()).isEqualTo(Counts.NONE);
    assertThat(queue.remaining(1, 10)).isZero();
    assertThat(enqueued).hasSizeGreaterThan(KEYS / 2);
    enqueued.forEach(
        (key, tick) ->
            assertThat(leased.getOrDefault(key, 0L))
                .as("the last lease of %s, which was enqueued at %s", key, tick)
                .isGreaterThan(tick));
  }
}
