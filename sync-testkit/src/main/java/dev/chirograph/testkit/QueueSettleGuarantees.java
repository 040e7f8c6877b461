package dev.chirograph.testkit;

import static dev.chirograph.testkit.QueueAbility.FENCING;
import static dev.chirograph.testkit.QueueAbility.UNIQUENESS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.spi.QueueStatistics.Counts;
import dev.chirograph.spi.Settlement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What settling does: QUE-7, QUE-8, QUE-9 and QUE-10. */
abstract class QueueSettleGuarantees extends QueueLeaseGuarantees {

  private static final String LONG_ERROR = "\u00e9".repeat(999) + "\uD83D\uDE00" + "x".repeat(4000);

  // ---- QUE-7: settling twice. A second job keeps the lease open.

  @Test
  void QUE_7_afterDoneNothingBringsAJobBack() {
    enqueue(job("a"), job("open"));
    List<Held> held = leaseAll();
    Held a = held.get(0);
    assertSettled(done(a));

    assertSettled(done(a));
    assertSettled(retry(a, Duration.ZERO));
    assertSettled(settle(a, new Settlement.Release(a.slot())));
    assertSettled(settle(a, new Settlement.Note(a.slot(), "late")));
    assertSettled(settle(a, new Settlement.Bury(a.slot(), "late")));
    assertCounts(running(1));
    assertNothingReady();
    letLeasesExpire();
    assertThat(drain()).containsExactly(held.get(1).text());
    assertThat(queue.statistics().total()).isEqualTo(Counts.NONE);
  }

  @Test
  void QUE_7_afterARetryDoneDoesNotRemoveTheJob() {
    enqueue(job("a"), job("open"));
    Held a = leaseAll().get(0);
    assertSettled(retry(a, HOUR));

    assertSettled(done(a));
    assertSettled(retry(a, Duration.ZERO));
    assertSettled(settle(a, new Settlement.Note(a.slot(), "late")));
    assertSettled(settle(a, new Settlement.Bury(a.slot(), "late")));

    assertCounts(new Counts(0, 1, 0, 1, 0));
    assertNothingReady();
    advance(LEASE.minusMinutes(1));
    assertSettled(settle(a));
    assertNothingReady();
  }

  @Test
  void QUE_7_aSlotThatWasSettledDoesNotReachTheJobsNextLease() {
    enqueue(job("a"), job("open"));
    Held first = leaseAll().get(0);
    assertSettled(retry(first, Duration.ZERO));
    Held second = leaseOnly("a");

    assertSettled(done(first));
    assertSettled(settle(first, new Settlement.Note(first.slot(), "late")));
    assertCounts(running(2));
    assertSettled(retry(second, Duration.ZERO));
    Held third = leaseOnly("a");
    assertThat(third.leased().attempts()).isEqualTo(2);
    assertThat(third.job().note()).isEmpty();
  }

  @Test
  void QUE_7_aSlotThatWasSettledDoesNotReachTheFollowUp() {
    need(UNIQUENESS);
    enqueue(job("a"), job("open"));
    Held first = leaseAll().get(0);
    assertSettled(done(first));
    enqueue(job("a"));

    assertSettled(done(first));
    assertThat(drain()).containsExactly("a");
  }

  @Test
  void QUE_7_repeatingTheLastSettlementChangesNothing() {
    enqueue(job("a"));
    Held held = leaseOnly("a");
    assertSettled(retry(held, HOUR));

    retry(held, Duration.ZERO); // done or stale: the lease may be gone with its last job
    done(held);
    settle(held);
    assertCounts(delayed(1));
    advance(HOUR.plusMinutes(1));
    assertThat(leaseOnly("a").leased().attempts()).isEqualTo(1);
  }

  @Test
  void QUE_7_manyAreSettledInOneCall() {
    enqueue(job("done"), job("retry"), job("release"), job("bury"), job("note"));
    List<Held> all = leaseAll();
    List<Settlement> settlements =
        all.stream()
            .<Settlement>map(
                held ->
                    switch (held.text()) {
                      case "done" -> new Settlement.Done(held.slot());
                      case "retry" -> new Settlement.Retry(held.slot(), HOUR, "e");
                      case "release" -> new Settlement.Release(held.slot());
                      case "bury" -> new Settlement.Bury(held.slot(), "e");
                      default -> new Settlement.Note(held.slot(), "n");
                    })
            .toList();

    assertSettled(queue.settle(all.get(0).lease(), settlements));
    assertCounts(new Counts(1, 1, 0, 1, 1));
    assertSettled(queue.settle(all.get(0).lease(), settlements));
    assertCounts(new Counts(1, 1, 0, 1, 1));
  }

  // ---- QUE-8: retries

  @Test
  void QUE_8_aRetriedJobWaitsAndDelaysNoOther() {
    enqueue(job("a").priority(9).full().note("n").run(2), job("b"));
    for (Held held : leaseAll()) {
      assertSettled(held.text().equals("a") ? retry(held, HOUR) : done(held));
    }
    enqueue(job("c"));
    assertThat(drain()).containsExactly("c");
    advance(HOUR.minusMinutes(5));
    assertNothingReady();
    advance(Duration.ofMinutes(6));

    Held again = leaseOnly("a");
    assertThat(again.job()).isEqualTo(job("a").priority(9).full().note("n").run(2).build());
    assertThat(again.leased().attempts()).isEqualTo(1);
    assertThat(again.leased().lastError()).contains("it failed");
  }

  @Test
  void QUE_8_attemptsAreCounted() {
    enqueue(job("a"));
    for (int attempts = 0; attempts < 5; attempts++) {
      Held held = leaseOnly("a");
      assertThat(held.leased().attempts()).isEqualTo(attempts);
      assertSettled(retry(held, Duration.ZERO));
    }
  }

  @Test
  void QUE_8_releasingCountsNoAttempt() {
    enqueue(job("a").note("n").full());
    Held held = leaseOnly("a");
    assertSettled(retry(held, Duration.ZERO));
    held = leaseOnly("a");
    assertSettled(settle(held, new Settlement.Release(held.slot())));

    Held again = leaseOnly("a");
    assertThat(again.leased().attempts()).isEqualTo(1);
    assertThat(again.leased().lastError()).contains("it failed");
    assertThat(again.job()).isEqualTo(job("a").note("n").full().build());
  }

  @Test
  void QUE_8_aFollowUpAbsorbsARetry() {
    need(UNIQUENESS);
    enqueue(job("a").full().note("old").run(3).priority(2));
    Held first = leaseOnly("a");
    enqueue(job("a").note("new").priority(1));
    assertSettled(retry(first, HOUR));

    Held again = leaseOnly("a");
    assertThat(again.job()).isEqualTo(job("a").full().note("new").run(3).priority(2).build());
    assertThat(again.leased().attempts()).isEqualTo(1);
    assertThat(again.leased().lastError()).contains("it failed");
    assertSettled(done(again));
    advance(HOUR.plusMinutes(1));
    assertNothingReady();
    assertThat(queue.statistics().total()).isEqualTo(Counts.NONE);
  }

  @Test
  void QUE_8_ofARetryAndADelayedFollowUpTheEarlierTimeWins() {
    need(UNIQUENESS);
    enqueue(job("a"), job("b"));
    List<Held> first = leaseAll();
    enqueue(job("a").delay(HOUR), job("b").delay(HOUR.multipliedBy(9)));
    for (Held held : first) {
      assertSettled(retry(held, held.text().equals("a") ? HOUR.multipliedBy(9) : HOUR));
    }

    assertCounts(delayed(2));
    assertNothingReady();
    advance(HOUR.plusMinutes(1));
    assertThat(drain()).containsExactlyInAnyOrder("a", "b");
    advance(HOUR.multipliedBy(9));
    assertNothingReady();
  }

  @Test
  void QUE_8_aFollowUpAbsorbsAReleasedJob() {
    need(UNIQUENESS);
    enqueue(job("a").full());
    Held first = leaseOnly("a");
    enqueue(job("a").note("new"));
    assertSettled(settle(first, new Settlement.Release(first.slot())));

    Held again = leaseOnly("a");
    assertThat(again.job()).isEqualTo(job("a").full().note("new").build());
    assertThat(again.leased().attempts()).isZero();
    assertSettled(done(again));
    assertNothingReady();
  }

  @Test
  void QUE_8_longErrorsAreCut() {
    enqueue(job("a"));
    Held held = leaseOnly("a");
    assertSettled(settle(held, new Settlement.Retry(held.slot(), Duration.ZERO, LONG_ERROR)));

    assertCut(leaseOnly("a").leased().lastError().orElseThrow());
  }

  static void assertCut(String error) {
    assertThat(error).startsWith(LONG_ERROR.substring(0, 999)).hasSizeBetween(999, 1000);
  }

  static String longError() {
    return LONG_ERROR;
  }

  @Test
  void QUE_8_anErrorMayBeAnyText() {
    // Parsers put what they found into their messages; a queue that chokes on it retries for ever.
    List<String> errors =
        List.of("", "a\u0000b", "lone \uD83D here", "'; drop table job; --", "\n\t\r", "{\"a\":");
    for (String error : errors) {
      enqueue(job("a"));
      Held held = leaseOnly("a");
      assertSettled(settle(held, new Settlement.Retry(held.slot(), Duration.ZERO, error)));
      Held again = leaseOnly("a");
      assertThat(again.leased().attempts()).isEqualTo(1);
      assertSettled(settle(again, new Settlement.Bury(again.slot(), error)));
    }
    assertNothingReady();
  }

  // ---- QUE-9: burying (what is kept, the guarantees of dead letters say)

  @Test
  void QUE_9_aBuriedJobIsNotLeasedAgain() {
    enqueue(job("a"));
    Held held = leaseOnly("a");
    assertSettled(settle(held, new Settlement.Bury(held.slot(), "broken")));

    assertNothingReady();
    advance(Duration.ofDays(30));
    assertNothingReady();
    assertCounts(dead(1));
  }

  @Test
  void QUE_9_theFollowUpOfABuriedJobStays() {
    need(UNIQUENESS);
    enqueue(job("a").full().note("old"));
    Held held = leaseOnly("a");
    enqueue(job("a").note("new"));
    assertSettled(settle(held, new Settlement.Bury(held.slot(), "broken")));

    Held followUp = leaseOnly("a");
    assertThat(followUp.job()).as("a job of its own").isEqualTo(job("a").note("new").build());
    assertThat(followUp.leased().attempts()).isZero();
    assertCounts(new Counts(0, 0, 0, 1, 1));
  }

  // ---- QUE-10: notes

  @Test
  void QUE_10_aNoteOutlivesTheWorker() {
    need(FENCING);
    enqueue(job("a").note("0"), job("b").note("0"));
    for (Held held : leaseAll()) {
      assertSettled(settle(held, new Settlement.Note(held.slot(), "1" + held.text())));
      assertSettled(settle(held, new Settlement.Note(held.slot(), "2" + held.text())));
    }
    letLeasesExpire();
    assertThat(leaseAll())
        .extracting(held -> held.job().note())
        .containsExactlyInAnyOrder("2a", "2b");
  }

  @Test
  void QUE_10_aNoteIsKeptThroughEverySettlement() {
    String note = "{\"upload\":\"" + "\u20ac".repeat(1000) + "\"}";
    enqueue(job("retried"), job("released"));
    for (Held held : leaseAll()) {
      assertSettled(settle(held, new Settlement.Note(held.slot(), note)));
      assertSettled(
          held.text().equals("retried")
              ? retry(held, Duration.ZERO)
              : settle(held, new Settlement.Release(held.slot())));
    }
    assertThat(leaseAll()).hasSize(2).allMatch(held -> held.job().note().equals(note));
  }

  @Test
  void QUE_10_aNoteMayBeEmptied() {
    enqueue(job("a").note("old"));
    Held held = leaseOnly("a");
    assertSettled(settle(held, new Settlement.Note(held.slot(), "")));
    assertSettled(retry(held, Duration.ZERO));

    assertThat(leaseOnly("a").job().note()).isEmpty();
  }

  @Test
  void QUE_10_aNoteGoesToItsOwnSlotOnly() {
    enqueue(job("a"), job("b"), job("c"));
    List<Held> all = leaseAll();
    Held middle = all.get(1);
    assertSettled(settle(middle, new Settlement.Note(middle.slot(), "mine")));
    all.forEach(held -> assertSettled(retry(held, Duration.ZERO)));

    assertThat(leaseAll())
        .allMatch(
            held -> held.job().note().equals(held.text().equals(middle.text()) ? "mine" : ""));
  }
}
