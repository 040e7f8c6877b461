package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class DeterministicSchedulerTest {

  private final ManualClock clock = ManualClock.create();
  private final Instant start = clock.instant();
  private final List<String> done = new ArrayList<>();
  private final DeterministicScheduler scheduler =
      DeterministicScheduler.of(Seed.of(1).random(), clock);

  @Test
  void theSameSeedGivesTheSameOrder() {
    assertThat(order(42)).isEqualTo(order(42));
    Set<List<String>> orders = new HashSet<>();
    for (long seed = 0; seed < 20; seed++) {
      orders.add(order(seed));
    }
    assertThat(orders).hasSizeGreaterThan(10);
  }

  /** Three workers of five rounds each, with waits between some of them. */
  private static List<String> order(long seed) {
    DeterministicScheduler scheduler =
        DeterministicScheduler.of(Seed.of(seed).random(), ManualClock.create());
    List<String> order = new ArrayList<>();
    for (String worker : List.of("a", "b", "c")) {
      scheduler.execute(() -> round(scheduler, order, worker, 5));
    }
    scheduler.runUntilIdle(1_000);
    assertThat(order).hasSize(15);
    return order;
  }

  private static void round(
      DeterministicScheduler scheduler, List<String> order, String worker, int left) {
    order.add(worker + left);
    if (left > 1) {
      Runnable next = () -> round(scheduler, order, worker, left - 1);
      if (left % 2 == 0) {
        scheduler.execute(next);
      } else {
        scheduler.schedule(next, left, TimeUnit.MILLISECONDS);
      }
    }
  }

  @Test
  void scheduledTasksRunAtTheirTime() {
    scheduler.schedule(() -> done.add("late " + elapsed()), 10, TimeUnit.SECONDS);
    scheduler.schedule(() -> done.add("early " + elapsed()), 2, TimeUnit.SECONDS);
    scheduler.execute(() -> done.add("now " + elapsed()));
    scheduler.advance(Duration.ofSeconds(5));
    assertThat(done).containsExactly("now PT0S", "early PT2S");
    assertThat(elapsed()).isEqualTo(Duration.ofSeconds(5));
    scheduler.runUntilIdle(10);
    assertThat(done).containsExactly("now PT0S", "early PT2S", "late PT10S");
    assertThat(scheduler.steps()).isEqualTo(3);
  }

  @Test
  void periodicTasksComeAgainUntilTheyAreCancelled() {
    ScheduledFuture<?> rate =
        scheduler.scheduleAtFixedRate(() -> done.add("" + elapsed()), 1, 2, TimeUnit.SECONDS);
    scheduler.advance(Duration.ofSeconds(6));
    assertThat(done).containsExactly("PT1S", "PT3S", "PT5S");
    assertThat(rate.getDelay(TimeUnit.SECONDS)).isEqualTo(1);
    assertThatThrownBy(() -> scheduler.runUntilIdle(5)).isInstanceOf(IllegalStateException.class);
    rate.cancel(false);
    scheduler.runUntilIdle(1);
    assertThat(rate.isCancelled()).isTrue();
  }

  @Test
  void aFixedDelayCountsFromTheEnd() {
    scheduler.scheduleWithFixedDelay(
        () -> {
          done.add("" + elapsed());
          clockPause(Duration.ofSeconds(3));
        },
        0,
        2,
        TimeUnit.SECONDS);
    scheduler.advance(Duration.ofSeconds(11));
    assertThat(done).containsExactly("PT0S", "PT5S", "PT10S");
  }

  @Test
  void othersRunWhileATaskWaits() {
    scheduler.execute(
        () -> {
          done.add("begin");
          clockPause(Duration.ofSeconds(4));
          done.add("end " + elapsed());
        });
    scheduler.schedule(() -> done.add("between " + elapsed()), 1, TimeUnit.SECONDS);
    scheduler.runUntilIdle(10);
    assertThat(done).containsExactly("begin", "between PT1S", "end PT4S");
  }

  @Test
  void whoReadsAFutureRunsItsTask() throws Exception {
    Future<String> answer = scheduler.submit(() -> "answer");
    assertThat(answer.get()).isEqualTo("answer");
    Future<?> slow = scheduler.schedule(() -> done.add("slow"), 10, TimeUnit.SECONDS);
    assertThatThrownBy(() -> slow.get(3, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
    assertThat(elapsed()).isEqualTo(Duration.ofSeconds(3));
    slow.get();
    assertThat(elapsed()).isEqualTo(Duration.ofSeconds(10));
    assertThat(scheduler.invokeAll(List.of(() -> 1, () -> 2)))
        .extracting(Future::get)
        .containsExactly(1, 2);
  }

  @Test
  void anErrorOfATaskIsThrownWhereTasksAreRun() {
    scheduler.execute(
        () -> {
          throw new IllegalArgumentException("broken");
        });
    assertThatThrownBy(scheduler::step).hasMessage("broken");
    assertThat(scheduler.step()).isFalse();
  }

  @Test
  void afterShutdownNothingIsTakenAndWhatIsReadyRuns() {
    scheduler.execute(() -> done.add("ready"));
    scheduler.schedule(() -> done.add("scheduled"), 1, TimeUnit.SECONDS);
    scheduler.shutdown();
    assertThatThrownBy(() -> scheduler.execute(() -> done.add("refused")))
        .isInstanceOf(RejectedExecutionException.class);
    assertThat(scheduler.isTerminated()).isFalse();
    assertThat(scheduler.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    assertThat(done).containsExactly("ready");
  }

  private Duration elapsed() {
    return Duration.between(start, clock.instant());
  }

  private void clockPause(Duration duration) {
    scheduler.pacing().await(duration);
  }
}
