package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Change;
import dev.chirograph.DeleteLimit;
import dev.chirograph.Key;
import dev.chirograph.Outcome;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.SyncListener.ItemResult;
import dev.chirograph.Tally.Count;
import dev.chirograph.spi.QueueStatistics.Counts;
import dev.chirograph.spi.Replica;
import dev.chirograph.spi.SupportsDeadLetters;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** L3: deletes that no run judges spend from a budget. */
class DeleteBudgetTest {

  /** Shorter than a lease, so that the job stays with who has it. */
  private static final Duration WINDOW = Duration.ofSeconds(10);

  private final Lab lab = new Lab();

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
    reconciler.hint("pair", keys("old", 0, 5));

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

  @Test
  void L3_hintsNeverEmptyAReplica() {
    lab.right("a", "v");
    var reconciler = lab.triedOnce(lab.source);
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
    var reconciler = lab.triedOnce(faults.source(lab.source));
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

  private static List<Key> keys(String prefix, int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> key(prefix + i)).toList();
  }
}
