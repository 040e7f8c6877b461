package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Change;
import dev.chirograph.Expect;
import dev.chirograph.Outcome;
import dev.chirograph.Run;
import dev.chirograph.RunPhase;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.QueueStatistics.Counts;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What runs leave behind, and who clears it away. */
class LeftoversTest {

  private final Lab lab = new Lab();

  @Test
  void L3_whatADyingWalkHeldUnderACancelledRunIsDiscarded() {
    lab.same(10);
    var reconciler = lab.durable().build();
    Run run = reconciler.submit(Scope.all());
    run.cancel();
    // The walker was killed after it had put these into the queue: the range comes back.
    lab.queue.enqueue(
        List.of(
            Job.builder(Runs.ITEM, "pair", key("zz-old")).run(run.id()).held().build(),
            Job.builder(Runs.RANGE, "pair", Runs.rangeKey(run.id(), 0)).run(run.id()).build()));

    reconciler.drain();

    assertThat(lab.queue.statistics().total()).isEqualTo(Counts.NONE);
  }

  @Test
  void L11_aRecordThatCannotBeReadKeepsNoOtherRunFromBeingForgotten() {
    lab.same(10);
    var reconciler = lab.durable().build();
    Run done = reconciler.submit(Scope.all());
    assertThat(lab.finish(reconciler, done).phase()).isEqualTo(RunPhase.DONE);
    byte[] nonsense = "not a run".getBytes(StandardCharsets.UTF_8);
    Outcome written =
        lab.state
            .write(
                "reconcile-runs",
                List.of(Change.put(RunStore.runKey(1), nonsense, Expect.absent())))
            .get(0);
    assertThat(written).isInstanceOf(Outcome.Applied.class);
    lab.clock.advance(Duration.ofDays(2));

    assertThat(reconciler.submitIfOlder(Scope.all(), Duration.ofDays(3))).isEmpty();
    assertThat(reconciler.forgetRuns(Duration.ofDays(1))).isOne();
    assertThat(reconciler.run(done.id())).isEmpty();
  }
}
