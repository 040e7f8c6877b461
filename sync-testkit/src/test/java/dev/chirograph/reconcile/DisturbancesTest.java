package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Entry;
import dev.chirograph.Environment;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.Report;
import dev.chirograph.Run;
import dev.chirograph.RunPhase;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.SyncListener;
import dev.chirograph.Tally.Count;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Interrupts and errors of others' code at inconvenient times. */
class DisturbancesTest {

  private final Lab lab = new Lab();

  /** What a client that heeds interrupts makes of a listing: it is cut, and the flag stays. */
  private static final class Interrupted implements Listing {
    @Override
    public boolean hasNext() {
      Thread.currentThread().interrupt(); // as closing does after its deadline
      return false;
    }

    @Override
    public Entry next() {
      throw new NoSuchElementException();
    }

    @Override
    public End end() {
      return End.CUT;
    }

    @Override
    public Optional<SyncException> why() {
      return Optional.of(new SyncException(Kind.UNAVAILABLE, "the request was interrupted"));
    }

    @Override
    public void close() {}
  }

  /** A source of which one listing, counted from 1, is interrupted. */
  private Around interruptedAt(int number) {
    AtomicInteger listed = new AtomicInteger();
    return new Around(lab.source) {
      @Override
      public Listing list(KeyRange range) {
        return listed.incrementAndGet() == number ? new Interrupted() : inner.list(range);
      }
    };
  }

  /** Drains in a thread of its own, whose interrupts are nobody else's. */
  private static void drain(Reconciler<?> reconciler) throws InterruptedException {
    Thread worker = new Thread(reconciler::drain);
    worker.setUncaughtExceptionHandler((thread, error) -> {});
    worker.start();
    worker.join();
  }

  @Test
  void L4_aListingThatEndsAsCutByAnInterruptDoesNotEndItsRangeAsIncomplete() throws Exception {
    lab.same(100).right("zz-old", "v");
    var first =
        lab.durable(interruptedAt(1), lab.replica).environment(Environment.system()).build();
    Run run = first.submit(Scope.all());

    drain(first);

    var second = lab.durable().build();
    assertThat(second.run(run.id()).orElseThrow().report().phase()).isEqualTo(RunPhase.FINDING);
    assertThat(lab.queue.statistics().total().running()).isZero();
    Report report = lab.finish(second, run);
    assertThat(report.agreed()).isTrue();
    assertThat(report.count(Count.DELETED)).isOne();
  }

  @Test
  void L4_aJudgementThatIsInterruptedRefusesNoDeletes() throws Exception {
    for (int listing = 2; listing <= 3; listing++) { // asked by the judge, and by the release
      Lab own = new Lab().same(100).right("zz-old", "v");
      AtomicInteger listed = new AtomicInteger();
      int number = listing;
      Around interrupted =
          new Around(own.source) {
            @Override
            public Listing list(KeyRange range) {
              return listed.incrementAndGet() == number ? new Interrupted() : inner.list(range);
            }
          };
      var first = own.durable(interrupted, own.replica).environment(Environment.system()).build();
      Run run = first.submit(Scope.all());

      drain(first);

      assertThat(listed).hasValueGreaterThanOrEqualTo(number);
      Report report = own.finish(own.durable().build(), run);
      assertThat(report.heldBack()).isEmpty();
      assertThat(report.count(Count.DELETED)).isOne();
    }
  }

  @Test
  void L11_anErrorOfAListenerKeepsNothingFromBeingSettled() {
    lab.left("a", "v");
    var reconciler =
        lab.durable()
            .listener(
                new SyncListener() {
                  @Override
                  public void itemDone(ItemEvent event) {
                    throw new NoClassDefFoundError("a class of some metrics");
                  }
                })
            .build();

    Report report = lab.finish(reconciler, Scope.all());

    assertThat(report.count(Count.WRITTEN)).isOne();
    assertThat(lab.replica.get(key("a"))).hasValue("v");
  }
}
