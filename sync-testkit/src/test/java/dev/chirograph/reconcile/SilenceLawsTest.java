package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Key;
import dev.chirograph.Observation;
import dev.chirograph.Report;
import dev.chirograph.Run;
import dev.chirograph.SyncException;
import dev.chirograph.SyncListener.ItemResult;
import dev.chirograph.Tally.Count;
import dev.chirograph.spi.Source;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import java.util.List;
import org.junit.jupiter.api.Test;

/** L12: nothing is silent. */
class SilenceLawsTest {

  private final Lab lab = new Lab();

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
    assertThat(lab.deadErrors()).singleElement().asString().contains("bad name");
    assertThat(lab.replica.get(key("good"))).isPresent();
  }

  @Test
  void L12_moreFailuresThanAreListedAreStillCounted() {
    int items = 1_000;
    for (int i = 0; i < items; i++) {
      lab.left("bad/%0200d".formatted(i), "2");
    }
    Faults faults = Faults.none();
    var reconciler = lab.triedOnce(faults.source(lab.source));
    Run run = reconciler.start(Scope.all());
    faults.always(Fault.FORBIDDEN);
    reconciler.drain();
    faults.stop();

    Report report = lab.finish(reconciler, run);

    assertThat(report.count(Count.FAILED)).isEqualTo(items);
    assertThat(report.failures()).hasSizeBetween(1, items - 1);
    assertThat(report.agreed()).isFalse();
    assertThat(lab.queue.statistics().total().dead()).isEqualTo(items);
  }

  @Test
  void L12_deletesBeyondTheLimitAreCountedThoughNotKept() {
    lab.left("x", "v");
    for (int i = 0; i < 500; i++) {
      lab.right("old" + i, "v");
    }
    var reconciler = lab.durable().deletes(DeleteLimit.of(20, 1)).build();
    Run run = reconciler.submit(Scope.all());
    reconciler.drain();

    Report report = lab.finish(reconciler, run);

    assertThat(report.count(Count.HELD)).isEqualTo(21); // one more than may be, which says enough
    assertThat(report.count(Count.NOT_DELETED)).isEqualTo(500);
    assertThat(report.heldBack()).hasValueSatisfying(why -> assertThat(why).contains("500"));
    assertThat(lab.replica.size()).isEqualTo(501);
  }

  @Test
  void L12_aRunWhoseItemsALaterOneTookOverSaysSo() {
    lab.same(3).left("a", "1").left("b", "1");
    var reconciler = lab.durable().build();
    Run early = reconciler.start(Scope.all());
    lab.left("c", "1");
    Run late = reconciler.start(Scope.all());

    Report first = lab.finish(reconciler, early);
    Report second = lab.finish(reconciler, late);

    assertThat(first.takenOver()).isEqualTo(2);
    assertThat(first.agreed()).isFalse();
    assertThat(first).asString().contains("taken over by later runs: 2");
    assertThat(second.takenOver()).isZero();
    assertThat(second.agreed()).isTrue();
    assertThat(second.count(Count.WRITTEN)).isEqualTo(3);
  }
}
