package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.DeleteLimit;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.Report;
import dev.chirograph.Run;
import dev.chirograph.RunPhase;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.SyncListener.ItemResult;
import dev.chirograph.Tally.Count;
import dev.chirograph.memory.MemoryReplica;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** L3: deletes are held until the finding has ended, and no path goes around their limit. */
class DeleteLawsTest {

  private final Lab lab = new Lab();

  @Test
  void L3_anEmptySourceDeletesNothingUnlessAllowed() {
    lab.right("a", "v").right("b", "v");

    Report report = lab.quick().build().sync(Scope.all());

    assertThat(lab.replica.snapshot()).hasSize(2);
    assertThat(report.heldBack()).hasValueSatisfying(w -> assertThat(w).contains("empty source"));
    assertThat(lab.finish(lab.durable().build(), Scope.all()).heldBack()).isPresent();
    assertThat(lab.replica.snapshot()).hasSize(2);

    lab.quick().deletes(DeleteLimit.standard().allowEmptySource()).build().sync(Scope.all());
    assertThat(lab.replica.snapshot()).isEmpty();
  }

  @Test
  void L3_exactlyAtTheLimitByCountAllAreDeletedAndOneMoreNone() {
    for (int extra = 0; extra <= 1; extra++) {
      for (boolean durable : new boolean[] {false, true}) {
        Lab own = new Lab().left("x", "v");
        for (int i = 0; i < 20 + extra; i++) {
          own.right("old" + i, "v");
        }
        DeleteLimit limit = DeleteLimit.of(20, 1);

        Report report =
            durable
                ? own.finish(own.durable().deletes(limit).build(), Scope.all())
                : own.quick().deletes(limit).build().sync(Scope.all());

        assertThat(own.replica.size()).isEqualTo(extra == 0 ? 1 : 22);
        assertThat(report.count(Count.DELETED)).isEqualTo(extra == 0 ? 20 : 0);
        assertThat(report.count(Count.NOT_DELETED)).isEqualTo(extra == 0 ? 0 : 21);
        assertThat(report.heldBack().isPresent()).isEqualTo(extra == 1);
        assertThat(own.queue.statistics().total().held()).isZero();
      }
    }
  }

  @Test
  void L3_exactlyAtTheLimitByRatio() {
    for (int extra = 0; extra <= 1; extra++) {
      Lab own = new Lab().same(300 - 29 - extra);
      for (int i = 0; i < 29 + extra; i++) {
        own.right("old" + i, "v");
      }

      own.quick().deletes(DeleteLimit.of(1_000, 29 / 300.0)).build().sync(Scope.all());

      assertThat(own.replica.size()).isEqualTo(extra == 0 ? 271 : 300);
    }
  }

  @Test
  void L3_theRatioIsTakenOfWhatTheFilterLetsThrough() {
    lab.same(1_000).left("x.jpg", "v").right("x.jpg", "v");
    for (int i = 0; i < 20; i++) {
      lab.right("old" + i + ".jpg", "v");
    }

    Report report = lab.quick().build().sync(Scope.all().glob("*.jpg"));

    assertThat(report.heldBack()).isPresent(); // 20 of 21, not 20 of 1,021
    assertThat(report.count(Count.DELETED)).isZero();
    assertThat(lab.replica.get(key("old3.jpg"))).isPresent();
  }

  @Test
  void L3_aDeleteFoundByAWorkerWaitsAndIsJudgedByTheSameLimit() {
    for (int gone : new int[] {10, 11}) {
      Lab own = new Lab().same(20);
      for (int i = 0; i < gone; i++) {
        own.left("k" + i, "2").right("k" + i, "1");
      }
      var reconciler = own.durable().build();
      var run = reconciler.start(Scope.all());
      for (int i = 0; i < gone; i++) {
        own.source.remove(key("k" + i));
      }

      Report report = own.finish(reconciler, run);

      assertThat(own.replica.size()).isEqualTo(gone == 10 ? 20 : 31);
      assertThat(own.heard.results("k0")).contains(ItemResult.HELD);
      assertThat(report.count(Count.NOT_DELETED)).isEqualTo(gone == 10 ? 0 : 11);
      assertThat(report.heldBack().isPresent()).isEqualTo(gone == 11);
      assertThat(own.queue.statistics().total().held()).isZero();
    }
  }

  @Test
  void L3_whatTheWalkAndTheWorkersFindTogetherStaysWithinTheLimit() {
    lab.same(20);
    for (int i = 0; i < 6; i++) {
      lab.left("k" + i, "2").right("k" + i, "1").right("old" + i, "v");
    }
    var reconciler = lab.durable().build();
    var run = reconciler.start(Scope.all());
    for (int i = 0; i < 6; i++) {
      lab.source.remove(key("k" + i));
    }

    Report report = lab.finish(reconciler, run);

    assertThat(report.count(Count.DELETED)).isEqualTo(6); // 12 would be more than 10
    assertThat(report.count(Count.NOT_DELETED)).isEqualTo(6);
    assertThat(report.heldBack()).isPresent();
  }

  @Test
  void L3_onePairNeverSpendsTheLimitOfAnother() {
    lab.same(20);
    for (int i = 0; i < 12; i++) {
      lab.left("k" + i, "2").right("k" + i, "1");
    }
    Lab big = new Lab().same(1_000);
    var reconciler = lab.durable().pair("big", big.source, big.replica).build();
    var run = reconciler.start(Scope.all());
    for (int i = 0; i < 12; i++) {
      lab.source.remove(key("k" + i));
    }

    Report report = lab.finish(reconciler, run);

    assertThat(report.count(Count.DELETED)).isZero(); // 10 may go of the small pair, 100 of the big
    assertThat(report.count(Count.NOT_DELETED)).isEqualTo(12);
  }

  @Test
  void L3_aSourceEmptiedAfterItsListingDeletesNothing() {
    lab.left("a", "2").right("a", "1");
    var reconciler = lab.durable().build();
    var run = reconciler.start(Scope.all());
    lab.source.remove(key("a"));

    Report report = lab.finish(reconciler, run);

    assertThat(lab.replica.get(key("a"))).isPresent();
    assertThat(report.heldBack()).isPresent();
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
            () ->
                new RunStore(lab.state, DurablePathTest.engineOf(lab))
                    .read(run[0].id())
                    .orElseThrow()
                    .found());
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
  void L3_twoProcessesThatSettleOneRunReleaseItsLateDeletesOnce() {
    lab.same(200).left("a", "2").right("a", "1").right("old", "v");
    var second = lab.durable().deletes(DeleteLimit.of(2, 1)).build();
    long[] id = new long[1];
    Faults between =
        Faults.builder()
            .onDelay(() -> second.run(id[0]).orElseThrow().progress())
            .when(call -> true, Fault.DELAY)
            .build();
    var first =
        lab.quick(lab.source, lab.replica)
            .queue(between.queue(lab.queue))
            .state(lab.state)
            .deletes(DeleteLimit.of(2, 1))
            .build();
    Run run = second.start(Scope.all());
    id[0] = run.id();
    lab.source.remove(key("a")); // the second delete is found by a worker
    second.drainOnce();

    Run seen = first.run(run.id()).orElseThrow();
    for (int i = 0; i < 20 && !seen.progress().phase().ended(); i++) {
      first.drainOnce();
    }

    assertThat(seen.report().heldBack()).isEmpty();
    assertThat(seen.report().count(Count.DELETED)).isEqualTo(2);
    assertThat(lab.replica.get(key("a"))).isEmpty();
    assertThat(lab.replica.get(key("old"))).isEmpty();
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
}
