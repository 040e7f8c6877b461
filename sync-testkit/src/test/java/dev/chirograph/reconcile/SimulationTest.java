package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Key;
import dev.chirograph.Report;
import dev.chirograph.RunPhase;
import dev.chirograph.SyncException;
import dev.chirograph.memory.MemoryQueue;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import dev.chirograph.testkit.DeterministicScheduler;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import dev.chirograph.testkit.Seed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Several workers, two runs, hints, a source that changes, faults, deaths and lost leases, in an
 * order that a seed decides. Afterwards one clean run, and both sides have to be equal.
 *
 * <p>{@code -Dchirograph.simulations} says how many seeds are tried, {@code -Dchirograph.seed} with
 * which to begin.
 */
class SimulationTest {

  private static final int SEEDS = Integer.getInteger("chirograph.simulations", 400);
  private static final Fault[] FAULTS = {
    Fault.FAIL_BEFORE,
    Fault.FAIL_AFTER,
    Fault.LOSE_REPLY,
    Fault.SLOW_DOWN,
    Fault.CUT,
    Fault.CONFLICT
  };

  @Test
  void L1_L2_L3_L4_afterAnyStormOneCleanRunMakesBothSidesEqual() {
    long first = Seed.draw().value();
    for (long seed = first; seed < first + SEEDS; seed++) {
      try {
        new Storm(seed).blow();
      } catch (RuntimeException | Error e) {
        throw new AssertionError("with " + Seed.of(seed), e);
      }
    }
  }

  private static final class Storm {
    private final SplittableRandom random;
    private final Lab lab = new Lab();
    private final DeterministicScheduler scheduler;
    private final Faults faults;
    private final Kill kill;
    private final Watched<String> replica;
    private final List<RuntimeException> unexpected = new ArrayList<>();
    private boolean calm;

    Storm(long seed) {
      random = new SplittableRandom(seed);
      scheduler = DeterministicScheduler.of(random.split(), lab.clock);
      faults = Faults.random(random.nextLong(), 0.05, FAULTS);
      SplittableRandom deaths = random.split();
      kill =
          new Kill(
              () -> !calm && deaths.nextInt(300) == 0, () -> !calm && deaths.nextInt(300) == 0);
      replica = new Watched<>(lab.replica, key -> lab.source.get(key).isPresent());
      for (int i = 0; i < 12; i++) {
        change();
        if (random.nextBoolean()) {
          lab.replica.put(anyKey(), "v" + random.nextInt(3));
        }
      }
      lab.source.put(key("always"), "v");
    }

    private Key anyKey() {
      return key("k" + random.nextInt(15));
    }

    private void change() {
      if (random.nextInt(3) == 0) {
        lab.source.remove(anyKey());
      } else {
        lab.source.put(anyKey(), "v" + random.nextInt(3));
      }
    }

    private Reconciler.Builder<String> builder() {
      return lab.tuned(
              Reconciler.builder(
                  "pair", kill.wrap(faults.source(lab.source)), kill.wrap(faults.replica(replica))))
          .queue(kill.wrap(faults.queue(lab.queue)))
          .state(kill.wrap(faults.state(lab.state)))
          .batch(3)
          .random(random.split())
          .pacing(scheduler.pacing())
          .deletes(DeleteLimit.of(100, 1));
    }

    /** A worker takes turns with the others; when it dies another one takes its place. */
    private void work(Reconciler<String> reconciler, int turns) {
      if (turns == 0) {
        return;
      }
      Reconciler<String> next = reconciler;
      try {
        reconciler.drainOnce();
      } catch (Kill.Killed e) {
        next = builder().build();
      } catch (SyncException e) {
        assertThat(e.mayRetry()).as(String.valueOf(e)).isTrue();
      }
      Reconciler<String> heir = next;
      scheduler.schedule(() -> work(heir, turns - 1), 1 + random.nextInt(20), TimeUnit.SECONDS);
    }

    private void ask(Runnable what) {
      scheduler.schedule(
          () -> {
            try {
              what.run();
            } catch (Kill.Killed e) {
              // whoever asked died
            } catch (SyncException e) {
              assertThat(e.mayRetry()).as(String.valueOf(e)).isTrue();
            }
          },
          random.nextInt(300),
          TimeUnit.SECONDS);
    }

    void blow() {
      for (int worker = 0; worker < 3; worker++) {
        Reconciler<String> own = builder().build();
        scheduler.execute(() -> work(own, 15));
      }
      ask(() -> builder().build().submit(Scope.all()));
      ask(() -> builder().build().submit(random.nextBoolean() ? Scope.all().full() : Scope.all()));
      ask(() -> builder().build().hint("pair", List.of(anyKey(), anyKey())));
      ask(() -> builder().build().runs().forEach(run -> run.await(Duration.ofSeconds(5))));
      for (int i = 0; i < 10; i++) {
        ask(this::change);
      }
      scheduler.runUntilIdle(100_000);
      assertThat(replica.wrong).isEmpty();
      assertThat(unexpected).isEmpty();
      calmDown();
    }

    private void calmDown() {
      calm = true;
      lab.clock.advance(Duration.ofMinutes(5));
      Reconciler<String> clean =
          lab.durable(lab.source, replica).deletes(DeleteLimit.of(100, 1)).build();
      clean.runs().forEach(run -> assertThat(ended(clean, run)).isTrue());
      // Until the store that was written last is the same, a dead letter may hold what nobody did.
      ((MemoryQueue) lab.queue).drop(Selection.all());
      Report report = lab.finish(clean, Scope.all());
      assertThat(report.agreed()).as(String.valueOf(report)).isTrue();
      assertThat(lab.replica.snapshot()).isEqualTo(lab.source.snapshot());
      assertThat(replica.wrong).isEmpty();
      clean.forgetRuns(Duration.ZERO.minusSeconds(1));
      assertThat(lab.queue.statistics().total().held()).isZero();
      assertThat(lab.queue.statistics().total().running()).isZero();
    }

    private boolean ended(Reconciler<String> clean, dev.chirograph.Run run) {
      RunPhase phase = lab.finish(clean, run).phase();
      return phase.ended();
    }
  }
}
