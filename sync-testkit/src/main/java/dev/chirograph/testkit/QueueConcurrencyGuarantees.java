package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.Lease.LeasedJob;
import dev.chirograph.spi.QueueStatistics.Counts;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.SupportsRuns;
import dev.chirograph.spi.SupportsRuns.Release;
import dev.chirograph.spi.SupportsWakeup;
import dev.chirograph.spi.WorkQueue;
import dev.chirograph.spi.WorkQueue.Enqueued;
import dev.chirograph.spi.WorkQueue.Settled;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The guarantees under several threads, each with a handle of its own, and waking. */
abstract class QueueConcurrencyGuarantees extends QueueDeadLetterGuarantees {

  private static final int THREADS = 4;
  private static final long RUN = 7;

  @Test
  void QUE_1_severalEnqueuersMakeEachJobOnce() {
    need(QueueAbility.UNIQUENESS);
    Seed seed = Seed.draw();
    int keys = 300;
    List<Enqueued> answers =
        Crowd.of(
            THREADS,
            number -> {
              WorkQueue handle = open(tenant, name);
              Enqueued sum = new Enqueued(0, 0, 0);
              for (List<Job> part :
                  shuffledParts(keys, new Random(seed.random(number).nextLong()))) {
                sum = sum.plus(Crowd.patiently(() -> handle.enqueue(part)));
              }
              return sum;
            });

    assertThat(answers.stream().mapToInt(Enqueued::added).sum()).as("jobs added").isEqualTo(keys);
    assertThat(drain()).hasSize(keys).doesNotHaveDuplicates();
  }

  private static List<List<Job>> shuffledParts(int keys, Random random) {
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < keys; i++) {
      jobs.add(job("k" + i).build());
    }
    Collections.shuffle(jobs, random);
    List<List<Job>> parts = new ArrayList<>();
    for (int from = 0; from < keys; from += 30) {
      parts.add(jobs.subList(from, from + 30));
    }
    return parts;
  }

  @Test
  void QUE_3_severalWorkersShareTheJobs() {
    int jobs = 1000;
    for (int from = 0; from < jobs; from += 100) {
      List<Job> part = new ArrayList<>();
      for (int i = from; i < from + 100; i++) {
        part.add(job("k" + i).build());
      }
      queue.enqueue(part);
    }
    List<List<String>> answers = Crowd.of(THREADS, number -> work(open(tenant, name), 7));

    List<String> all = new ArrayList<>();
    answers.forEach(all::addAll);
    assertThat(all).hasSize(jobs).doesNotHaveDuplicates();
    assertThat(queue.statistics().total()).isEqualTo(Counts.NONE);
  }

  /** Works until a lease finds nothing; answers the keys that were done. */
  private static List<String> work(WorkQueue handle, int limit) {
    List<String> keys = new ArrayList<>();
    while (true) {
      Optional<Lease> lease = Crowd.patiently(() -> handle.lease(KIND, limit, LEASE));
      if (lease.isEmpty()) {
        return keys;
      }
      List<Settlement> done = new ArrayList<>();
      for (LeasedJob leased : lease.get().jobs()) {
        keys.add(leased.job().key().text());
        done.add(new Settlement.Done(leased.slot()));
      }
      assertThat(Crowd.patiently(() -> handle.settle(lease.get(), done))).isEqualTo(Settled.DONE);
    }
  }

  @Test
  void QUE_2_QUE_3_nothingIsLostOrDoneTwiceWhileAllWorkAtOnce() {
    need(QueueAbility.UNIQUENESS);
    need(QueueAbility.SERIAL_PER_KEY);
    QueueTraffic traffic = new QueueTraffic(QueueTraffic.Mood.CALM, time -> {});
    pass(traffic, 150);

    assertThat(traffic.done()).as("jobs done, of those added").isEqualTo(traffic.added());
  }

  @Test
  void QUE_5_QUE_6_QUE_8_nothingIsLostWhileWorkersFailAndVanish() {
    need(QueueAbility.UNIQUENESS);
    need(QueueAbility.FENCING);
    QueueTraffic traffic = new QueueTraffic(QueueTraffic.Mood.WILD, this::advance);
    pass(traffic, 150);

    assertThat(traffic.done()).as("jobs done, of those added").isBetween(1L, traffic.added());
  }

  private void pass(QueueTraffic traffic, int steps) {
    Seed seed = Seed.draw();
    Crowd.of(
        THREADS,
        number -> {
          traffic.drive(open(tenant, name), seed.random(number), steps);
          return number;
        });
    for (int i = 0; i < 5; i++) {
      advance(HOUR.multipliedBy(2));
      traffic.empty(queue);
    }
    traffic.assertNothingLost();
    assertThat(queue.statistics().total()).isEqualTo(Counts.NONE);
  }

  @Test
  void RUN_1_releasesAreAllOrNothingWhileJobsAreHeld() {
    runs();
    int limit = 12;
    int each = 60;
    AtomicInteger holding = new AtomicInteger(THREADS - 1);
    List<List<Release>> answers =
        Crowd.of(
            THREADS,
            number -> {
              WorkQueue handle = open(tenant, name);
              List<Release> releases = new ArrayList<>();
              if (number > 0) {
                holdOneByOne(handle, "k" + number + "-", each);
                holding.decrementAndGet();
                return releases;
              }
              while (holding.get() > 0) {
                releases.add(
                    Crowd.patiently(() -> ((SupportsRuns) handle).release(RUN, SCOPE, limit)));
              }
              return releases;
            });

    List<Release> releases = answers.get(0);
    long released = 0;
    for (Release release : releases) {
      assertThat(release.released())
          .isEqualTo(release.held() == 0 || released + release.held() <= limit);
      released += release.released() ? release.held() : 0;
    }
    long discarded = runs().discard(RUN, SCOPE);
    List<Held> leased = leaseAll();
    assertThat(leased).hasSize((int) released).allMatch(held -> held.leased().mayDelete());
    assertThat(released + discarded).isEqualTo(each * (THREADS - 1L));
  }

  private static void holdOneByOne(WorkQueue handle, String prefix, int number) {
    for (int i = 0; i < number; i++) {
      List<Job> jobs = List.of(heldJob(prefix + i, RUN).build());
      Crowd.patiently(() -> handle.enqueue(jobs));
    }
  }

  @Test
  void QUE_5_ofTwoSettlersOfOneSlotTheFirstStands() {
    enqueue(job("a"), job("open"));
    List<Held> held = leaseAll();
    Held a = held.get(0);
    Crowd.of(
        THREADS,
        number ->
            Crowd.patiently(
                () ->
                    open(tenant, name)
                        .settle(
                            a.lease(),
                            List.of(
                                number % 2 == 0
                                    ? new Settlement.Done(a.slot())
                                    : new Settlement.Retry(a.slot(), HOUR, "e")))));

    Counts counts = queue.statistics().total();
    assertThat(counts.running()).isEqualTo(1);
    assertThat(counts.delayed()).isLessThanOrEqualTo(1);
    letLeasesExpire();
    advance(HOUR);
    Set<String> left = new HashSet<>(drain());
    assertThat(left).contains(held.get(1).text()).hasSize(1 + (int) counts.delayed());
  }

  // ---- waking

  @Test
  void QUE_0_enqueueingWakesTheOtherHandles() throws InterruptedException {
    need(QueueAbility.WAKEUP);
    AtomicInteger closedCalls = new AtomicInteger();
    CountDownLatch woken = new CountDownLatch(1);
    SupportsWakeup listener = (SupportsWakeup) open(tenant, name);
    SupportsWakeup.Subscription closed = listener.onWork(closedCalls::incrementAndGet);
    closed.close();
    closed.close();
    closedCalls.set(0); // it may have been called while it was open
    try (SupportsWakeup.Subscription open = listener.onWork(woken::countDown)) {
      assertThat(open).isNotNull();
      enqueue(job("a"));
      assertThat(woken.await(30, TimeUnit.SECONDS)).as("woken").isTrue();
    }
    assertThat(closedCalls).as("calls to a subscription that was closed").hasValue(0);
  }

  @Test
  void QUE_0_aSubscriberThatFailsHarmsNobody() throws InterruptedException {
    need(QueueAbility.WAKEUP);
    CountDownLatch woken = new CountDownLatch(2);
    SupportsWakeup wakeup = (SupportsWakeup) queue;
    SupportsWakeup.Subscription failing =
        wakeup.onWork(
            () -> {
              woken.countDown();
              throw new IllegalStateException("on purpose");
            });
    SupportsWakeup.Subscription other = wakeup.onWork(woken::countDown);

    assertThat(enqueue(job("a"))).isEqualTo(new Enqueued(1, 0, 0));
    assertThat(woken.await(30, TimeUnit.SECONDS)).as("both were woken").isTrue();
    failing.close();
    other.close();
    assertThat(drain()).containsExactly("a");
  }
}
