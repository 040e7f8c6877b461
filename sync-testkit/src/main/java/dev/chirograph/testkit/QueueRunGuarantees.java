package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.QueueStatistics.Counts;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.SupportsRuns;
import dev.chirograph.spi.SupportsRuns.Release;
import dev.chirograph.spi.WorkQueue.Enqueued;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/** Held jobs and runs: QUE-11 and RUN-1 to RUN-4. */
abstract class QueueRunGuarantees extends QueueSettleGuarantees {

  private static final long RUN = 7;
  private static final long NEWER = 8;
  private static final long NO_LIMIT = Long.MAX_VALUE;

  // ---- QUE-11: holding

  @Test
  void QUE_11_aHeldJobIsNotLeasedUntilItsRunIsReleased() {
    SupportsRuns runs = runs();
    enqueue(heldJob("a", RUN).priority(9).full().note("n"), job("b").run(RUN));
    assertCounts(new Counts(1, 0, 1, 0, 0));
    assertThat(drain()).containsExactly("b");
    advance(Duration.ofDays(365));
    assertNothingReady();

    assertThat(runs.release(RUN, SCOPE, 1)).isEqualTo(new Release(1, true));
    Held held = leaseOnly("a");
    assertThat(held.leased().mayDelete()).isTrue();
    assertThat(held.job()).isEqualTo(job("a").run(RUN).priority(9).full().note("n").build());
    assertSettled(done(held));
    assertThat(queue.statistics().total()).isEqualTo(Counts.NONE);
  }

  @Test
  void QUE_11_onlyReleasedJobsMayDelete() {
    SupportsRuns runs = runs();
    enqueue(heldJob("held", RUN), job("ready").run(RUN), job("none"), heldJob("other", NEWER));
    runs.release(RUN, SCOPE, NO_LIMIT);

    assertThat(leaseAll())
        .extracting(held -> held.text() + held.leased().mayDelete())
        .containsExactlyInAnyOrder("heldtrue", "readyfalse", "nonefalse");
  }

  @Test
  void QUE_11_leaveToDeleteOutlivesRetriesReleasesAndLostLeases() {
    SupportsRuns runs = runs();
    enqueue(heldJob("a", RUN));
    runs.release(RUN, SCOPE, NO_LIMIT);
    assertSettled(retry(leaseOnly("a"), Duration.ZERO));
    Held held = leaseOnly("a");
    assertThat(held.leased().mayDelete()).as("after a retry").isTrue();
    assertSettled(settle(held, new Settlement.Release(held.slot())));
    assertThat(leaseOnly("a").leased().mayDelete()).as("after it was handed back").isTrue();
    letLeasesExpire();
    assertThat(leaseOnly("a").leased().mayDelete()).as("after the lease was lost").isTrue();
  }

  @Test
  void QUE_11_leaveToDeleteEndsWithTheJob() {
    SupportsRuns runs = runs();
    enqueue(heldJob("a", RUN));
    runs.release(RUN, SCOPE, NO_LIMIT);
    assertSettled(done(leaseOnly("a")));
    enqueue(job("a").run(RUN));

    assertThat(leaseOnly("a").leased().mayDelete()).isFalse();
  }

  @Test
  void QUE_11_aJobThatIsReadyIsNotHeldByARun() {
    runs();
    enqueue(job("ready"), job("delayed").delay(HOUR));
    assertThat(enqueue(heldJob("ready", RUN), heldJob("delayed", RUN)))
        .isEqualTo(new Enqueued(0, 2, 0));
    assertCounts(new Counts(1, 1, 0, 0, 0));

    Held held = leaseOnly("ready");
    assertThat(held.job().run()).isEqualTo(RUN);
    assertThat(held.leased().mayDelete()).isFalse();
    assertSettled(done(held));
    advance(HOUR.plusMinutes(1));
    assertThat(leaseOnly("delayed").leased().mayDelete()).isFalse();
  }

  @Test
  void QUE_11_aHeldJobBecomesReadyWithoutLeaveWhenItIsWanted() {
    SupportsRuns runs = runs();
    enqueue(heldJob("a", RUN), heldJob("b", RUN));
    assertThat(enqueue(job("a"))).isEqualTo(new Enqueued(0, 1, 0));
    assertThat(enqueue(job("b").delay(HOUR))).isEqualTo(new Enqueued(0, 1, 0));

    Held held = leaseOnly("a");
    assertThat(held.leased().mayDelete()).isFalse();
    assertThat(held.job().run()).isEqualTo(RUN);
    assertThat(runs.release(RUN, SCOPE, 0)).as("nothing is held").isEqualTo(new Release(0, true));
    advance(HOUR.plusMinutes(1));
    assertThat(leaseAll()).noneMatch(other -> other.leased().mayDelete());
  }

  @Test
  void QUE_11_aJobThatIsHeldAnewGoesToTheNewerRun() {
    SupportsRuns runs = runs();
    enqueue(heldJob("a", RUN));
    assertThat(enqueue(heldJob("a", NEWER))).isEqualTo(new Enqueued(0, 1, 0));
    assertThat(enqueue(heldJob("a", NEWER))).isEqualTo(new Enqueued(0, 0, 1));

    assertThat(runs.release(RUN, SCOPE, NO_LIMIT)).isEqualTo(new Release(0, true));
    assertThat(runs.discard(RUN, SCOPE)).isZero();
    assertNothingReady();
    assertThat(runs.release(NEWER, SCOPE, 1)).isEqualTo(new Release(1, true));
    Held held = leaseOnly("a");
    assertThat(held.job().run()).isEqualTo(NEWER);
    assertThat(held.leased().mayDelete()).isTrue();
  }

  @Test
  void QUE_11_leaveToDeleteDoesNotPassToTheNextRun() {
    SupportsRuns runs = runs();
    enqueue(heldJob("a", RUN), heldJob("b", RUN), heldJob("c", RUN));
    runs.release(RUN, SCOPE, NO_LIMIT);
    enqueue(job("a").run(NEWER), heldJob("b", NEWER), job("c").full());
    runs.discard(
        NEWER, SCOPE); // it found too many deletes, and must not get its way by an old release

    assertThat(leaseAll())
        .extracting(held -> held.text() + held.job().run() + held.leased().mayDelete())
        .containsExactlyInAnyOrder("a8false", "b8false", "c7true");
  }

  @Test
  void QUE_11_aWorkerPutsAJobBackAsHeld() {
    SupportsRuns runs = runs();
    enqueue(job("a").run(RUN).full().note("n"));
    assertSettled(retry(leaseOnly("a"), Duration.ZERO));
    Held held = leaseOnly("a");
    assertSettled(settle(held, new Settlement.Hold(held.slot())));

    assertCounts(held(1));
    assertNothingReady();
    assertThat(runs.remaining(RUN, 10)).isZero();
    assertThat(runs.release(RUN, SCOPE, 1)).isEqualTo(new Release(1, true));
    Held again = leaseOnly("a");
    assertThat(again.leased().mayDelete()).isTrue();
    assertThat(again.leased().attempts()).isEqualTo(1);
    assertThat(again.job()).isEqualTo(job("a").run(RUN).full().note("n").build());
  }

  @Test
  void QUE_11_aFollowUpMakesAJobReadyThatIsPutBackAsHeld() {
    SupportsRuns runs = runs();
    enqueue(job("wanted").run(RUN), job("held").run(RUN));
    List<Held> all = leaseAll();
    enqueue(job("wanted").note("n"), heldJob("held", NEWER));
    all.forEach(held -> assertSettled(settle(held, new Settlement.Hold(held.slot()))));

    Held wanted = leaseOnly("wanted");
    assertThat(wanted.leased().mayDelete()).isFalse();
    assertThat(wanted.job()).isEqualTo(job("wanted").run(RUN).note("n").build());
    assertThat(runs.release(RUN, SCOPE, NO_LIMIT)).isEqualTo(new Release(0, true));
    assertThat(runs.release(NEWER, SCOPE, NO_LIMIT)).isEqualTo(new Release(1, true));
    assertThat(leaseOnly("held").leased().mayDelete()).isTrue();
  }

  @Test
  void QUE_11_workThatComesBackIsNotHeldByAFollowUp() {
    runs();
    enqueue(job("retried"), job("released"), job("lost"));
    List<Held> all = leaseAll();
    enqueue(heldJob("retried", RUN), heldJob("released", RUN), heldJob("lost", RUN));
    for (Held held : all) {
      if (held.text().equals("retried")) {
        assertSettled(retry(held, HOUR));
      } else if (held.text().equals("released")) {
        assertSettled(settle(held, new Settlement.Release(held.slot())));
      }
    }
    advance(HOUR.plusMinutes(1));

    assertThat(leaseAll())
        .extracting(held -> held.text() + held.job().run() + held.leased().mayDelete())
        .containsExactlyInAnyOrder("retried7false", "released7false", "lost7false");
  }

  @Test
  void QUE_11_aReleasedFollowUpWaitsForTheRunningJob() {
    SupportsRuns runs = runs();
    enqueue(job("a"));
    Held first = leaseOnly("a");
    enqueue(heldJob("a", RUN));
    assertThat(runs.release(RUN, SCOPE, NO_LIMIT)).isEqualTo(new Release(1, true));
    assertNothingReady();
    assertSettled(done(first));

    assertThat(leaseOnly("a").leased().mayDelete()).isTrue();
  }

  @Test
  void QUE_11_aFollowUpOfADeleteHasNoLeave() {
    SupportsRuns runs = runs();
    enqueue(heldJob("a", RUN));
    runs.release(RUN, SCOPE, NO_LIMIT);
    Held first = leaseOnly("a");
    assertThat(enqueue(job("a").run(RUN))).isEqualTo(new Enqueued(1, 0, 0));
    assertSettled(done(first));

    assertThat(leaseOnly("a").leased().mayDelete()).isFalse();
  }

  // ---- RUN-1 to RUN-4

  @Test
  void RUN_1_beyondTheLimitNothingIsReleased() {
    SupportsRuns runs = runs();
    holdMany(10, RUN);
    queue.enqueue(List.of(Job.builder("other", SCOPE, Key.utf8("k")).run(RUN).held().build()));

    assertThat(runs.release(RUN, SCOPE, 10)).isEqualTo(new Release(11, false));
    assertNothingReady();
    assertThat(leaseAll(queue, "other")).isEmpty();
    assertThat(runs.release(RUN, SCOPE, 0)).isEqualTo(new Release(11, false));
    assertThat(runs.release(RUN, SCOPE, 11)).isEqualTo(new Release(11, true));
    assertThat(leaseAll()).hasSize(10).allMatch(held -> held.leased().mayDelete());
    assertThat(leaseAll(queue, "other")).hasSize(1);
    assertThat(runs.release(RUN, SCOPE, 0)).as("a second release").isEqualTo(new Release(0, true));
  }

  @Test
  void RUN_1_eachScopeOfARunIsReleasedAndDiscardedByItself() {
    SupportsRuns runs = runs();
    enqueue(heldJob("a", RUN), heldJob("b", RUN));
    queue.enqueue(
        List.of(
            Job.builder(KIND, "elsewhere", Key.utf8("a")).run(RUN).held().build(),
            Job.builder(KIND, "third", Key.utf8("c")).run(RUN).held().build()));

    assertThat(runs.release(RUN, "elsewhere", 1)).isEqualTo(new Release(1, true));
    assertThat(runs.release(RUN, SCOPE, 1)).isEqualTo(new Release(2, false));
    assertThat(runs.release(RUN, "nowhere", 1)).isEqualTo(new Release(0, true));
    assertThat(leaseAll())
        .singleElement()
        .satisfies(held -> assertThat(held.leased().job().scope()).isEqualTo("elsewhere"));
    assertThat(runs.discard(RUN, SCOPE)).isEqualTo(2);
    assertThat(runs.release(RUN, "third", 1)).isEqualTo(new Release(1, true));
  }

  @Test
  void RUN_1_theLimitCountsAllThatWasReleasedOfTheRun() {
    SupportsRuns runs = runs();
    holdMany(10, RUN);
    assertThat(runs.release(RUN, SCOPE, 12)).isEqualTo(new Release(10, true));
    assertThat(runs.release(RUN, SCOPE, 12))
        .as("the reply was lost")
        .isEqualTo(new Release(0, true));
    enqueue(heldJob("late1", RUN), heldJob("late2", RUN), heldJob("late3", RUN));

    assertThat(runs.release(RUN, SCOPE, 12)).isEqualTo(new Release(3, false));
    assertThat(leaseAll()).hasSize(10);
    assertThat(runs.release(RUN, SCOPE, 13)).isEqualTo(new Release(3, true));
    assertThat(leaseAll()).hasSize(3).allMatch(held -> held.leased().mayDelete());
    enqueue(heldJob("later", RUN), heldJob("later", NEWER));
    assertThat(runs.release(NEWER, SCOPE, 1)).as("another run").isEqualTo(new Release(1, true));
  }

  @Test
  void RUN_5_aForgottenRunHoldsAndHasReleasedNothing() {
    SupportsRuns runs = runs();
    holdMany(10, RUN);
    assertThat(runs.release(RUN, SCOPE, 10)).isEqualTo(new Release(10, true));
    enqueue(heldJob("late", RUN), heldJob("other", NEWER));

    assertThat(runs.forget(RUN)).isEqualTo(1);
    assertThat(runs.forget(RUN)).isZero();
    assertThat(runs.release(NEWER, SCOPE, 1)).isEqualTo(new Release(1, true));
    enqueue(heldJob("anew", RUN));
    assertThat(runs.release(RUN, SCOPE, 1)).isEqualTo(new Release(1, true));
  }

  @Test
  void RUN_2_discardingRemovesWhatTheRunHoldsAndNoMore() {
    SupportsRuns runs = runs();
    holdMany(10, RUN);
    enqueue(job("ready").run(RUN), job("delayed").run(RUN).delay(HOUR), heldJob("other", NEWER));
    enqueue(job("running").run(RUN).priority(9));
    Lease running = queue.lease(KIND, 1, LEASE).orElseThrow();

    assertThat(runs.discard(RUN, SCOPE)).isEqualTo(10);
    assertCounts(new Counts(1, 1, 1, 1, 0));
    assertThat(runs.discard(RUN, SCOPE)).isZero();
    assertSettled(
        queue.settle(running, List.of(new Settlement.Done(running.jobs().get(0).slot()))));
    assertThat(runs.release(NEWER, SCOPE, 1).released()).isTrue();
    advance(HOUR.plusMinutes(1));
    assertThat(drain()).containsExactlyInAnyOrder("ready", "delayed", "other");
    assertThat(enqueue(job("k1"))).as("a key that was discarded").isEqualTo(new Enqueued(1, 0, 0));
  }

  @Test
  void RUN_3_cancellingRemovesWhatWaitsInTheRun() {
    SupportsRuns runs = runs();
    enqueue(job("running").run(RUN), job("lost").run(RUN));
    List<Held> running = leaseAll();
    holdMany(5, RUN);
    enqueue(job("running").run(RUN), job("ready").run(RUN), job("delayed").run(RUN).delay(HOUR));
    enqueue(job("none"), job("other").run(NEWER), heldJob("heldByOther", NEWER));

    assertThat(runs.cancel(RUN)).isEqualTo(8);
    assertCounts(new Counts(2, 0, 1, 2, 0));
    assertThat(runs.remaining(RUN, 10)).isEqualTo(2);
    assertThat(runs.cancel(RUN)).isZero();
    for (Held held : running) {
      assertSettled(held.text().equals("running") ? done(held) : retry(held, HOUR));
    }
    advance(HOUR.plusMinutes(1));
    assertThat(drain()).containsExactlyInAnyOrder("none", "other", "lost");
  }

  @Test
  void RUN_3_runsEndWithoutTouchingDeadLetters() {
    SupportsRuns runs = runs();
    enqueue(job("a").run(RUN));
    Held held = leaseOnly("a");
    assertSettled(settle(held, new Settlement.Bury(held.slot(), "broken")));

    assertThat(runs.remaining(RUN, 10)).as("a dead letter is not left to do").isZero();
    assertThat(runs.cancel(RUN)).isZero();
    assertThat(runs.discard(RUN, SCOPE)).isZero();
    assertCounts(dead(1));
  }

  @Test
  void RUN_4_whatIsReadyDelayedOrRunningRemains() {
    SupportsRuns runs = runs();
    assertThat(runs.remaining(RUN, 10)).isZero();
    enqueue(job("a").run(RUN), job("b").run(RUN).delay(HOUR), heldJob("c", RUN));
    enqueue(job("other").run(NEWER));
    assertThat(runs.remaining(RUN, 10)).as("ready, delayed").isEqualTo(2);

    Held held = leaseAll().stream().filter(h -> h.text().equals("a")).findFirst().orElseThrow();
    assertThat(runs.remaining(NEWER, 10)).as("of the other run").isEqualTo(1);
    assertThat(runs.remaining(RUN, 10)).as("running, delayed").isEqualTo(2);
    enqueue(job("a").run(RUN));
    assertThat(runs.remaining(RUN, 10)).as("running, its follow-up, delayed").isEqualTo(3);
    assertSettled(retry(held, HOUR));
    assertThat(runs.remaining(RUN, 10)).as("absorbed, delayed").isEqualTo(2);
    runs.release(RUN, SCOPE, 1);
    assertThat(runs.remaining(RUN, 10)).as("absorbed, delayed, released").isEqualTo(3);
    advance(HOUR.plusMinutes(1));
    assertThat(drain()).containsExactlyInAnyOrder("a", "b", "c", "other");
    assertThat(runs.remaining(RUN, 10)).isZero();
    assertThat(runs.remaining(NEWER, 10)).isZero();
  }

  @Test
  void RUN_4_jobsOfALostLeaseRemain() {
    SupportsRuns runs = runs();
    enqueue(job("a").run(RUN), job("b").run(RUN));
    assertSettled(done(leaseAll().get(0)));
    assertThat(runs.remaining(RUN, 10)).isEqualTo(1);
    letLeasesExpire();
    assertThat(runs.remaining(RUN, 10)).isEqualTo(1);
    assertSettled(done(leaseOnly()));
    assertThat(runs.remaining(RUN, 10)).isZero();
  }

  @Test
  void RUN_4_aJobThatANewerRunTookIsLeftThere() {
    SupportsRuns runs = runs();
    enqueue(job("a").run(RUN));
    enqueue(heldJob("a", NEWER));
    assertThat(runs.remaining(RUN, 10)).isZero();
    assertThat(runs.remaining(NEWER, 10)).isEqualTo(1);
  }

  @Test
  void RUN_4_countingMayStop() {
    SupportsRuns runs = runs();
    for (int i = 0; i < 10; i++) {
      enqueue(job("k" + i).run(RUN));
    }
    assertThat(runs.remaining(RUN, 1)).isBetween(1L, 10L);
    assertThat(runs.remaining(RUN, 4)).isBetween(4L, 10L);
    assertThat(runs.remaining(RUN, Long.MAX_VALUE)).isEqualTo(10);
  }

  @Test
  void RUN_0_noRunIsNoRun() {
    SupportsRuns runs = runs();
    enqueue(job("a"));
    for (LongConsumer operation :
        List.<LongConsumer>of(
            run -> runs.release(run, SCOPE, 9),
            run -> runs.discard(run, SCOPE),
            runs::cancel,
            runs::forget,
            run -> runs.remaining(run, 9))) {
      assertRefused(() -> operation.accept(0));
      assertRefused(() -> operation.accept(-1));
    }
    assertThat(drain()).containsExactly("a");
  }

  @Test
  void QUE_13_runsOfOtherQueuesAreNotTouched() {
    SupportsRuns runs = runs();
    SupportsRuns others = (SupportsRuns) open(tenant, name + "-other");
    SupportsRuns strangers = (SupportsRuns) open(tenant + "-other", name);
    enqueue(heldJob("held", RUN), job("ready").run(RUN));

    for (SupportsRuns other : List.of(others, strangers)) {
      assertThat(other.remaining(RUN, 9)).isZero();
      assertThat(other.release(RUN, SCOPE, 9)).isEqualTo(new Release(0, true));
      assertThat(other.discard(RUN, SCOPE)).isZero();
      assertThat(other.cancel(RUN)).isZero();
      assertThat(other.forget(RUN)).isZero();
    }
    assertCounts(new Counts(1, 0, 1, 0, 0));
    assertThat(runs.release(RUN, SCOPE, 1)).isEqualTo(new Release(1, true));
  }

  private void holdMany(int number, long run) {
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      jobs.add(heldJob("k" + i, run).build());
    }
    queue.enqueue(jobs);
  }
}
