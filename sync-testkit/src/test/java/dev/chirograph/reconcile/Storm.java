package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Key;
import dev.chirograph.Report;
import dev.chirograph.Run;
import dev.chirograph.RunPhase;
import dev.chirograph.SyncException;
import dev.chirograph.Tally.Count;
import dev.chirograph.memory.MemoryQueue;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import dev.chirograph.testkit.DeterministicScheduler;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** One simulated world in which everything goes wrong, and what has to hold in it all the same. */
final class Storm {

  private static final Fault[] FAULTS = {
    Fault.FAIL_BEFORE,
    Fault.FAIL_AFTER,
    Fault.LOSE_REPLY,
    Fault.SLOW_DOWN,
    Fault.CUT,
    Fault.CONFLICT
  };
  private static final int MOVING = 15;
  private static final int OLD = 6;
  private static final Duration BUDGET_WINDOW = Duration.ofHours(1);

  private final SplittableRandom random;
  private final Lab lab = new Lab();
  private final long begun = lab.clock.millis();
  private final DeterministicScheduler scheduler;
  private final Faults faults;
  private final Kill kill;
  private final Kill killOrStall;
  private final Fences fences = new Fences();
  private final Watched<String> replica;
  private final Set<Key> steady = new TreeSet<>();
  private final Set<Key> ever = new HashSet<>();
  private final DeleteLimit limit;
  private final Duration lease;
  private final boolean wide;
  private boolean calm;

  Storm(long seed) {
    random = new SplittableRandom(seed);
    scheduler = DeterministicScheduler.of(random.split(), lab.clock);
    faults = Faults.random(random.nextLong(), 0.05, FAULTS);
    wide = random.nextInt(6) == 0;
    limit = DeleteLimit.of(random.nextBoolean() ? 1 : 100, 1);
    lease = Duration.ofSeconds(random.nextBoolean() ? 3 : 60);
    SplittableRandom fates = random.split();
    BooleanSupplier dies = () -> !calm && fates.nextInt(wide ? 40 : 300) == 0;
    kill = new Kill(dies, dies);
    killOrStall = new Kill(() -> !calm && stalled(fates) && dies.getAsBoolean(), dies);
    replica = new Watched<>(lab.replica, key -> lab.source.get(key).isPresent());
    fill();
  }

  private void fill() {
    for (int i = 0; i < 12; i++) {
      change();
      if (random.nextBoolean()) {
        lab.replica.put(anyKey(), "v" + random.nextInt(3));
      }
    }
    for (int i = 0; i < OLD; i++) {
      lab.right("old" + i, "v");
    }
    int items = wide ? 3 * Finder.STRIDE : 10;
    int apart = wide ? 500 : 2;
    for (int i = 0; i < items; i++) {
      Key key = key("steady%06d".formatted(i));
      lab.source.put(key, "v");
      if (i % apart != 0) {
        lab.replica.put(key, "v");
      } else {
        steady.add(key);
      }
    }
    ever.addAll(lab.source.snapshot().keySet());
  }

  /** Now and then a call takes long; others go on meanwhile, and leases run out. */
  private boolean stalled(SplittableRandom fates) {
    if (fates.nextInt(30) == 0) {
      scheduler.advance(Duration.ofSeconds(fates.nextInt(10)));
    }
    return true;
  }

  private Key anyKey() {
    return key("k" + random.nextInt(MOVING));
  }

  private void change() {
    Key key = anyKey();
    if (random.nextInt(3) == 0) {
      lab.source.remove(key);
    } else {
      lab.source.put(key, "v" + random.nextInt(3));
      ever.add(key);
    }
  }

  // ---- the storm

  void blow() {
    for (int worker = 0; worker < 3; worker++) {
      Reconciler<String> own = builder().build();
      scheduler.execute(() -> work(own, 15));
    }
    ask(() -> builder().build().submit(Scope.all()));
    if (!wide) { // where a second run finds again what the first one lost, nothing shows
      ask(() -> builder().build().submit(random.nextBoolean() ? Scope.all().full() : Scope.all()));
    }
    ask(() -> builder().build().hint("pair", List.of(anyKey(), key("old" + random.nextInt(OLD)))));
    ask(() -> builder().build().runs().forEach(run -> run.await(Duration.ofSeconds(5))));
    for (int i = 0; i < 10; i++) {
      ask(this::change);
    }
    scheduler.runUntilIdle(100_000);
    calmDown();
  }

  private Reconciler.Builder<String> builder() {
    return lab.tuned(
            Reconciler.builder(
                "pair",
                killOrStall.wrap(faults.source(lab.source)),
                kill.wrap(faults.replica(replica)))) // between looking and deleting nothing happens
        .queue(killOrStall.wrap(faults.queue(fences.around(lab.queue))))
        .state(killOrStall.wrap(faults.state(lab.state)))
        .batch(3)
        .ranges(3)
        .lease(lease)
        .environment(
            lab.clock.environment().withRandom(random.split()).withPacing(scheduler.pacing()))
        .deleteBudgetWindow(BUDGET_WINDOW)
        .deletes(limit);
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

  // ---- afterwards

  private void calmDown() {
    calm = true;
    lab.clock.advance(Duration.ofMinutes(5));
    Reconciler<String> heir = lab.durable(lab.source, replica).ranges(3).deletes(limit).build();
    for (Run run : heir.runs()) {
      lab.finish(heir, run);
    }
    List<Report> reports =
        lab.heard.runs.stream()
            .map(Report::run)
            .distinct()
            .map(id -> heir.run(id).orElseThrow().report())
            .toList();
    assertThat(reports).allMatch(report -> report.phase().ended());
    nothingWasDeletedWithoutLeave(reports);
    nothingWasLostOrFoundTwice(reports);
    assertThat(fences.trespasses).isEmpty();
    oneCleanRunMakesBothSidesEqual();
  }

  private void nothingWasDeletedWithoutLeave(List<Report> reports) {
    assertThat(replica.wrong).as("deleted though the source had them").isEmpty();
    long windows = 2 + (lab.clock.millis() - begun) / BUDGET_WINDOW.toMillis();
    assertThat(new HashSet<>(replica.deletes))
        .as("deletes of %s runs and %s windows for hints", reports.size(), windows)
        .hasSizeLessThanOrEqualTo((int) (limit.count() * (reports.size() + windows)));
  }

  private void nothingWasLostOrFoundTwice(List<Report> reports) {
    boolean smooth =
        reports.stream()
            .allMatch(
                report ->
                    report.phase() == RunPhase.DONE
                        && report.incomplete().isEmpty()
                        && report.count(Count.FAILED) == 0);
    if (!reports.isEmpty() && smooth) {
      assertThat(lab.replica.snapshot()).containsKeys(steady.toArray(new Key[0]));
    }
    for (Report report : reports) {
      assertThat(report.count(Count.SOURCE_LISTED))
          .as(String.valueOf(report))
          .isLessThanOrEqualTo(ever.size());
    }
  }

  private void oneCleanRunMakesBothSidesEqual() {
    // Until the store that was written last is the same, a dead letter may hold what nobody did.
    ((MemoryQueue) lab.queue).drop(Selection.all());
    Reconciler<String> clean =
        lab.durable(lab.source, replica).deletes(DeleteLimit.of(100, 1)).build();
    Report report = lab.finish(clean, Scope.all());
    assertThat(report.agreed()).as(String.valueOf(report)).isTrue();
    assertThat(lab.replica.snapshot()).isEqualTo(lab.source.snapshot());
    assertThat(replica.wrong).isEmpty();
    clean.forgetRuns(Duration.ZERO.minusSeconds(1));
    assertThat(lab.queue.statistics().total().held()).isZero();
    assertThat(lab.queue.statistics().total().running()).isZero();
  }
}
