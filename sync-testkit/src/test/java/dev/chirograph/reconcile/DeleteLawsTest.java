package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Key;
import dev.chirograph.Report;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncListener.ItemResult;
import dev.chirograph.Tally.Count;
import dev.chirograph.spi.QueueStatistics.Counts;
import dev.chirograph.spi.SupportsDeadLetters;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
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
  void L3_hintsSpendFromABudgetAndTheRestIsTriedLaterOrBuried() {
    lab.same(20);
    for (int i = 0; i < 5; i++) {
      lab.right("old" + i, "v");
    }
    var reconciler =
        lab.durable()
            .deletes(DeleteLimit.of(3, 1))
            .deleteBudgetWindow(Duration.ofHours(1))
            .jobRetries(
                RetryPolicy.builder()
                    .pauses(Duration.ofMinutes(1), Duration.ofMinutes(10))
                    .attempts(20)
                    .build())
            .build();
    reconciler.hint("pair", keys("old", 5));

    reconciler.drain();

    assertThat(lab.replica.size()).isEqualTo(22);
    assertThat(lab.queue.statistics().total().delayed()).isEqualTo(2);
    for (int i = 0; i < 20; i++) {
      lab.clock.advance(Duration.ofMinutes(10));
      reconciler.drain();
    }
    assertThat(lab.replica.size()).isEqualTo(20);
    assertThat(lab.queue.statistics().total()).isEqualTo(Counts.NONE);
  }

  @Test
  void L3_hintsKeepToTheRatioToo() {
    lab.same(300);
    var reconciler = lab.durable().deletes(DeleteLimit.of(1_000, 0.1)).build();
    for (int i = 0; i < 100; i++) {
      lab.source.remove(key("same-%06d".formatted(i)));
    }

    reconciler.hint("pair", keys("same-0000", 10, 100));
    reconciler.drain();
    assertThat(lab.replica.size()).as("no run has told the size").isEqualTo(300 - 10);

    lab.finish(reconciler, Scope.all());
    lab.clock.advance(Duration.ofHours(2));
    reconciler.hint("pair", keys("same-0000", 10, 100));
    reconciler.drain();
    assertThat(lab.replica.size()).as("a tenth of 290").isEqualTo(290 - 29);
  }

  private static List<Key> keys(String prefix, int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> key(prefix + i)).toList();
  }

  @Test
  void L3_hintsNeverEmptyAReplica() {
    lab.right("a", "v");
    var reconciler = lab.durable().jobRetries(RetryPolicy.builder().attempts(1).build()).build();
    reconciler.hint("pair", List.of(key("a")));

    reconciler.drain();

    assertThat(lab.replica.get(key("a"))).isPresent();
    assertThat(lab.deadErrors()).singleElement().asString().contains("nothing at all");
  }

  @Test
  void L3_withDeletesForbiddenAHintIsDoneAndTold() {
    lab.same(3).right("a", "v");
    var reconciler = lab.durable().deletes(DeleteLimit.none()).build();
    reconciler.hint("pair", List.of(key("a")));

    reconciler.drain();

    assertThat(lab.replica.get(key("a"))).isPresent();
    assertThat(lab.heard.results("a")).containsExactly(ItemResult.HELD);
    assertThat(lab.queue.statistics().total()).isEqualTo(Counts.NONE);
  }

  @Test
  void L3_aDeadLetterOfARunThatHasEndedSpendsFromTheBudget() {
    lab.same(20).left("a", "2").right("a", "1");
    Faults faults = Faults.none();
    var reconciler =
        lab.durable(faults.source(lab.source), lab.replica)
            .jobRetries(RetryPolicy.builder().attempts(1).build())
            .build();
    var run = reconciler.start(Scope.all());
    faults.always(Fault.SERVER_ERROR);
    assertThat(lab.finish(reconciler, run).count(Count.FAILED)).isOne();
    faults.stop();
    lab.source.remove(key("a"));
    ((SupportsDeadLetters) lab.queue).replay(Selection.all());

    reconciler.drain();

    assertThat(lab.replica.get(key("a"))).isEmpty();
    assertThat(lab.queue.statistics().total()).isEqualTo(Counts.NONE);
  }

  private static List<Key> keys(String prefix, int number) {
    return IntStream.range(0, number).mapToObj(i -> key(prefix + i)).toList();
  }
}
