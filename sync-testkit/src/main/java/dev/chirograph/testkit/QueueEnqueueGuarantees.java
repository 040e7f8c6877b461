package dev.chirograph.testkit;

import static dev.chirograph.testkit.QueueAbility.UNIQUENESS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.Lease.LeasedJob;
import dev.chirograph.spi.QueueStatistics.Counts;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.WorkQueue;
import dev.chirograph.spi.WorkQueue.Enqueued;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What enqueueing makes of jobs: QUE-1, QUE-4, QUE-12 and QUE-13. */
abstract class QueueEnqueueGuarantees extends QueueHarness {

  private static final Enqueued ADDED = new Enqueued(1, 0, 0);
  private static final Enqueued UPGRADED = new Enqueued(0, 1, 0);
  private static final Enqueued ALREADY = new Enqueued(0, 0, 1);

  @Test
  void QUE_0_aJobComesAsItWasEnqueued() {
    String note = "{\"b\":1, \"a\" : \"\\u0000 \uD83D\uDE00 \u00e9 ' \\\\ %\", \"b\":2}";
    Job job =
        Job.builder(
                "k".repeat(Job.MAX_KIND_LENGTH), "s".repeat(Job.MAX_SCOPE_LENGTH), Key.utf8("a"))
            .run(Long.MAX_VALUE)
            .priority(-Job.MAX_PRIORITY)
            .full()
            .note(note)
            .build();

    assertThat(queue.enqueue(List.of(job))).isEqualTo(ADDED);

    LeasedJob leased = leaseAll(queue, job.kind()).get(0).leased();
    assertThat(leased.job()).isEqualTo(job);
    assertThat(leased.attempts()).isZero();
    assertThat(leased.mayDelete()).isFalse();
    assertThat(leased.lastError()).isEmpty();
  }

  @Test
  void QUE_0_aNoteOf4096BytesIsKept() {
    String ascii = "\"" + "n".repeat(Job.MAX_NOTE_BYTES - 2) + "\"";
    String euros = "\"" + "\u20ac".repeat((Job.MAX_NOTE_BYTES - 2) / 3) + "\"";
    String emoji = "\"" + "\uD83D\uDE00".repeat((Job.MAX_NOTE_BYTES - 2) / 4) + "\"";
    enqueue(job("ascii").note(ascii), job("euros").note(euros), job("emoji").note(emoji));

    assertThat(leaseAll())
        .extracting(held -> held.job().note())
        .containsExactlyInAnyOrder(ascii, euros, emoji);
  }

  @Test
  void QUE_0_nothingGivesNothing() {
    assertThat(queue.enqueue(List.of())).isEqualTo(new Enqueued(0, 0, 0));
    assertThat(queue.lease(KIND, 1, LEASE)).isEmpty();
    assertThat(queue.statistics().total()).isEqualTo(Counts.NONE);
    assertThat(queue.statistics().oldestWaiting()).isEqualTo(Duration.ZERO);
  }

  @Test
  void QUE_0_aLeaseGivesOneKindAndAtMostTheLimit() {
    for (int i = 0; i < 5; i++) {
      queue.enqueue(
          List.of(
              Job.builder("one", SCOPE, Key.utf8("k" + i)).build(),
              Job.builder("two", SCOPE, Key.utf8("k" + i)).build()));
    }

    Lease lease = queue.lease("one", 3, LEASE).orElseThrow();

    assertThat(lease.kind()).isEqualTo("one");
    assertThat(lease.duration()).isEqualTo(LEASE);
    assertThat(lease.jobs()).hasSize(3).allMatch(leased -> leased.job().kind().equals("one"));
    assertThat(lease.jobs()).extracting(LeasedJob::slot).doesNotHaveDuplicates();
    assertThat(leaseAll(queue, "one")).hasSize(2);
    assertThat(leaseAll(queue, "two")).hasSize(5);
  }

  @Test
  void QUE_0_anUnusableLeaseIsRefused() {
    assertRefused(() -> queue.lease(KIND, 0, LEASE));
    assertRefused(() -> queue.lease(KIND, queue.capabilities().maxBatch() + 1, LEASE));
    assertRefused(() -> queue.lease(KIND, 1, Duration.ofMillis(999)));
  }

  @Test
  void QUE_1_enqueueingTwiceLeavesOneJob() {
    need(UNIQUENESS);
    assertThat(enqueue(job("a"))).isEqualTo(ADDED);
    assertThat(enqueue(job("a"))).isEqualTo(ALREADY);

    assertThat(drain()).containsExactly("a");
    assertThat(enqueue(job("a"))).as("after it was done").isEqualTo(ADDED);
  }

  @Test
  void QUE_1_fullIsAddedAndNeverTaken() {
    need(UNIQUENESS);
    enqueue(job("a"));
    assertThat(enqueue(job("a").full())).isEqualTo(UPGRADED);
    assertThat(enqueue(job("a"))).isEqualTo(ALREADY);

    assertThat(leaseOnly().job().full()).isTrue();
  }

  @Test
  void QUE_1_theHigherPriorityWins() {
    need(UNIQUENESS);
    enqueue(job("up").priority(-5), job("down").priority(7));
    assertThat(enqueue(job("up").priority(3))).isEqualTo(UPGRADED);
    assertThat(enqueue(job("down").priority(2))).isEqualTo(ALREADY);

    assertThat(leaseAll()).extracting(Held::text).containsExactly("down", "up");
  }

  @Test
  void QUE_1_theHigherPriorityIsGivenOut() {
    need(UNIQUENESS);
    enqueue(job("a").priority(-5));
    enqueue(job("a").priority(3));

    assertThat(leaseOnly().job().priority()).isEqualTo(3);
  }

  @Test
  void QUE_1_theEarlierTimeWins() {
    need(UNIQUENESS);
    enqueue(job("sooner").delay(HOUR.multipliedBy(3)), job("later").delay(HOUR), job("ready"));
    assertThat(enqueue(job("sooner").delay(HOUR))).isEqualTo(UPGRADED);
    assertThat(enqueue(job("later").delay(HOUR.multipliedBy(3)))).isEqualTo(ALREADY);
    assertThat(enqueue(job("ready").delay(HOUR))).isEqualTo(ALREADY);

    assertThat(drain()).containsExactly("ready");
    advance(HOUR.plusMinutes(1));
    assertThat(drain()).containsExactlyInAnyOrder("sooner", "later");
  }

  @Test
  void QUE_1_aDelayedJobIsReadyAtOnceWhenItIsWantedAtOnce() {
    need(UNIQUENESS);
    enqueue(job("a").delay(HOUR));
    assertThat(enqueue(job("a"))).isEqualTo(UPGRADED);

    assertThat(drain()).containsExactly("a");
  }

  @Test
  void QUE_1_runAndNoteOfTheNewerAreTakenWhenItHasThem() {
    need(UNIQUENESS);
    enqueue(job("new").run(1).note("1"), job("old").run(1).note("1"));
    assertThat(enqueue(job("new").run(2).note("2"))).isEqualTo(UPGRADED);
    assertThat(enqueue(job("old"))).isEqualTo(ALREADY);

    assertThat(leaseAll())
        .extracting(held -> held.text() + held.job().run() + held.job().note())
        .containsExactlyInAnyOrder("new22", "old11");
  }

  @Test
  void QUE_1_anUpgradedJobKeepsItsPlace() {
    need(UNIQUENESS);
    enqueue(job("first"));
    enqueue(job("second"));
    enqueue(job("first").full().run(1).note("1"));

    assertThat(leaseAll()).extracting(Held::text).containsExactly("first", "second");
  }

  @Test
  void QUE_1_anUpgradedJobKeepsAttemptsAndErrorAndComesAtOnce() {
    need(UNIQUENESS);
    enqueue(job("a"));
    retry(leaseOnly(), HOUR);
    assertThat(enqueue(job("a"))).isEqualTo(UPGRADED);

    Held again = leaseOnly("a");
    assertThat(again.leased().attempts()).isEqualTo(1);
    assertThat(again.leased().lastError()).contains("it failed");
  }

  @Test
  void QUE_1_equalJobsInOneListAreOne() {
    need(UNIQUENESS);
    enqueue(job("waits"));
    Enqueued enqueued =
        enqueue(
            job("a").delay(HOUR).note("1"),
            job("waits"),
            job("a").priority(5),
            job("a").full().run(4).note("2").delay(HOUR),
            job("waits").full(),
            job("a"));

    assertThat(enqueued.added()).isEqualTo(1);
    assertThat(enqueued.upgraded()).isPositive();
    assertThat(enqueued.added() + enqueued.upgraded() + enqueued.already()).isEqualTo(6);
    assertThat(leaseAll())
        .extracting(Held::job)
        .containsExactly(
            job("a").priority(5).full().run(4).note("2").build(), job("waits").full().build());
  }

  @Test
  void QUE_1_theCountsOfOneListAddUp() {
    need(UNIQUENESS);
    enqueue(job("same"), job("more"));

    assertThat(enqueue(job("new"), job("same"), job("more").full(), job("other")))
        .isEqualTo(new Enqueued(2, 1, 1));
  }

  @Test
  void QUE_1_noTwoKeysAreTakenForOne() {
    List<Key> keys = HostileKeys.all();
    for (int from = 0; from < keys.size(); from += 20) {
      List<Job> jobs = new ArrayList<>();
      keys.subList(from, Math.min(from + 20, keys.size())).forEach(k -> jobs.add(job(k).build()));
      assertThat(queue.enqueue(jobs)).isEqualTo(new Enqueued(jobs.size(), 0, 0));
    }

    List<Held> leased = leaseAll();
    assertThat(leased)
        .extracting(held -> held.job().key())
        .containsExactlyInAnyOrderElementsOf(keys);
    leased.forEach(held -> assertSettled(retry(held, Duration.ZERO)));
    assertThat(leaseAll()).as("what comes back").hasSameSizeAs(keys);
  }

  @Test
  void QUE_1_noTwoScopesOrKindsAreTakenForOne() {
    List<String> names =
        List.of(
            "n",
            "N",
            "n ",
            " n",
            "\u0144",
            "n/",
            "n%",
            "n_",
            "n\\",
            "n'",
            "\uD83D\uDE00",
            "n.n",
            "nn");
    List<Job> jobs = new ArrayList<>();
    for (String other : names) {
      jobs.add(Job.builder("n", other, Key.utf8("k")).build());
      jobs.add(Job.builder(other, "", Key.utf8("k")).build());
    }
    assertThat(queue.enqueue(jobs)).isEqualTo(new Enqueued(jobs.size(), 0, 0));

    for (String scope : names) {
      assertCounts(scope, waiting(1));
    }
    assertThat(leaseAll(queue, "n")).extracting(Held::job).hasSize(names.size() + 1);
    for (String kind : names.subList(1, names.size())) {
      assertThat(leaseAll(queue, kind))
          .as("jobs of kind '" + kind + "'")
          .extracting(Held::job)
          .containsExactly(Job.builder(kind, "", Key.utf8("k")).build());
    }
  }

  @Test
  void QUE_4_theHighestPriorityComesFirstAndWithinItTheOldest() {
    int[] priorities = {0, 1, -1, 0, Job.MAX_PRIORITY, 1, -Job.MAX_PRIORITY, 0};
    for (int i = 0; i < priorities.length; i++) {
      enqueue(job("k" + i).priority(priorities[i]));
    }

    List<String> order = new ArrayList<>();
    for (int i = 0; i < priorities.length; i++) {
      order.add(queue.lease(KIND, 1, LEASE).orElseThrow().jobs().get(0).job().key().text());
    }
    assertThat(order).containsExactly("k4", "k1", "k5", "k0", "k3", "k7", "k2", "k6");
  }

  @Test
  void QUE_4_theJobsOfALeaseAreInOrder() {
    IntStream.range(0, 9).forEach(i -> enqueue(job("k" + i).priority(i % 3)));

    assertThat(leaseAll())
        .extracting(Held::text)
        .containsExactly("k2", "k5", "k8", "k1", "k4", "k7", "k0", "k3", "k6");
  }

  @Test
  void QUE_12_aListWithABadJobIsRefusedWhole() {
    assertRefused(() -> enqueue(job("a"), job(Key.EMPTY), job("b")));
    assertThat(queue.statistics().total()).isEqualTo(Counts.NONE);
    assertNothingReady();
  }

  @Test
  void QUE_12_aListThatIsTooLongIsRefusedWhole() {
    List<Job> jobs =
        IntStream.rangeClosed(0, queue.capabilities().maxBatch())
            .mapToObj(i -> job("k" + i).build())
            .toList();

    assertRefused(() -> queue.enqueue(jobs));
    assertNothingReady();
  }

  @Test
  void QUE_12_theLongestListIsTaken() {
    int longest = Math.min(queue.capabilities().maxBatch(), 10_000);
    List<Job> jobs = IntStream.range(0, longest).mapToObj(i -> job("k" + i).build()).toList();

    assertThat(queue.enqueue(jobs)).isEqualTo(new Enqueued(longest, 0, 0));
    assertThat(queue.lease(KIND, longest, LEASE).orElseThrow().jobs()).hasSize(longest);
  }

  @Test
  void QUE_12_repeatingIsHarmless() {
    need(UNIQUENESS);
    List<Job> jobs =
        List.of(
            job("a").full().build(), job("b").priority(1).build(), job("c").delay(HOUR).build());
    queue.enqueue(jobs);

    assertThat(queue.enqueue(jobs)).isEqualTo(new Enqueued(0, 0, 3));
    assertThat(drain()).containsExactly("b", "a");
  }

  @Test
  void QUE_13_anotherHandleIsTheSameQueue() {
    enqueue(job("a"));

    List<Held> leased = leaseAll(open(tenant, name), KIND);
    assertThat(leased).extracting(Held::text).containsExactly("a");
    assertSettled(done(leased.get(0)));
    assertThat(queue.statistics().total()).isEqualTo(Counts.NONE);
  }

  @Test
  void QUE_13_tenantsAndNamesAreKeptApart() {
    List<WorkQueue> queues =
        List.of(
            queue,
            open(tenant, name + "-b"),
            open(tenant + "-" + name, "b"),
            open(tenant, name + ".b"),
            open(tenant + "." + name, "b"),
            open(name, tenant),
            open(tenant, name.toUpperCase(Locale.ROOT)),
            open(tenant.toUpperCase(Locale.ROOT), name),
            open(tenant + "_", name),
            open(tenant, tenant));
    for (int i = 0; i < queues.size(); i++) {
      Job job = job("k").note(Integer.toString(i)).build();
      assertThat(queues.get(i).enqueue(List.of(job))).as("queue " + i).isEqualTo(ADDED);
    }

    for (int i = 0; i < queues.size(); i++) {
      assertThat(queues.get(i).statistics().total().waiting()).isLessThanOrEqualTo(1);
      assertThat(leaseAll(queues.get(i), KIND))
          .as("what queue " + i + " leases")
          .extracting(held -> held.job().note())
          .containsExactly(Integer.toString(i));
    }
  }

  @Test
  void QUE_13_aLeaseIsStaleInAnotherQueue() {
    need(QueueAbility.FENCING);
    WorkQueue other = open(tenant, name + "-other");
    enqueue(job("a"));
    other.enqueue(List.of(job("b").build()));
    Held mine = leaseOnly("a");
    Optional<Lease> theirs = other.lease(KIND, 1, LEASE);

    assertStale(other.settle(mine.lease(), List.of(new Settlement.Done(mine.slot()))));
    assertStale(other.settle(mine.lease(), List.of(new Settlement.Bury(mine.slot(), "e"))));
    assertStale(other.settle(mine.lease(), List.of()));

    assertThat(theirs).isPresent();
    assertThat(other.statistics().total().running()).as("jobs that run there").isEqualTo(1);
    assertSettled(done(mine));
  }
}
