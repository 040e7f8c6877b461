package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Report;
import dev.chirograph.Run;
import dev.chirograph.RunPhase;
import dev.chirograph.SyncException;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import java.time.Duration;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** One small run, gone wrong at every single call, in every way there is. */
class EveryCallTest {

  private static final int DELETES = 2;

  /** Adds, changes, deletes, and enough that stays. */
  private static Lab scene() {
    return new Lab()
        .same(6)
        .left("new-1", "n")
        .left("new-2", "n")
        .left("changed", "2")
        .right("changed", "1")
        .right("old-1", "o")
        .right("old-2", "o");
  }

  private static Watched<String> watched(Lab lab) {
    return new Watched<>(lab.replica, key -> lab.source.get(key).isPresent());
  }

  private static Reconciler.Builder<String> small(Reconciler.Builder<String> builder) {
    return builder.batch(3);
  }

  @Test
  void L1_L2_quickPath() {
    for (Fault fault : Fault.values()) {
      Faults dry = Faults.none();
      quick(scene(), dry);
      for (long call = 1; call <= dry.calls(); call++) {
        Lab lab = scene();
        String where = fault + " at call " + call;

        Report report = quick(lab, Faults.at(call, fault));

        assertThat(report.phase()).as(where).isEqualTo(RunPhase.DONE);
        if (report.agreed()) {
          assertThat(lab.replica.snapshot()).as(where).isEqualTo(lab.source.snapshot());
        }
        lab.quick().build().sync(Scope.all());
        assertThat(lab.replica.snapshot()).as(where).isEqualTo(lab.source.snapshot());
      }
    }
  }

  private static Report quick(Lab lab, Faults faults) {
    Watched<String> replica = watched(lab);
    Report report =
        small(lab.quick(faults.source(lab.source), faults.replica(replica)))
            .build()
            .sync(Scope.all());
    assertThat(replica.wrong).isEmpty();
    return report;
  }

  @Test
  void L1_L2_L4_durablePath() {
    for (Fault fault : Fault.values()) {
      Faults dry = Faults.none();
      durable(scene(), dry);
      for (long call = 1; call <= dry.calls(); call++) {
        Lab lab = scene();
        String where = fault + " at call " + call;

        Report report = durable(lab, Faults.at(call, fault));

        if (!report.agreed()) {
          // A refusal that lasts is not tried again; the next run makes good for it.
          assertThat(fault)
              .as(where + " " + report)
              .isIn(Fault.FORBIDDEN, Fault.NOT_FOUND, Fault.REFUSE);
          assertThat(lab.finish(lab.durable().build(), Scope.all()).agreed()).isTrue();
        }
        assertThat(lab.replica.snapshot()).as(where).isEqualTo(lab.source.snapshot());
        assertThat(lab.queue.statistics().total().held()).as(where).isZero();
        assertThat(lab.queue.statistics().total().running()).as(where).isZero();
      }
    }
  }

  private static Report durable(Lab lab, Faults faults) {
    Watched<String> replica = watched(lab);
    var reconciler =
        small(lab.quick(faults.source(lab.source), faults.replica(replica)))
            .queue(faults.queue(lab.queue))
            .state(faults.state(lab.state))
            .build();
    Report report;
    try {
      report = lab.finish(reconciler, reconciler.start(Scope.all()));
    } catch (SyncException e) {
      assertThat(e.mayRetry()).isFalse(); // the queue or the state itself is said not to be there
      lab.clock.advance(Duration.ofMinutes(2));
      reconciler.runs().forEach(run -> lab.finish(reconciler, run));
      report = lab.finish(reconciler, Scope.all());
    }
    assertThat(replica.wrong).isEmpty();
    return report;
  }

  @Test
  void L4_killedBeforeEveryCallOfADurableRun() {
    killed(Kill::before);
  }

  @Test
  void L4_killedAfterEveryCallOfADurableRun() {
    killed(Kill::after);
  }

  /** Another process goes on with whatever was left, and nobody deletes more than the limit. */
  private static void killed(IntFunction<Kill> at) {
    Kill dry = Kill.never();
    killed(scene(), dry);
    assertThat(dry.calls).isGreaterThan(20);
    for (int call = 1; call <= dry.calls; call++) {
      Lab lab = scene();
      killed(lab, at.apply(call));
      assertThat(lab.replica.snapshot()).as("call " + call).isEqualTo(lab.source.snapshot());
    }
  }

  private static void killed(Lab lab, Kill kill) {
    Watched<String> replica = watched(lab);
    try {
      var first =
          small(lab.quick(kill.wrap(lab.source), kill.wrap(replica)))
              .queue(kill.wrap(lab.queue))
              .state(kill.wrap(lab.state))
              .build();
      lab.finish(first, first.submit(Scope.all()));
    } catch (Kill.Killed e) {
      lab.clock.advance(Duration.ofMinutes(2));
    }
    var second = small(lab.durable(lab.source, replica)).build();
    for (Run run : second.runs()) {
      assertThat(lab.finish(second, run).phase()).isEqualTo(RunPhase.DONE);
    }
    assertThat(replica.wrong).isEmpty();
    assertThat(replica.deletes.stream().distinct().count()).isLessThanOrEqualTo(DELETES);
    assertThat(lab.queue.statistics().total().held()).isZero();
    // Whatever was held back or never begun, the next run does.
    assertThat(lab.finish(second, Scope.all()).agreed()).isTrue();
  }

  @Test
  void L4_splitRangesKilledAtEveryCall() {
    Kill dry = Kill.never();
    split(dry);
    for (int call = 1; call <= dry.calls; call++) {
      split(call % 2 == 0 ? Kill.before(call) : Kill.after(call));
    }
  }

  private static void split(Kill kill) {
    Lab lab = new Lab();
    for (int i = 0; i < 2 * Finder.STRIDE + 100; i++) {
      lab.source.put(key("k%06d".formatted(i)), i % 1000 == 0 ? "new" : "v");
      lab.replica.put(key("k%06d".formatted(i)), "v");
    }
    lab.right("k-old", "o").right("z-old", "o");
    var first =
        lab.quick(kill.wrap(lab.source), kill.wrap(lab.replica))
            .queue(kill.wrap(lab.queue))
            .state(kill.wrap(lab.state))
            .ranges(3)
            .build();
    try {
      lab.finish(first, first.submit(Scope.all()));
    } catch (Kill.Killed e) {
      lab.clock.advance(Duration.ofMinutes(2));
    }
    var second = lab.durable().ranges(3).build();
    var runs = second.runs();
    runs.forEach(run -> assertThat(lab.finish(second, run).phase()).isEqualTo(RunPhase.DONE));
    if (!runs.isEmpty()) {
      // Held back at most: every key that differs was found and written.
      lab.source
          .snapshot()
          .forEach((key, value) -> assertThat(lab.replica.get(key)).hasValue(value));
    }
  }
}
