package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Change;
import dev.chirograph.DeleteLimit;
import dev.chirograph.Entry;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Pacing;
import dev.chirograph.Report;
import dev.chirograph.RetryPolicy;
import dev.chirograph.Run;
import dev.chirograph.RunPhase;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.Tally.Count;
import dev.chirograph.memory.MemoryReplica;
import dev.chirograph.spi.QueueStatistics;
import dev.chirograph.spi.Replica;
import dev.chirograph.spi.SupportsDeadLetters;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What is given up, by whom, and what becomes of the rest. */
class GivenUpTest {

  /** Shorter than a lease, so that the job stays with who has it. */
  private static final Duration WINDOW = Duration.ofSeconds(10);

  private final Lab lab = new Lab();

  /** A source that does something at each entry it lists. */
  private Around listing(Consumer<Entry> each) {
    return new Around(lab.source) {
      @Override
      public Listing list(KeyRange range) {
        return new Heard(inner.list(range), each);
      }
    };
  }

  private record Heard(Listing inner, Consumer<Entry> each) implements Listing {
    @Override
    public boolean hasNext() {
      return inner.hasNext();
    }

    @Override
    public Entry next() {
      Entry entry = inner.next();
      each.accept(entry);
      return entry;
    }

    @Override
    public End end() {
      return inner.end();
    }

    @Override
    public Optional<SyncException> why() {
      return inner.why();
    }

    @Override
    public void close() {
      inner.close();
    }
  }

  // ---- ranges

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
                listing(
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
    int[] listed = new int[1];
    var first =
        lab.durable(
                listing(
                    entry -> {
                      if (++listed[0] == 10) {
                        Thread.currentThread().interrupt(); // as closing does after its deadline
                        throw new SyncException(Kind.UNAVAILABLE, "a slow page");
                      }
                    }),
                lab.replica)
            .pacing(Pacing.system())
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
            .pacing(Pacing.system())
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

  // ---- runs

  @Test
  void cancellingAWalkLeavesNothingInTheQueueAndWritesNothing() {
    lab.same(100).right("b-old", "v");
    for (int i = 0; i < 20; i++) {
      lab.left("a%03d".formatted(i), "new");
    }
    Run[] run = new Run[1];
    int[] listed = new int[1];
    var reconciler =
        lab.durable(
                listing(
                    entry -> {
                      if (++listed[0] == 10) {
                        run[0].cancel();
                      }
                    }),
                lab.replica)
            .build();
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
    var reconciler =
        lab.durable(faults.source(lab.source), lab.replica)
            .jobRetries(RetryPolicy.builder().attempts(1).build())
            .build();
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
  void L3_L12_ofTwoJudgesOneWinsAndWhatItSaysIsDoneAndTold() {
    lab.same(100).right("zz-old", "v");
    MemoryReplica<String> nothing = Lab.texts().build();
    Run[] run = new Run[1];
    var allowing = lab.durable().build();
    boolean[] once = new boolean[1];
    // Whenever the one that sees an empty source writes, the other one judges first.
    Faults between =
        Faults.builder()
            .onDelay(
                () -> {
                  if (!once[0]) {
                    once[0] = true;
                    allowing.run(run[0].id()).orElseThrow().progress();
                  }
                })
            .when(call -> call.what().equals("StateStore.write"), Fault.DELAY)
            .build();
    run[0] = allowing.submit(Scope.all());
    // A walker that closes the only range and dies before it judges.
    Kill kill =
        new Kill(
            () -> false,
            () -> new RunStore(lab.state, engineless()).read(run[0].id()).orElseThrow().found());
    var walker =
        lab.quick(lab.source, lab.replica).queue(lab.queue).state(kill.wrap(lab.state)).build();
    try {
      walker.drain();
    } catch (Kill.Killed e) {
      assertThat(run[0].report().phase()).isEqualTo(RunPhase.FINDING);
    }
    var refusing =
        lab.quick(nothing, lab.replica).queue(lab.queue).state(between.state(lab.state)).build();
    refusing.run(run[0].id()).orElseThrow().progress();
    lab.clock.advance(Duration.ofMinutes(5));

    Report report = lab.finish(allowing, run[0]);

    assertThat(once[0]).isTrue();
    boolean gone = lab.replica.get(key("zz-old")).isEmpty();
    assertThat(report.heldBack().isEmpty()).isEqualTo(gone);
    assertThat(report.count(Count.DELETED)).isEqualTo(gone ? 1 : 0);
    assertThat(report.count(Count.NOT_DELETED)).isEqualTo(gone ? 0 : 1);
  }

  private Engine<String> engineless() {
    return DurablePathTest.engineOf(lab);
  }

  /** The second judge discards between the first one's discarding and its count. */
  @Test
  void L12_whatIsNotDeletedIsCountedOnceHoweverManyJudge() {
    lab.same(100);
    for (int i = 0; i < 60; i++) {
      lab.right("x" + i, "v");
    }
    DeleteLimit limit = DeleteLimit.of(10, 0.1);
    var second = lab.durable().deletes(limit).build();
    Run[] run = new Run[1];
    Faults between =
        Faults.builder()
            .onDelay(() -> second.run(run[0].id()).orElseThrow().progress())
            .when(call -> run[0] != null, Fault.DELAY)
            .build();
    var first =
        lab.quick(lab.source, lab.replica)
            .queue(between.queue(lab.queue))
            .state(between.state(lab.state))
            .deletes(limit)
            .build();
    run[0] = first.submit(Scope.all());

    first.drain();

    assertThat(lab.finish(second, run[0]).count(Count.NOT_DELETED)).isEqualTo(60);
  }

  @Test
  void L3_thePairsOfARunAreJudgedEachByItself() {
    lab.same(100).right("zz-old", "v");
    Lab other = new Lab().left("y", "v");
    for (int i = 0; i < 50; i++) {
      other.right("x" + i, "v");
    }
    var reconciler = lab.durable().pair("two", other.source, other.replica).build();

    Report plan = reconciler.plan(Scope.all());
    Report report = lab.finish(reconciler, reconciler.submit(Scope.all()));

    assertThat(plan.count(Count.DELETED)).isOne();
    assertThat(report.count(Count.DELETED)).isOne();
    assertThat(report.count(Count.NOT_DELETED)).isEqualTo(50);
    assertThat(report.heldBack()).hasValueSatisfying(why -> assertThat(why).startsWith("two: "));
    assertThat(lab.replica.get(key("zz-old"))).isEmpty();
  }

  @Test
  void L1_aSourceThatCannotBeAskedIsNotCalledEmpty() {
    lab.same(100).right("zz-old", "v");
    int[] lists = new int[1];
    Around expired =
        new Around(lab.source) {
          @Override
          public Listing list(KeyRange range) {
            if (++lists[0] > 1) {
              throw new SyncException(Kind.PERMISSION_DENIED, "the credentials have expired");
            }
            return inner.list(range);
          }
        };
    var reconciler = lab.durable(expired, lab.replica).build();

    Report report = lab.finish(reconciler, reconciler.submit(Scope.all()));

    assertThat(report.heldBack().orElseThrow())
        .contains("could not be asked", "the credentials have expired")
        .doesNotContain("allow an empty source");
    assertThat(report.count(Count.NOT_DELETED)).isOne();
  }

  // ---- jobs

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
  void L3_nothingIsGivenBackToTheBudgetOfAnotherWindow() {
    lab.same(20).right("a", "v").right("b", "v").right("c", "v");
    var prompt = lab.durable().deletes(DeleteLimit.of(1, 1)).deleteBudgetWindow(WINDOW).build();
    boolean[] once = new boolean[1];
    class Late extends Around implements Replica<String> {
      Late() {
        super(lab.replica);
      }

      @Override
      public List<Outcome> apply(List<Change<String>> changes) {
        if (!once[0]) {
          once[0] = true;
          lab.clock.advance(WINDOW.plusSeconds(1));
          prompt.hint("pair", List.of(key("b")));
          prompt.drain();
        }
        return List.of(Outcome.conflict());
      }
    }
    var late =
        lab.durable(lab.source, new Late())
            .deletes(DeleteLimit.of(1, 1))
            .deleteBudgetWindow(WINDOW)
            .build();
    late.hint("pair", List.of(key("a")));
    late.drainOnce();

    prompt.hint("pair", List.of(key("c")));
    prompt.drain();

    assertThat(lab.replica.get(key("b"))).isEmpty();
    assertThat(lab.replica.get(key("c"))).isPresent();
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

  @Test
  void L11_oneDeleteThatFailsDoesNotSpendTheBudgetOfTheOthers() {
    lab.same(100).right("zz0", "v").right("zz1", "v").right("zz2", "v");
    class Refusing extends Around implements Replica<String> {
      Refusing() {
        super(lab.replica);
      }

      @Override
      public List<Outcome> apply(List<Change<String>> changes) {
        return changes.stream()
            .map(
                change ->
                    change.key().equals(key("zz0"))
                        ? Outcome.rejected(new SyncException(Kind.UNAVAILABLE, "locked"))
                        : inner.apply(List.of(change)).get(0))
            .toList();
      }
    }
    var reconciler =
        lab.durable(lab.source, new Refusing())
            .deletes(DeleteLimit.of(5, 1))
            .deleteBudgetWindow(Duration.ofDays(1))
            .build();
    reconciler.hint("pair", List.of(key("zz0")));
    for (int i = 0; i < 12; i++) {
      reconciler.drain();
      lab.clock.advance(Duration.ofMinutes(11));
    }

    reconciler.hint("pair", List.of(key("zz1"), key("zz2")));
    reconciler.drain();

    assertThat(lab.replica.get(key("zz1"))).isEmpty();
    assertThat(lab.replica.get(key("zz2"))).isEmpty();
  }
}
