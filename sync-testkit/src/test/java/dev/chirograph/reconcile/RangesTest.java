package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Change;
import dev.chirograph.DeleteLimit;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Outcome;
import dev.chirograph.Report;
import dev.chirograph.RetryPolicy;
import dev.chirograph.Run;
import dev.chirograph.RunPhase;
import dev.chirograph.SyncException;
import dev.chirograph.Tally.Count;
import dev.chirograph.memory.MemoryReplica;
import dev.chirograph.spi.Replica;
import dev.chirograph.spi.SupportsSplit;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** L4: only the holder of a range has a say in it. */
class RangesTest {

  private static final int ITEMS = 3 * Finder.STRIDE + 100;

  private final Lab lab = new Lab();
  private final Reconciler<String> other = lab.durable().ranges(4).build();
  private boolean lost;

  /** Once: the lease runs out, and another worker does so much of what is ready. */
  private void loseTheLease(int steps) {
    if (!lost) {
      lost = true;
      lab.clock.advance(Duration.ofMinutes(2));
      for (int i = 0; i < steps; i++) {
        other.drainOnce();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100})
  void L4_whoLostARangeDoesNotCutIt(int steps) {
    lab.same(ITEMS).left("same-000007", "other");
    Run run = other.submit(Scope.all());
    var first =
        lab.durable(lab.source, new SlowToSplit(lab.replica, () -> loseTheLease(steps)))
            .ranges(4)
            .build();

    first.drain();

    assertThat(lost).isTrue();
    Report report = lab.finish(other, run);
    assertThat(report.agreed()).isTrue();
    assertThat(report.count(Count.SOURCE_LISTED)).isEqualTo(ITEMS);
  }

  /** Otherwise the part that was cut off is counted twice, and more deletes seem to be allowed. */
  @Test
  void L3_L4_whoLostARangeDoesNotCutItWhileAnotherOneWalksIt() throws Exception {
    int same = 15_100;
    lab.same(same);
    for (int i = 0; i < 1_900; i++) {
      lab.right("a-%05d".formatted(i), "v"); // of 17,000 in all: a tenth is 1,700
    }
    CountDownLatch late = new CountDownLatch(1);
    CountDownLatch cut = new CountDownLatch(1);
    Tapped waiting =
        new Tapped(
            lab.source,
            same - Finder.STRIDE, // it begins after the first note, and is nearly at its end
            () -> {
              late.countDown();
              try {
                assertThat(cut.await(30, TimeUnit.SECONDS)).isTrue();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    DeleteLimit limit = DeleteLimit.of(100_000, 0.1);
    var second = lab.durable(waiting, lab.replica).deletes(limit).ranges(1).build();
    Run run = second.submit(Scope.all());
    Thread[] walker = new Thread[1];
    var first =
        lab.durable(
                lab.source,
                new SlowToSplit(
                    lab.replica,
                    () -> {
                      if (walker[0] == null) {
                        lab.clock.advance(Duration.ofMinutes(2));
                        walker[0] = new Thread(second::drainOnce);
                        walker[0].start();
                        try {
                          assertThat(late.await(30, TimeUnit.SECONDS)).isTrue();
                        } catch (InterruptedException e) {
                          throw new IllegalStateException(e);
                        }
                      }
                    }))
            .deletes(limit)
            .ranges(2)
            .build();

    first.drainOnce(); // stalls while it looks for a place to cut
    first.drainOnce(); // the part it cut off, if it did
    cut.countDown();
    walker[0].join();

    Report report = lab.finish(first, run);
    assertThat(report.count(Count.REPLICA_LISTED)).isEqualTo(same + 1_900);
    assertThat(report.count(Count.DELETED)).isZero();
  }

  /** The other one begins anew, because of the folders, cuts the range, and dies. */
  @Test
  void L3_L4_whoLostARangeAtItsEndDoesNotCloseWhatIsLeftOfIt() {
    lab.same(ITEMS);
    boolean[] atEnd = new boolean[1];
    int[] splits = new int[1];
    var second =
        lab.durable(
                lab.source,
                new SlowToSplit(
                    lab.replica,
                    () -> {
                      if (++splits[0] == 2) {
                        throw new Kill.Killed();
                      }
                    }))
            .ranges(4)
            .build();
    Run run = second.submit(Scope.all().folders());
    Faults meanwhile =
        Faults.builder()
            .onDelay(
                () -> {
                  if (!lost) {
                    lost = true;
                    lab.clock.advance(Duration.ofMinutes(2));
                    assertThatThrownBy(second::drainOnce).isInstanceOf(Kill.Killed.class);
                  }
                })
            .when(call -> atEnd[0] && call.what().equals("StateStore.write"), Fault.DELAY)
            .build();
    var first =
        lab.quick(new Tapped(lab.source, ITEMS, () -> atEnd[0] = true), lab.replica)
            .queue(lab.queue)
            .state(meanwhile.state(lab.state))
            .build();

    first.drainOnce();

    assertThat(lost).isTrue();
    assertThat(lab.finish(other, run).count(Count.SOURCE_LISTED)).isEqualTo(ITEMS);
  }

  @Test
  void L4_whoLostARangeDoesNotSayHowItEnded() {
    lab.same(ITEMS).left("same-000007", "other");
    Run run = other.submit(Scope.all());
    Tapped source =
        new Tapped(
            lab.source,
            10,
            () -> {
              loseTheLease(1);
              throw SyncException.invalid("this worker cannot list");
            });
    var first = lab.durable(source, lab.replica).ranges(1).build();

    first.drainOnce();

    assertThat(lost).isTrue();
    Report report = lab.finish(other, run);
    assertThat(report.agreed()).isTrue();
    assertThat(report.count(Count.SOURCE_LISTED)).isEqualTo(ITEMS);
  }

  @Test
  void L4_whoLostARangeStopsAtTheNextNote() {
    lab.same(ITEMS);
    other.submit(Scope.all());
    Tapped source = new Tapped(lab.source, 10, () -> loseTheLease(1));
    var first = lab.durable(source, lab.replica).ranges(1).build();

    first.drainOnce();

    assertThat(lost).isTrue();
    assertThat(source.given).isLessThan(2 * Finder.STRIDE);
  }

  @Test
  void aRangeThatCannotBeWalkedFailsItsRun() {
    lab.same(ITEMS).left("same-000007", "other");
    Run run = other.submit(Scope.all());
    Faults refused =
        Faults.builder()
            .when(call -> call.what().equals("WorkQueue.enqueue"), Fault.FORBIDDEN)
            .build();
    var first =
        lab.quick()
            .queue(refused.queue(lab.queue))
            .state(lab.state)
            .jobRetries(RetryPolicy.builder().attempts(1).build())
            .build();

    first.drain();

    assertThat(run.report().phase()).isEqualTo(RunPhase.FAILED);
    assertThat(run.report().failures()).isNotEmpty();
    assertThat(lab.deadErrors()).hasSize(1);
    assertThat(lab.replica.get(key("same-000007"))).hasValue("v");
  }

  /** Looking for the middle of a range takes so long that things happen meanwhile. */
  private static final class SlowToSplit extends Around implements Replica<String>, SupportsSplit {
    private final Runnable meanwhile;

    SlowToSplit(MemoryReplica<String> inner, Runnable meanwhile) {
      super(inner);
      this.meanwhile = meanwhile;
    }

    @Override
    public Optional<Key> split(KeyRange range) {
      Optional<Key> middle = inner.split(range);
      meanwhile.run();
      return middle;
    }

    @Override
    public List<Outcome> apply(List<Change<String>> changes) {
      return inner.apply(changes);
    }
  }
}
