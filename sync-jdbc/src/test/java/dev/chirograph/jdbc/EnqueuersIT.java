package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.Pacing;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.WorkQueue;
import dev.chirograph.testkit.Seed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/**
 * Many who enqueue the same keys at once, each in an order of its own, while a worker takes them.
 */
class EnqueuersIT {

  private static final int ENQUEUERS = 8;
  private static final int CALLS = 40;
  private static final int JOBS = 250;
  private static final int KEYS = 300;
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @Test
  void QUE_1_noCallFailsOnMariaDb() throws Exception {
    try (var dataSource = TestDatabases.installed(TestDatabases.emptyMariaDb())) {
      check("MariaDB", dataSource);
    }
  }

  @Test
  void QUE_1_noCallFailsOnPostgres() throws Exception {
    check("PostgreSQL", TestDatabases.installed(TestDatabases.emptyPostgres()));
  }

  /** In another order than that of the keys, they deadlock more often than they succeed. */
  @Test
  void QUE_1_thoseWhoAddTheSameNewKeysSeldomDeadlockOnMariaDb() throws Exception {
    try (var dataSource = TestDatabases.installed(TestDatabases.emptyMariaDb())) {
      checkDeadlocks(dataSource);
    }
  }

  private static void checkDeadlocks(DataSource dataSource) throws Exception {
    JdbcQueue.of(dataSource, "q").enqueue(List.of(job("other")));
    Seed seed = Seed.draw();
    ExecutorService threads = Executors.newFixedThreadPool(ENQUEUERS);
    AtomicInteger lost = new AtomicInteger();
    JdbcQueue queue = JdbcQueue.builder(dataSource, "q").pacing(counting(lost)).build();
    try {
      for (int round = 0; round < 10; round++) {
        List<Callable<WorkQueue.Enqueued>> calls = new ArrayList<>();
        for (int i = 0; i < ENQUEUERS; i++) {
          List<Job> jobs =
              shuffled("round " + round, JOBS, new Random(seed.value() + calls.size()));
          calls.add(() -> queue.enqueue(jobs));
        }
        for (Future<WorkQueue.Enqueued> result : threads.invokeAll(calls)) {
          result.get();
        }
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(lost).as("transactions that lost their locks").hasValueLessThan(2 * ENQUEUERS);
  }

  private static void check(String database, DataSource dataSource) throws Exception {
    Seed seed = Seed.draw();
    ExecutorService threads = Executors.newFixedThreadPool(ENQUEUERS + 1);
    try {
      Set<Key> taken = ConcurrentHashMap.newKeySet();
      AtomicBoolean enqueuing = new AtomicBoolean(true);
      Future<?> worker = threads.submit(() -> work(dataSource, enqueuing, taken));
      AtomicInteger lost = new AtomicInteger();
      List<Callable<Set<Key>>> enqueuers = new ArrayList<>();
      for (int i = 0; i < ENQUEUERS; i++) {
        Random random = new Random(seed.value() + i);
        enqueuers.add(
            () ->
                enqueue(JdbcQueue.builder(dataSource, "q").pacing(counting(lost)).build(), random));
      }
      long begun = System.nanoTime();
      Set<Key> enqueued = new HashSet<>();
      for (Future<Set<Key>> result : threads.invokeAll(enqueuers)) {
        enqueued.addAll(result.get());
      }
      System.out.printf(
          "%s: %d enqueuers of overlapping keys, %,.0f jobs/s, %d lost their locks%n",
          database,
          ENQUEUERS,
          ENQUEUERS * CALLS * JOBS / ((System.nanoTime() - begun) / 1e9),
          lost.get());
      enqueuing.set(false);
      worker.get();
      assertThat(taken).isEqualTo(enqueued);
    } finally {
      threads.shutdownNow();
    }
  }

  /** Counts how often a call pauses before it is run again. */
  private static Pacing counting(AtomicInteger pauses) {
    Pacing system = Pacing.system();
    return new Pacing() {
      @Override
      public long nanoTime() {
        return system.nanoTime();
      }

      @Override
      public void pause(Duration duration) throws InterruptedException {
        pauses.incrementAndGet();
        system.pause(duration);
      }
    };
  }

  private static Set<Key> enqueue(JdbcQueue queue, Random random) {
    Set<Key> enqueued = new HashSet<>();
    for (int call = 0; call < CALLS; call++) {
      List<Job> jobs = shuffled("key", KEYS, random);
      queue.enqueue(jobs);
      jobs.forEach(job -> enqueued.add(job.key()));
    }
    return enqueued;
  }

  /** Jobs of some of so many keys, or of all, in any order. */
  private static List<Job> shuffled(String name, int keys, Random random) {
    List<Integer> numbers = new ArrayList<>(IntStream.range(0, keys).boxed().toList());
    Collections.shuffle(numbers, random);
    return numbers.stream().limit(JOBS).map(number -> job(name + " " + number)).toList();
  }

  private static Job job(String key) {
    return Job.builder("k", "s", Key.utf8(key)).build();
  }

  private static void work(DataSource dataSource, AtomicBoolean enqueuing, Set<Key> taken) {
    JdbcQueue queue = JdbcQueue.of(dataSource, "q");
    boolean last = false;
    while (true) {
      last = !enqueuing.get();
      Optional<Lease> lease = queue.lease("k", 100, MINUTE);
      if (lease.isEmpty()) {
        if (last) {
          return;
        }
        Thread.onSpinWait();
        continue;
      }
      List<Settlement> done = new ArrayList<>();
      for (Lease.LeasedJob job : lease.get().jobs()) {
        taken.add(job.job().key());
        done.add(new Settlement.Done(job.slot()));
      }
      queue.settle(lease.get(), done);
    }
  }
}
