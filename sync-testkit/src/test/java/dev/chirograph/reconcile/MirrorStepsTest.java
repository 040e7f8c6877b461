package dev.chirograph.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Run;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.QueueStatistics;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.SupportsDeadLetters;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import dev.chirograph.spi.WorkQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Copies that take several steps: stopped and taken up again. */
class MirrorStepsTest extends SteppedMirror {

  @Test
  void L4_aCopyThatBrokeGoesOnInTheNextAttempt() {
    to.disturb(3, () -> fail(Kind.UNAVAILABLE));
    var reconciler = durable();

    assertThat(lab.finish(reconciler, reconciler.start(Scope.all())).agreed()).isTrue();

    assertThat(copied()).isEqualTo("fourteen bytes");
    assertThat(to.steps).hasSize(5).containsOnlyOnce("begin");
    assertThat(to.steps.get(3)).isEqualTo(to.steps.get(2));
    assertThat(to.abandoned).isEmpty();
  }

  @Test
  void L4_aWorkerThatLostItsLeaseMakesNoFurtherStep() {
    List<Lease> others = new ArrayList<>();
    to.disturb(
        3,
        () -> {
          lab.clock.advance(Duration.ofMinutes(2));
          others.add(lab.queue.lease(Runs.ITEM, 10, Duration.ofMinutes(1)).orElseThrow());
        });
    var reconciler = durable();
    Run run = reconciler.start(Scope.all());

    reconciler.drain();

    assertThat(to.steps).hasSize(3);
    assertThat(to.target.content(KEY)).isEmpty();
    assertThat(to.abandoned).as("the copy is the other worker's now").isEmpty();
    Lease other = others.get(0);
    assertThat(lab.queue.settle(other, List.of(new Settlement.Release(0))))
        .isNotEqualTo(WorkQueue.Settled.STALE);
    assertThat(lab.finish(reconciler, run).agreed()).isTrue();
    assertThat(to.steps).containsOnlyOnce("begin");
    assertThat(copied()).isEqualTo("fourteen bytes");
  }

  @Test
  void L4_whatALostWorkerBeganAndNobodyKnowsIsAbandoned() {
    to.disturb(
        1,
        () -> {
          lab.clock.advance(Duration.ofMinutes(2));
          lab.queue.lease(Runs.ITEM, 10, Duration.ofMinutes(1)).orElseThrow();
        });
    var reconciler = durable();
    reconciler.start(Scope.all());

    reconciler.drain();

    assertThat(to.steps).containsExactly("begin");
    assertThat(to.abandoned).hasSize(1);
  }

  @Test
  void aNoteThatCannotBeReadIsToldAndTheCopyBegunAnew() {
    var reconciler = durable();
    lab.queue.enqueue(List.of(Job.builder(Runs.ITEM, "pair", KEY).note("not ours").build()));

    reconciler.drain();

    assertThat(copied()).isEqualTo("fourteen bytes");
    assertThat(to.steps.get(0)).isEqualTo("begin");
    assertThat(lab.heard.items.get(0).error().orElseThrow()).hasMessageContaining("cannot be read");
    assertThat(lab.queue.statistics().total()).isEqualTo(QueueStatistics.Counts.NONE);
  }

  @Test
  void L4_aCopyThatWasBuriedGoesOnWhenItIsReplayed() {
    boolean[] away = {true};
    for (int step = 3; step < 100; step++) {
      to.disturb(
          step,
          () -> {
            if (away[0]) {
              fail(Kind.UNAVAILABLE);
            }
          });
    }
    var reconciler = durable();
    lab.finish(reconciler, reconciler.start(Scope.all()));
    assertThat(lab.deadErrors()).hasSize(1);

    away[0] = false;
    ((SupportsDeadLetters) lab.queue).replay(Selection.all());
    reconciler.drain();

    assertThat(copied()).isEqualTo("fourteen bytes");
    assertThat(to.steps).containsOnlyOnce("begin");
    assertThat(to.abandoned).isEmpty();
  }
}
