package dev.chirograph.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.memory.MemoryQueue;
import dev.chirograph.spi.Job;
import dev.chirograph.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class JobWorkerTest {

  private static final String KIND = "chore";

  private final ManualClock clock = ManualClock.create();
  private final MemoryQueue queue = MemoryBackend.create(clock).queue("tenant", "jobs");
  private final List<String> done = new ArrayList<>();

  private void enqueue(String key) {
    queue.enqueue(List.of(Job.builder(KIND, "here", Key.utf8(key)).build()));
  }

  private JobWorker.Builder worker(JobHandler handler) {
    return JobWorker.builder(queue, KIND, handler)
        .retries(
            RetryPolicy.builder()
                .pauses(Duration.ofSeconds(1), Duration.ofSeconds(1))
                .attempts(3)
                .build());
  }

  @Test
  void everyJobIsDone() {
    enqueue("a");
    enqueue("b");
    assertThat(worker((job, mine) -> done.add(job.key().text())).build().drain()).isEqualTo(2);
    assertThat(done).containsExactly("a", "b");
    assertThat(queue.statistics().total().waiting()).isZero();
  }

  @Test
  void aJobThatFailsIsTriedAgainAndThenBuried() {
    enqueue("bad");
    AtomicInteger tries = new AtomicInteger();
    JobWorker worker =
        worker(
                (job, mine) -> {
                  tries.incrementAndGet();
                  throw new SyncException(Kind.UNAVAILABLE, "not today");
                })
            .build();
    for (int i = 0; i < 10; i++) {
      worker.drain();
      clock.advance(Duration.ofSeconds(2));
    }
    assertThat(tries).hasValue(3);
    assertThat(queue.statistics().total().dead()).isOne();
  }

  @Test
  void aJobThatCanNeverBeDoneIsBuriedAtOnce() {
    enqueue("bad");
    worker(
            (job, mine) -> {
              throw SyncException.invalid("never");
            })
        .build()
        .drain();
    assertThat(queue.statistics().total().dead()).isOne();
  }

  @Test
  void L4_aJobWhoseWorkersFallSilentIsBuriedInTheEnd() {
    enqueue("deadly");
    AtomicInteger tries = new AtomicInteger();
    for (int i = 0; i < 6; i++) { // as often as the policy allows, and as often alone
      // A worker that is killed: it has leased the job, and is never heard of again.
      assertThat(queue.lease(KIND, 1, Duration.ofMinutes(1))).isPresent();
      clock.advance(Duration.ofMinutes(2));
    }
    worker((job, mine) -> tries.incrementAndGet()).build().drain();
    assertThat(tries).hasValue(0);
    assertThat(queue.statistics().total().dead()).isOne();
  }

  @Test
  void L4_aLeaseIsKeptWhileAJobLasts() throws Exception {
    MemoryQueue real = MemoryBackend.create().queue("tenant", "jobs");
    real.enqueue(List.of(Job.builder(KIND, "here", Key.utf8("long")).build()));
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    AtomicInteger times = new AtomicInteger();
    AtomicReference<Optional<Boolean>> mine = new AtomicReference<>(Optional.empty());
    try (JobWorker worker =
        JobWorker.builder(
                real,
                KIND,
                (job, stillMine) -> {
                  times.incrementAndGet();
                  begun.countDown();
                  await(mayEnd);
                  mine.set(Optional.of(stillMine.stillMine()));
                })
            .lease(Duration.ofSeconds(1))
            .poll(Duration.ofMillis(20))
            .concurrency(2)
            .build()) {
      worker.start();
      assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
      TimeUnit.SECONDS.sleep(3); // several times the length of the lease
      mayEnd.countDown();
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (mine.get().isEmpty() && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
    }
    assertThat(times).hasValue(1);
    assertThat(mine.get()).contains(true);
    assertThat(real.statistics().total().running()).isZero();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SyncException(Kind.UNAVAILABLE, "interrupted", e);
    }
  }

  @Test
  void L4_closingGivesBackWhatIsAtHand() throws Exception {
    MemoryQueue real = MemoryBackend.create().queue("tenant", "jobs");
    real.enqueue(List.of(Job.builder(KIND, "here", Key.utf8("long")).build()));
    CountDownLatch begun = new CountDownLatch(1);
    JobWorker worker =
        JobWorker.builder(
                real,
                KIND,
                (job, stillMine) -> {
                  begun.countDown();
                  await(new CountDownLatch(1));
                })
            .build()
            .start();
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
    worker.close();
    assertThat(real.statistics().total().waiting()).isOne();
    assertThat(real.lease(KIND, 1, Duration.ofMinutes(1)).orElseThrow().jobs().get(0).attempts())
        .isZero();
  }

  @Test
  void anErrorOfTheHandlerEndsNoWorker() throws Exception {
    MemoryQueue real = MemoryBackend.create().queue("tenant", "jobs");
    CountDownLatch good = new CountDownLatch(1);
    try (JobWorker worker =
        JobWorker.builder(
                real,
                KIND,
                (job, stillMine) -> {
                  if (job.key().text().equals("bad")) {
                    throw new AssertionError("an error of a host's code");
                  }
                  good.countDown();
                })
            .concurrency(1)
            .poll(Duration.ofMillis(20))
            .build()) {
      worker.start();
      real.enqueue(List.of(Job.builder(KIND, "here", Key.utf8("bad")).build()));
      TimeUnit.MILLISECONDS.sleep(100);
      real.enqueue(List.of(Job.builder(KIND, "here", Key.utf8("good")).build()));
      assertThat(good.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static JobHandler failingWhen(BooleanSupplier ended, AtomicInteger tries) {
    return (job, mine) -> {
      tries.incrementAndGet();
      if (ended.getAsBoolean() || !mine.stillMine()) {
        throw new SyncException(Kind.UNAVAILABLE, "ended");
      }
    };
  }

  @Test
  @Timeout(30)
  void drainingEndsWhenTheThreadIsInterrupted() {
    enqueue("a");
    AtomicInteger tries = new AtomicInteger();
    Thread.currentThread().interrupt();
    worker(failingWhen(() -> Thread.currentThread().isInterrupted(), tries)).build().drain();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(tries).hasValueLessThan(2);
    assertThat(queue.statistics().total().waiting()).isOne();
  }

  @Test
  @Timeout(30)
  void drainingEndsWhenTheWorkerIsClosed() {
    enqueue("a");
    enqueue("b");
    AtomicInteger tries = new AtomicInteger();
    AtomicReference<JobWorker> worker = new AtomicReference<>();
    JobHandler handler = failingWhen(() -> false, tries);
    worker.set(
        worker(
                (job, mine) -> {
                  worker.get().close();
                  handler.handle(job, mine);
                })
            .build());
    worker.get().drain();
    assertThat(tries).hasValue(1);
    assertThat(queue.statistics().total().waiting()).isEqualTo(2);
  }
}
