package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Environment;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.Observation;
import dev.chirograph.Pacing;
import dev.chirograph.RetryPolicy;
import dev.chirograph.Run;
import dev.chirograph.RunPhase;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.QueueStatistics;
import dev.chirograph.spi.SupportsDeadLetters;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What is given up, what is handed back, and what becomes of the rest. */
class GivenUpTest {

  private final Lab lab = new Lab();

  @Test
  void L12_aRangeThatIsAlwaysCutAtOnePlaceIsGivenUpAndToldOf() {
    assertGivenUp(Scope.all());
  }

  @Test
  void L12_aRangeOfFoldersThatBeginsAnewEachTimeIsGivenUpToo() {
    assertGivenUp(Scope.all().folders());
  }

  private void assertGivenUp(Scope scope) {
    lab.same(Finder.STRIDE + 1_000);
    Key bad = key("same-%06d".formatted(Finder.STRIDE + 500));
    var reconciler =
        lab.durable(
                new Tapped(
                    lab.source,
                    entry -> {
                      if (entry.key().compareTo(bad) >= 0) {
                        throw new SyncException(Kind.UNAVAILABLE, "this page is always cut");
                      }
                    }),
                lab.replica)
            .build();
    Run run = reconciler.submit(scope);

    for (int i = 0; i < 40 && !run.report().phase().ended(); i++) {
      reconciler.drain();
      lab.clock.advance(Duration.ofMinutes(30));
    }

    assertThat(run.report().phase().ended()).isTrue();
    assertThat(run.report().agreed()).isFalse();
  }

  @Test
  void L4_aWalkThatIsInterruptedHandsItsRangeBack() throws Exception {
    lab.same(100);
    for (int i = 0; i < 20; i++) {
      lab.left("z%03d".formatted(i), "new");
    }
    var first =
        lab.durable(
                new Tapped(
                    lab.source,
                    10,
                    () -> {
                      Thread.currentThread().interrupt(); // as closing does after its deadline
                      throw new SyncException(Kind.UNAVAILABLE, "a slow page");
                    }),
                lab.replica)
            .environment(Environment.system())
            .build();
    Run run = first.submit(Scope.all());
    Thread worker = new Thread(first::drainOnce);
    worker.setUncaughtExceptionHandler((thread, error) -> {});
    worker.start();
    worker.join();

    var second = lab.durable().build();
    assertThat(second.run(run.id()).orElseThrow().report().phase()).isEqualTo(RunPhase.FINDING);
    assertThat(lab.queue.statistics().total().running()).isZero();
    assertThat(lab.finish(second, run).agreed()).isTrue();
  }

  @Test
  void L4_closingAWorkerPastItsDeadlineFailsNoRun() throws Exception {
    lab.same(100);
    CountDownLatch listed = new CountDownLatch(2);
    Around unreachable =
        new Around(lab.source) {
          @Override
          public Listing list(KeyRange range) {
            listed.countDown();
            throw new SyncException(Kind.UNAVAILABLE, "slow down");
          }
        };
    var reconciler =
        lab.durable(unreachable, lab.replica)
            .environment(Environment.system())
            .callRetries(
                RetryPolicy.builder()
                    .pauses(Duration.ofSeconds(2), Duration.ofSeconds(5))
                    .attempts(100)
                    .build())
            .build();
    Run run = reconciler.submit(Scope.all());
    Worker worker = reconciler.worker().closeDeadline(Duration.ofMillis(50)).start();
    listed.await();
    worker.close();

    for (int i = 0; i < 100 && lab.queue.statistics().total().running() > 0; i++) {
      Pacing.system().pause(Duration.ofMillis(20));
    }
    assertThat(lab.deadErrors()).isEmpty();
    assertThat(lab.durable().build().run(run.id()).orElseThrow().report().phase())
        .isEqualTo(RunPhase.FINDING);
  }

  @Test
  void cancellingAWalkLeavesNothingInTheQueueAndWritesNothing() {
    lab.same(100).right("b-old", "v");
    for (int i = 0; i < 20; i++) {
      lab.left("a%03d".formatted(i), "new");
    }
    Run[] run = new Run[1];
    var source = new Tapped(lab.source, 10, () -> run[0].cancel());
    var reconciler = lab.durable(source, lab.replica).build();
    run[0] = reconciler.submit(Scope.all());

    for (int i = 0; i < 5; i++) {
      reconciler.drain();
      lab.clock.advance(Duration.ofHours(1));
    }

    assertThat(run[0].report().phase()).isEqualTo(RunPhase.CANCELLED);
    assertThat(lab.queue.statistics().total()).isEqualTo(QueueStatistics.Counts.NONE);
    assertThat(lab.replica.size()).isEqualTo(101);
  }

  @Test
  void L12_aReplayedDeadLetterIsLookedAtAlsoWhenItsRunWasCancelled() {
    lab.left("a", "2").right("a", "1");
    Faults faults = Faults.none();
    var reconciler = lab.triedOnce(faults.source(lab.source));
    Run run = reconciler.start(Scope.all());
    faults.always(Fault.SERVER_ERROR);
    reconciler.drainOnce();
    faults.stop();
    run.cancel();

    assertThat(((SupportsDeadLetters) lab.queue).replay(Selection.all())).isOne();
    reconciler.drain();

    assertThat(lab.replica.get(key("a"))).hasValue("2");
  }

  @Test
  void retriesOfOneKindGoOnAsLongAsTheirPolicySays() {
    lab.left("a", "v");
    int[] looks = new int[1];
    Around limited =
        new Around(lab.source) {
          @Override
          public List<Observation<String>> observe(List<Key> keys) {
            if (looks[0]++ < 10) {
              throw new SyncException(Kind.RATE_LIMITED, "slow down");
            }
            return inner.observe(keys);
          }
        };
    var reconciler =
        lab.durable(limited, lab.replica)
            .jobRetries(RetryPolicy.builder().attempts(3).attempts(Kind.RATE_LIMITED, 50).build())
            .build();

    assertThat(lab.finish(reconciler, reconciler.submit(Scope.all())).agreed()).isTrue();
    assertThat(lab.deadErrors()).isEmpty();
  }

  @Test
  void L4_anInterruptEndsADrainAndBuriesNothing() throws Exception {
    lab.left("a", "2").right("a", "1");
    int[] looks = new int[1];
    Around http =
        new Around(lab.source) {
          @Override
          public List<Observation<String>> observe(List<Key> keys) {
            looks[0]++;
            if (Thread.currentThread().isInterrupted()) {
              throw SyncException.invalid("a client that fails when its thread is interrupted");
            }
            return super.observe(keys);
          }
        };
    var reconciler = lab.durable(http, lab.replica).build();
    reconciler.hint("pair", List.of(key("a")));
    Throwable[] thrown = new Throwable[1];
    Thread drain =
        new Thread(
            () -> {
              Thread.currentThread().interrupt();
              reconciler.drain();
            });
    drain.setUncaughtExceptionHandler((thread, error) -> thrown[0] = error);
    drain.setDaemon(true);
    drain.start();
    drain.join(20_000);

    assertThat(thrown[0]).isInstanceOf(SyncException.class).hasMessageContaining("interrupted");
    assertThat(looks[0]).isLessThan(10);
    assertThat(lab.deadErrors()).isEmpty();
    lab.clock.advance(Duration.ofMinutes(5));
    reconciler.drain();
    assertThat(lab.replica.get(key("a"))).hasValue("2");
  }
}
