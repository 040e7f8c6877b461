package dev.chirograph.testkit;

import static dev.chirograph.testkit.QueueAbility.FENCING;
import static dev.chirograph.testkit.QueueAbility.SERIAL_PER_KEY;
import static dev.chirograph.testkit.QueueAbility.UNIQUENESS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.QueueStatistics.Counts;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.WorkQueue;
import dev.chirograph.spi.WorkQueue.Enqueued;
import dev.chirograph.spi.WorkQueue.Settled;
import java.time.Duration;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** What leases hold and how they end: QUE-2, QUE-3, QUE-5, QUE-6 and QUE-14. */
abstract class QueueLeaseGuarantees extends QueueEnqueueGuarantees {

  private static final Enqueued ADDED = new Enqueued(1, 0, 0);

  // ---- QUE-2 and QUE-3: follow-ups

  @Test
  void QUE_2_aRunningJobHasOneFollowUpThatWaitsForIt() {
    need(UNIQUENESS);
    need(SERIAL_PER_KEY);
    enqueue(job("a").note("1"));
    Held first = leaseOnly("a");

    assertThat(enqueue(job("a").note("2"))).isEqualTo(ADDED);
    assertThat(enqueue(job("a"))).isEqualTo(new Enqueued(0, 0, 1));
    assertThat(enqueue(job("a").full())).isEqualTo(new Enqueued(0, 1, 0));
    assertNothingReady();

    assertSettled(done(first));
    Held second = leaseOnly("a");
    assertThat(second.job()).isEqualTo(job("a").full().note("2").build());
    assertThat(second.leased().attempts()).isZero();
    assertSettled(done(second));
    assertNothingReady();
    assertThat(queue.statistics().total()).isEqualTo(Counts.NONE);
  }

  @Test
  void QUE_2_aFollowUpChangesNothingAboutTheRunningJob() {
    need(UNIQUENESS);
    enqueue(job("a").note("1"));
    Held first = leaseOnly("a");
    enqueue(job("a").note("2").full().run(9));

    assertCounts(new Counts(1, 0, 0, 1, 0));
    assertSettled(settle(first, new Settlement.Note(first.slot(), "3")));
    assertSettled(done(first));

    assertThat(leaseOnly().job()).isEqualTo(job("a").note("2").full().run(9).build());
  }

  @Test
  void QUE_2_aFollowUpWaitsInOtherHandlesToo() {
    need(UNIQUENESS);
    need(SERIAL_PER_KEY);
    WorkQueue other = open(tenant, name);
    enqueue(job("a"), job("b"));
    List<Held> mine = leaseAll();
    other.enqueue(List.of(job("a").priority(9).build(), job("c").build()));

    assertThat(leaseAll(other, KIND)).extracting(Held::text).containsExactly("c");
    assertSettled(done(mine.get(1)));
    assertThat(leaseAll(other, KIND)).extracting(Held::text).isEmpty();
    assertSettled(done(mine.get(0)));
    assertThat(leaseAll(other, KIND)).extracting(Held::text).containsExactly("a");
  }

  @Test
  void QUE_2_aDelayedFollowUpKeepsItsTime() {
    need(UNIQUENESS);
    enqueue(job("a"));
    Held first = leaseOnly("a");
    enqueue(job("a").delay(HOUR));
    assertSettled(done(first));

    assertNothingReady();
    advance(HOUR.plusMinutes(1));
    assertThat(drain()).containsExactly("a");
  }

  @Test
  void QUE_2_aFollowUpThatWaitsDelaysNoOther() {
    need(UNIQUENESS);
    need(SERIAL_PER_KEY);
    for (int i = 0; i < 20; i++) {
      enqueue(job("busy" + i));
    }
    List<Held> busy = leaseAll();
    for (int i = 0; i < 20; i++) {
      enqueue(job("busy" + i).priority(Job.MAX_PRIORITY));
    }
    enqueue(job("free"));

    Lease lease = queue.lease(KIND, 1, LEASE).orElseThrow();
    assertThat(lease.jobs().get(0).job().key().text()).isEqualTo("free");
    busy.forEach(held -> assertSettled(done(held)));
    assertThat(leaseAll()).hasSize(20);
  }

  @Test
  void QUE_3_theSameKeyOfAnotherScopeOrKindRunsAtTheSameTime() {
    var a = job("a").build();
    var scoped = Job.builder(KIND, "other", a.key()).build();
    var kinded = Job.builder("other", SCOPE, a.key()).build();
    queue.enqueue(List.of(a));
    Held held = leaseOnly("a");
    queue.enqueue(List.of(scoped, kinded));

    assertThat(leaseOnly().job()).isEqualTo(scoped);
    assertThat(leaseAll(queue, "other")).extracting(Held::job).containsExactly(kinded);
    assertSettled(done(held));
  }

  @Test
  void QUE_3_aJobThatFailedLeavesItsKeyFree() {
    enqueue(job("a"));
    Held held = leaseOnly("a");
    assertSettled(settle(held, new Settlement.Bury(held.slot(), "broken")));
    enqueue(job("a"));
    assertThat(drain()).containsExactly("a");
  }

  // ---- QUE-5: fences

  @Test
  void QUE_5_everythingUnderALostLeaseIsStaleAndChangesNothing() {
    need(FENCING);
    List<IntFunction<Settlement>> all =
        List.of(
            Settlement.Done::new,
            slot -> new Settlement.Retry(slot, HOUR, "stale"),
            slot -> new Settlement.Bury(slot, "stale"),
            Settlement.Release::new,
            Settlement.Hold::new,
            slot -> new Settlement.Note(slot, "stale"));
    enqueue(job("a").run(5).note("kept"));
    Held lost = leaseOnly("a");
    letLeasesExpire();
    Held again = leaseOnly("a");
    assertThat(again.lease().fence()).isNotEqualTo(lost.lease().fence());

    for (IntFunction<Settlement> settlement : all) {
      assertStale(settle(lost, settlement.apply(lost.slot())));
      assertCounts(running(1));
      assertNothingReady();
    }
    assertStale(settle(lost));

    assertSettled(retry(again, Duration.ZERO));
    Held third = leaseOnly("a");
    assertThat(third.job()).isEqualTo(job("a").run(5).note("kept").build());
    assertThat(third.leased().attempts()).isEqualTo(2);
    assertSettled(done(third));
    assertThat(queue.statistics().total()).isEqualTo(Counts.NONE);
  }

  @Test
  void QUE_5_aLostLeaseIsStaleAlsoWhenItsJobsWaitOrAreDone() {
    need(FENCING);
    enqueue(job("a"));
    Held lost = leaseOnly("a");
    letLeasesExpire();
    Held again = leaseOnly("a");
    assertSettled(retry(again, HOUR));

    assertStale(done(lost));
    assertCounts(delayed(1));
    advance(HOUR.plusMinutes(1));
    Held third = leaseOnly("a");
    assertStale(retry(lost, Duration.ZERO));
    assertSettled(done(third));
    assertStale(retry(lost, Duration.ZERO));
    assertNothingReady();
    assertThat(queue.statistics().total()).isEqualTo(Counts.NONE);
  }

  @Test
  void QUE_5_aBatchHasOneFence() {
    need(FENCING);
    enqueue(job("a"), job("b"), job("c"));
    List<Held> lost = leaseAll();
    assertThat(lost)
        .extracting(held -> held.lease().fence())
        .containsOnly(lost.get(0).lease().fence());
    letLeasesExpire();
    enqueue(job("d"));
    assertThat(leaseAll()).hasSize(4);

    lost.forEach(held -> assertStale(done(held)));
    letLeasesExpire();
    assertThat(drain()).containsExactlyInAnyOrder("a", "b", "c", "d");
  }

  @Test
  void QUE_5_anExpiredLeaseThatNobodyTookIsEitherHeldOrLost() {
    enqueue(job("a"));
    Held expired = leaseOnly("a");
    letLeasesExpire();

    if (done(expired) == Settled.DONE) {
      assertNothingReady();
      assertThat(queue.statistics().total()).isEqualTo(Counts.NONE);
    } else {
      assertThat(drain()).containsExactly("a");
    }
  }

  @Test
  void QUE_5_anEmptySettlementExtends() {
    enqueue(job("a"));
    Held held = leaseOnly("a");
    for (int i = 0; i < 3; i++) {
      advance(LEASE.minusMinutes(4));
      assertSettled(settle(held));
      assertNothingReady();
    }
    assertSettled(done(held));
    letLeasesExpire();
    assertNothingReady();
  }

  @Test
  void QUE_5_settlingSomeExtendsForTheOthers() {
    enqueue(job("a"), job("b"), job("c"));
    List<Held> held = leaseAll();
    advance(LEASE.minusMinutes(4));
    assertSettled(done(held.get(0)));
    advance(LEASE.minusMinutes(4));
    assertNothingReady();
    assertSettled(retry(held.get(1), HOUR));
    advance(LEASE.minusMinutes(4));
    assertNothingReady();

    assertSettled(done(held.get(2)));
    assertCounts(delayed(1));
  }

  @Test
  void QUE_5_unusableSettlementsAreRefusedWhole() {
    enqueue(job("a"), job("b"));
    List<Held> held = leaseAll();
    Lease lease = held.get(0).lease();
    int first = held.get(0).slot();
    int second = held.get(1).slot();

    assertRefused(
        () ->
            queue.settle(
                lease,
                List.of(
                    new Settlement.Done(second),
                    new Settlement.Done(first),
                    new Settlement.Retry(first, HOUR, "twice"))));
    assertRefused(
        () -> queue.settle(lease, List.of(new Settlement.Done(first), new Settlement.Done(77))));
    assertRefused(
        () ->
            queue.settle(lease, List.of(new Settlement.Done(first), new Settlement.Hold(second))));
    assertCounts(running(2));
    letLeasesExpire();
    assertThat(drain()).as("jobs that came back").containsExactlyInAnyOrder("a", "b");
  }

  // ---- QUE-6: leases that expire

  @Test
  void QUE_6_jobsOfAnExpiredLeaseComeBackWithNotesAndOneAttemptMore() {
    enqueue(job("a").full().run(3).priority(4).note("0"), job("b"));
    for (Held held : leaseAll()) {
      assertSettled(settle(held, new Settlement.Note(held.slot(), "note of " + held.text())));
    }
    letLeasesExpire();

    List<Held> again = leaseAll();
    assertThat(again)
        .extracting(Held::job)
        .containsExactlyInAnyOrder(
            job("a").full().run(3).priority(4).note("note of a").build(),
            job("b").note("note of b").build());
    assertThat(again).allMatch(held -> held.leased().attempts() == 1);
    letLeasesExpire();
    assertThat(leaseAll()).hasSize(2).allMatch(held -> held.leased().attempts() == 2);
  }

  @Test
  void QUE_6_onlyWhatWasNotSettledComesBack() {
    need(FENCING);
    enqueue(job("done"), job("retried"), job("released"), job("buried"), job("open"));
    for (Held held : leaseAll()) {
      switch (held.text()) {
        case "done" -> assertSettled(done(held));
        case "retried" -> assertSettled(retry(held, HOUR.multipliedBy(9)));
        case "released" -> assertSettled(settle(held, new Settlement.Release(held.slot())));
        case "buried" -> assertSettled(settle(held, new Settlement.Bury(held.slot(), "broken")));
        default -> assertSettled(settle(held, new Settlement.Note(held.slot(), "1")));
      }
    }
    letLeasesExpire();

    assertThat(leaseAll())
        .extracting(held -> held.text() + held.leased().attempts())
        .containsExactlyInAnyOrder("open1", "released0");
    assertCounts(new Counts(0, 1, 0, 2, 1));
  }

  @Test
  void QUE_6_aFollowUpAbsorbsAJobWhoseLeaseExpired() {
    need(UNIQUENESS);
    enqueue(job("a").full().note("old").run(3));
    leaseOnly("a");
    enqueue(job("a").priority(5));
    letLeasesExpire();

    Held again = leaseOnly("a");
    assertThat(again.job()).isEqualTo(job("a").full().note("old").run(3).priority(5).build());
    assertThat(again.leased().attempts()).isEqualTo(1);
    assertSettled(done(again));
    assertNothingReady();
    assertThat(queue.statistics().total()).isEqualTo(Counts.NONE);
  }

  @Test
  void QUE_6_anExpiredJobIsNotStarvedByOthers() {
    enqueue(job("lost"));
    leaseOnly("lost");
    letLeasesExpire();
    for (int i = 0; i < 10; i++) {
      enqueue(job("k" + i));
    }

    assertThat(leaseAll()).extracting(Held::text).hasSize(11).contains("lost");
  }

  // ---- QUE-14: the store's clock

  @Test
  void QUE_14_leasesDoNotEndBeforeTheirTime() {
    enqueue(job("a"));
    Held held = leaseOnly("a");
    advance(LEASE.minusMinutes(2));

    assertNothingReady();
    assertSettled(done(held));
  }

  @Test
  void QUE_14_aLeaseLastsAsLongAsItWasAskedFor() {
    enqueue(job("long"));
    assertThat(queue.lease(KIND, 1, Duration.ofDays(3))).isPresent();
    enqueue(job("short"));
    assertThat(queue.lease(KIND, 1, Duration.ofMinutes(1))).isPresent();
    advance(Duration.ofMinutes(2));
    assertThat(drain()).containsExactly("short");
    advance(Duration.ofDays(2));
    assertNothingReady();
    advance(Duration.ofDays(1));
    assertThat(drain()).containsExactly("long");
  }

  @Test
  void QUE_14_delaysFollowTheStoresClock() {
    enqueue(job("hour").delay(HOUR), job("week").delay(Duration.ofDays(7)), job("now"));
    assertCounts(new Counts(1, 2, 0, 0, 0));
    assertThat(drain()).containsExactly("now");

    advance(HOUR.minusMinutes(5));
    assertNothingReady();
    advance(Duration.ofMinutes(6));
    assertCounts(new Counts(1, 1, 0, 0, 0));
    assertThat(drain()).containsExactly("hour");
    advance(Duration.ofDays(6));
    assertNothingReady();
    advance(Duration.ofDays(1));
    assertThat(drain()).containsExactly("week");
  }

  @Test
  void QUE_14_theOldestWaitingIsMeasuredByTheStoresClock() {
    enqueue(job("delayed").delay(Duration.ofDays(30)), job("old").priority(-1));
    advance(HOUR);
    enqueue(job("young").priority(1));

    assertThat(queue.statistics().oldestWaiting())
        .isBetween(HOUR.minusMillis(1), HOUR.plusMinutes(2));
    assertThat(drain()).hasSize(2);
    assertThat(queue.statistics().oldestWaiting()).isZero();
  }

  @Test
  void QUE_14_statisticsCountByScopeAndState() {
    queue.enqueue(
        List.of(
            Job.builder(KIND, "one", Key.utf8("a")).build(),
            Job.builder("other", "one", Key.utf8("a")).build(),
            Job.builder(KIND, "two", Key.utf8("a")).delay(HOUR).build()));
    assertCounts("one", waiting(2));
    assertCounts("two", delayed(1));
    assertCounts("three", Counts.NONE);

    Held held = leaseOnly("a");
    assertCounts("one", new Counts(1, 0, 0, 1, 0));
    assertSettled(settle(held, new Settlement.Bury(held.slot(), "broken")));
    assertCounts("one", new Counts(1, 0, 0, 0, 1));
  }
}
