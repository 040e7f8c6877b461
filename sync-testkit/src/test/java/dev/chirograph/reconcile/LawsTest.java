package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Change;
import dev.chirograph.DeleteLimit;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Report;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.SyncListener.ItemResult;
import dev.chirograph.Tally.Count;
import dev.chirograph.memory.MemoryReplica;
import dev.chirograph.spi.Replica;
import dev.chirograph.spi.Source;
import dev.chirograph.spi.StoreCapabilities;
import dev.chirograph.spi.SupportsDeadLetters;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LawsTest {

  private final Lab lab = new Lab();

  private static Faults on(String what, Fault fault) {
    return Faults.builder().when(call -> call.what().equals(what), fault).build();
  }

  // ---- L1

  @ParameterizedTest
  @EnumSource(names = {"FAIL_BEFORE", "FORBIDDEN", "SERVER_ERROR", "SLOW_DOWN", "NOT_FOUND"})
  void L1_whatCannotBeLookedAtInTheSourceChangesNothing(Fault fault) {
    lab.same(3).left("changed", "2").right("changed", "1").right("gone", "v");
    Faults faults = on("Source.observe", fault);

    Report report = lab.quick(faults.source(lab.source), lab.replica).build().sync(Scope.all());

    assertThat(lab.replica.get(key("gone"))).isPresent();
    assertThat(lab.replica.get(key("changed"))).hasValue("1");
    assertThat(report.count(Count.FAILED)).isEqualTo(2);
    assertThat(report.count(Count.RETRIED)).isEqualTo(fault == Fault.NOT_FOUND ? 0 : 8);
    assertThat(report.agreed()).isFalse();
  }

  @Test
  void L1_whatCannotBeLookedAtInTheReplicaChangesNothing() {
    lab.same(3).left("changed", "2").right("changed", "1").right("gone", "v");
    Faults faults = on("Source.observe", Fault.SERVER_ERROR);

    Report report = lab.quick(lab.source, faults.replica(lab.replica)).build().sync(Scope.all());

    assertThat(lab.replica.get(key("gone"))).isPresent();
    assertThat(lab.replica.get(key("changed"))).hasValue("1");
    assertThat(report.count(Count.FAILED)).isEqualTo(2);
  }

  @Test
  void L1_aJobWhoseLookFailsIsRetriedLaterAndThenDone() {
    lab.same(3).left("changed", "2").right("changed", "1").right("gone", "v");
    Faults faults = Faults.none();
    var reconciler = lab.durable(faults.source(lab.source), lab.replica).build();
    var run = reconciler.start(Scope.all());
    faults.always(Fault.SLOW_DOWN);
    reconciler.drain();
    assertThat(lab.queue.statistics().total().delayed()).isEqualTo(2); // the change and the delete
    assertThat(lab.replica.get(key("changed"))).hasValue("1");
    faults.stop();

    Report report = lab.finish(reconciler, run);

    assertThat(report.agreed()).isTrue();
    assertThat(lab.replica.snapshot()).isEqualTo(lab.source.snapshot());
  }

  // ---- L2

  @ParameterizedTest
  @EnumSource(names = {"CUT", "REFUSE", "FAIL_BEFORE"})
  void L2_aSourceListingThatDoesNotEndDeletesNothing(Fault fault) {
    lab.same(20).left("z-new", "v").right("a-old", "v").right("z-old", "v");
    Faults faults =
        Faults.builder().when(call -> call.what().equals("Source.list"), fault).cutAfter(0).build();

    Report report = lab.quick(faults.source(lab.source), lab.replica).build().sync(Scope.all());

    assertThat(lab.replica.snapshot()).containsKeys(key("a-old"), key("z-old"));
    assertThat(report.incomplete())
        .singleElement()
        .extracting("error")
        .asString()
        .contains("source");
    assertThat(report.agreed()).isFalse();
  }

  @Test
  void L2_aListingCutAtItsThirdPageIsTakenUpAgainAndOtherwiseDeletesNothing() {
    lab.same(30).right("a-old", "v").right("same-000021x", "v");
    Faults once = Faults.builder().at(1, Fault.CUT).cutAfter(20).build();
    assertThat(lab.quick(once.source(lab.source), lab.replica).build().plan(Scope.all()))
        .satisfies(plan -> assertThat(plan.incomplete()).isEmpty())
        .satisfies(plan -> assertThat(plan.count(Count.DELETED)).isEqualTo(2));
    Source<String> cutForGood = new CutAt(lab.source, 20);

    Report report = lab.quick(cutForGood, lab.replica).build().sync(Scope.all());

    assertThat(lab.replica.snapshot()).hasSize(32);
    assertThat(report.incomplete()).singleElement().extracting("error").asString().contains("CUT");
    assertThat(report.heldBack()).hasValueSatisfying(w -> assertThat(w).contains("complete"));
    assertThat(report.count(Count.NOT_DELETED)).isOne(); // what lies beyond the cut is not even due
  }

  @Test
  void L2_theSameInTheDurablePath() {
    lab.same(30).left("same-000003", "other").right("a-old", "v");
    var reconciler = lab.durable(new CutAt(lab.source, 20), lab.replica).build();

    Report report = lab.finish(reconciler, Scope.all());

    assertThat(lab.replica.get(key("a-old"))).isPresent();
    assertThat(lab.replica.get(key("same-000003"))).hasValue("other");
    assertThat(report.incomplete()).hasSize(1);
    assertThat(report.heldBack()).isPresent();
    assertThat(report.count(Count.NOT_DELETED)).isOne();
    assertThat(lab.queue.statistics().total().held()).isZero();
    assertThat(reconciler.submitIfOlder(Scope.all(), Duration.ofDays(365))).isPresent();
  }

  /** Gives so many entries and breaks off, however often it is asked to go on. */
  private static final class CutAt extends Around {
    private final int entries;
    private int given;

    CutAt(MemoryReplica<String> source, int entries) {
      super(source);
      this.entries = entries;
    }

    @Override
    public Listing list(KeyRange range) {
      Faults cut = Faults.builder().cutAfter(Math.max(0, entries - given)).build();
      cut.always(Fault.CUT);
      given = entries;
      return cut.source(inner).list(range);
    }
  }

  @Test
  void L2_aListingOutOfOrderDeletesNothing() {
    lab.right("a-old", "v");
    MemoryReplica<String> liar = Lab.texts().unordered().build();
    for (int i = 0; i < 20; i++) {
      liar.put(key("k" + i), "v");
    }
    Source<String> claimsOrder =
        new Around(liar) {
          @Override
          public StoreCapabilities capabilities() {
            return StoreCapabilities.builder().ordered().maxBatch(100).build();
          }
        };

    Report report = lab.quick(claimsOrder, lab.replica).build().sync(Scope.all());

    assertThat(lab.replica.get(key("a-old"))).isPresent();
    assertThat(report.incomplete())
        .singleElement()
        .extracting("error")
        .asString()
        .contains("UNSORTED");
  }

  @Test
  void L2_aSourceThatThrowsFromItsListingDeletesNothing() {
    lab.same(3).right("a-old", "v");
    Source<String> throwing =
        new Around(lab.source) {
          @Override
          public Listing list(KeyRange range) {
            throw new IllegalStateException("not as agreed");
          }
        };

    Report report = lab.quick(throwing, lab.replica).build().sync(Scope.all());

    assertThat(lab.replica.get(key("a-old"))).isPresent();
    assertThat(report.incomplete())
        .singleElement()
        .extracting("error")
        .asString()
        .contains("not as");
  }

  // ---- L3

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
    assertThat(lab.queue.statistics().total())
        .isEqualTo(dev.chirograph.spi.QueueStatistics.Counts.NONE);
  }

  @Test
  void L3_hintsNeverEmptyAReplica() {
    lab.right("a", "v");
    var reconciler = lab.durable().jobRetries(RetryPolicy.builder().attempts(1).build()).build();
    reconciler.hint("pair", List.of(key("a")));

    reconciler.drain();

    assertThat(lab.replica.get(key("a"))).isPresent();
    assertThat(deadErrors()).singleElement().asString().contains("nothing at all");
  }

  @Test
  void L3_withDeletesForbiddenAHintIsDoneAndTold() {
    lab.same(3).right("a", "v");
    var reconciler = lab.durable().deletes(DeleteLimit.none()).build();
    reconciler.hint("pair", List.of(key("a")));

    reconciler.drain();

    assertThat(lab.replica.get(key("a"))).isPresent();
    assertThat(lab.heard.results("a")).containsExactly(ItemResult.HELD);
    assertThat(lab.queue.statistics().total())
        .isEqualTo(dev.chirograph.spi.QueueStatistics.Counts.NONE);
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
    assertThat(lab.queue.statistics().total())
        .isEqualTo(dev.chirograph.spi.QueueStatistics.Counts.NONE);
  }

  private static List<Key> keys(String prefix, int number) {
    return java.util.stream.IntStream.range(0, number).mapToObj(i -> key(prefix + i)).toList();
  }

  private List<String> deadErrors() {
    try (var letters = ((SupportsDeadLetters) lab.queue).deadLetters(Selection.all())) {
      List<String> errors = new java.util.ArrayList<>();
      letters.forEachRemaining(letter -> errors.add(letter.error()));
      return errors;
    }
  }

  // ---- L5

  @Test
  void L5_aWriteThatMeetsAnotherStateIsLookedAtAgain() {
    lab.left("a", "2").right("a", "1");
    boolean[] once = new boolean[1];
    Replica<String> racing =
        new Racing(
            lab.replica,
            changes -> {
              if (!once[0]) {
                once[0] = true;
                lab.replica.put(key("a"), "somebody's");
              }
            });

    Report report = lab.quick(lab.source, racing).build().sync(Scope.all());

    assertThat(report.agreed()).isTrue();
    assertThat(lab.replica.get(key("a"))).hasValue("2");
    assertThat(lab.heard.conflicts).containsExactly(key("a"));
  }

  @Test
  void L5_conflictsAreBounded() {
    lab.left("a", "2").right("a", "1");
    Replica<String> racing =
        new Racing(lab.replica, changes -> lab.replica.put(key("a"), "somebody's"));

    Report report = lab.quick(lab.source, racing).build().sync(Scope.all());

    assertThat(report.count(Count.FAILED)).isOne();
    assertThat(lab.heard.conflicts).hasSize(15); // three rounds in each of five attempts
    assertThat(lab.replica.get(key("a"))).hasValue("somebody's");
  }

  @Test
  void L5_aDeleteThatMeetsAnotherStateIsNotMade() {
    lab.same(3).right("old", "1");
    Replica<String> racing =
        new Racing(
            lab.replica,
            changes -> {
              lab.source.put(key("old"), "back");
              lab.replica.put(key("old"), "back");
            });

    Report report = lab.quick(lab.source, racing).build().sync(Scope.all());

    assertThat(lab.replica.get(key("old"))).hasValue("back");
    assertThat(report.count(Count.DELETED)).isZero();
    assertThat(report.count(Count.UNCHANGED)).isOne();
  }

  @Test
  void L5_deletesWithoutAGuardAreRefusedWhenBuilt() {
    MemoryReplica<String> none = Lab.texts().guards(Guard.ATOMIC, Guard.NONE).build();
    MemoryReplica<String> checked = Lab.texts().guards(Guard.ATOMIC, Guard.CHECKED).build();

    assertThatThrownBy(() -> lab.quick(lab.source, none).allowCheckedDeletes().build())
        .isInstanceOf(SyncException.class)
        .hasMessageContaining("DeleteLimit.none()");
    assertThatThrownBy(() -> lab.quick(lab.source, checked).build())
        .hasMessageContaining("allowCheckedDeletes");
    lab.quick(lab.source, none).deletes(DeleteLimit.none()).build();
    lab.quick(lab.source, checked).allowCheckedDeletes().build();
  }

  @Test
  void misfitsAreRefusedWhenBuilt() {
    assertThatThrownBy(() -> lab.quick().queue(lab.queue).build()).hasMessageContaining("both");
    assertThatThrownBy(() -> lab.durable().batch(100_000).build()).hasMessageContaining("batch");
    assertThatThrownBy(() -> lab.quick().rate("nobody", 1).build()).hasMessageContaining("nobody");
    assertThatThrownBy(() -> lab.quick().identityTag("id").build()).hasMessageContaining("tags");
    assertThatThrownBy(() -> lab.quick().pair("pair", lab.source, lab.replica))
        .hasMessageContaining("two pairs");
    assertThatThrownBy(() -> lab.quick().build().start(Scope.all())).hasMessageContaining("queue");
  }

  // ---- L8, L14

  @Test
  void L8_bothSidesAreLookedAtBeforeTheFirstWriteOfABatch() {
    for (int i = 0; i < 5; i++) {
      lab.left("k" + i, "2").right("k" + i, "1");
    }
    List<String> calls = new java.util.ArrayList<>();
    Faults noting =
        Faults.builder().when(call -> !calls.add(call.what()), Fault.FAIL_BEFORE).build();

    lab.quick(noting.source(lab.source), noting.replica(lab.replica)).build().sync(Scope.all());

    assertThat(calls)
        .containsExactly(
            "Source.list", "Source.list", "Source.observe", "Source.observe", "Sink.apply");
  }

  @Test
  void L14_whatIsDoneIsWhatIsSeenThen() {
    lab.same(5).left("a", "1").right("b", "1");
    var reconciler = lab.durable().build();
    var run = reconciler.start(Scope.all());
    lab.left("a", "later").left("b", "back");

    assertThat(lab.finish(reconciler, run).agreed()).isTrue();
    assertThat(lab.replica.snapshot()).isEqualTo(lab.source.snapshot());
  }

  // ---- L12

  @Test
  void L12_whatFailsForGoodIsInReportListenerAndDeadLetters() {
    lab.same(3).left("bad", "2").left("good", "2");
    Source<String> refusing =
        new Around(lab.source) {
          @Override
          public List<Observation<String>> observe(List<Key> keys) {
            return keys.stream()
                .map(
                    key ->
                        key.equals(key("bad"))
                            ? Observation.<String>unknown(SyncException.invalid("bad name"))
                            : inner.observe(List.of(key)).get(0))
                .toList();
          }
        };

    Report report = lab.finish(lab.durable(refusing, lab.replica).build(), Scope.all());

    assertThat(report.count(Count.FAILED)).isOne();
    assertThat(report.failures()).singleElement().extracting("where").isEqualTo("pair/bad");
    assertThat(lab.heard.results("bad")).containsExactly(ItemResult.FAILED);
    assertThat(deadErrors()).singleElement().asString().contains("bad name");
    assertThat(lab.replica.get(key("good"))).isPresent();
  }

  /** Everything as the inner source does it. */
  private static class Around implements Source<String> {
    final MemoryReplica<String> inner;

    Around(MemoryReplica<String> inner) {
      this.inner = inner;
    }

    @Override
    public StoreCapabilities capabilities() {
      return inner.capabilities();
    }

    @Override
    public Listing list(KeyRange range) {
      return inner.list(range);
    }

    @Override
    public List<Observation<String>> observe(List<Key> keys) {
      return inner.observe(keys);
    }
  }

  /** Somebody else writes just before each write. */
  private static final class Racing extends Around implements Replica<String> {
    private final Consumer<List<Change<String>>> before;

    Racing(MemoryReplica<String> inner, Consumer<List<Change<String>>> before) {
      super(inner);
      this.before = before;
    }

    @Override
    public List<Outcome> apply(List<Change<String>> changes) {
      before.accept(changes);
      return inner.apply(changes);
    }
  }

  @Test
  void theRateIsKept() {
    for (int i = 0; i < 40; i++) {
      lab.left("k" + i, "v");
    }

    lab.quick().batch(10).rate("pair", 2).build().sync(Scope.all());

    assertThat(Duration.ofNanos(lab.waits.nanos))
        .isBetween(Duration.ofSeconds(13), Duration.ofSeconds(20));
    assertThat(Optional.of(lab.replica.size())).hasValue(40);
  }
}
