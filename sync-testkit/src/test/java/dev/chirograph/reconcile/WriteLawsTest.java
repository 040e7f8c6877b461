package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Change;
import dev.chirograph.Outcome;
import dev.chirograph.Report;
import dev.chirograph.Tally.Count;
import dev.chirograph.memory.MemoryReplica;
import dev.chirograph.spi.Replica;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** L5: writes are conditional. L8, L14: both sides are looked at just before. */
class WriteLawsTest {

  private final Lab lab = new Lab();

  @Test
  void L5_aWriteThatMeetsAnotherStateIsLookedAtAgain() {
    lab.left("a", "2").right("a", "1");
    boolean[] once = new boolean[1];
    Replica<String> meddled =
        new Meddler(
            lab.replica,
            changes -> {
              if (!once[0]) {
                once[0] = true;
                lab.replica.put(key("a"), "somebody's");
              }
            });

    Report report = lab.quick(lab.source, meddled).build().sync(Scope.all());

    assertThat(report.agreed()).isTrue();
    assertThat(lab.replica.get(key("a"))).hasValue("2");
    assertThat(lab.heard.conflicts).containsExactly(key("a"));
  }

  @Test
  void L5_conflictsAreBounded() {
    lab.left("a", "2").right("a", "1");
    Replica<String> meddled =
        new Meddler(lab.replica, changes -> lab.replica.put(key("a"), "somebody's"));

    Report report = lab.quick(lab.source, meddled).build().sync(Scope.all());

    assertThat(report.count(Count.FAILED)).isOne();
    assertThat(lab.heard.conflicts).hasSize(15); // three rounds in each of five attempts
    assertThat(lab.replica.get(key("a"))).hasValue("somebody's");
  }

  @Test
  void L5_aDeleteThatMeetsAnotherStateIsNotMade() {
    lab.same(3).right("old", "1");
    Replica<String> meddled =
        new Meddler(
            lab.replica,
            changes -> {
              lab.source.put(key("old"), "back");
              lab.replica.put(key("old"), "back");
            });

    Report report = lab.quick(lab.source, meddled).build().sync(Scope.all());

    assertThat(lab.replica.get(key("old"))).hasValue("back");
    assertThat(report.count(Count.DELETED)).isZero();
    assertThat(report.count(Count.UNCHANGED)).isOne();
  }

  @Test
  void L8_bothSidesAreLookedAtBeforeTheFirstWriteOfABatch() {
    for (int i = 0; i < 5; i++) {
      lab.left("k" + i, "2").right("k" + i, "1");
    }
    List<String> calls = new ArrayList<>();
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

  /** Somebody else writes just before each write. */
  private static final class Meddler extends Around implements Replica<String> {
    private final Consumer<List<Change<String>>> before;

    Meddler(MemoryReplica<String> inner, Consumer<List<Change<String>>> before) {
      super(inner);
      this.before = before;
    }

    @Override
    public List<Outcome> apply(List<Change<String>> changes) {
      before.accept(changes);
      return inner.apply(changes);
    }
  }
}
