package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.Report;
import dev.chirograph.Tally.Count;
import dev.chirograph.memory.MemoryReplica;
import dev.chirograph.spi.Source;
import dev.chirograph.spi.StoreCapabilities;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** L1: unknown is not absent. L2: incomplete evidence never deletes. */
class UnknownLawsTest {

  private final Lab lab = new Lab();

  private static Faults on(String what, Fault fault) {
    return Faults.builder().when(call -> call.what().equals(what), fault).build();
  }

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
}
