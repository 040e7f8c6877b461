package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.CloseableIterator;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.QueueStatistics.Counts;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.SupportsDeadLetters;
import dev.chirograph.spi.SupportsDeadLetters.DeadLetter;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import dev.chirograph.spi.SupportsRuns;
import dev.chirograph.spi.WorkQueue.Enqueued;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Dead letters: DLQ-1 to DLQ-4. */
abstract class QueueDeadLetterGuarantees extends QueueRunGuarantees {

  @Test
  void DLQ_0_aDeadLetterTellsAll() {
    deadLetters();
    enqueue(job("a").full().run(3).priority(4).note("1"));
    assertSettled(retry(leaseOnly("a"), Duration.ZERO));
    Held held = leaseOnly("a");
    assertSettled(settle(held, new Settlement.Note(held.slot(), "2")));
    assertSettled(settle(held, new Settlement.Bury(held.slot(), "broken \uD83D\uDE00")));

    DeadLetter letter = letters(Selection.all()).get(0);
    assertThat(letter.job()).isEqualTo(job("a").full().run(3).priority(4).note("2").build());
    assertThat(letter.attempts()).isEqualTo(2);
    assertThat(letter.error()).isEqualTo("broken \uD83D\uDE00");
  }

  @Test
  void DLQ_0_theTimeIsThatOfTheStoresClock() {
    deadLetters();
    bury(job("a"));
    advance(Duration.ofDays(1));
    bury(job("b"));

    List<DeadLetter> letters = letters(Selection.all());
    assertThat(Duration.between(letters.get(0).buried(), letters.get(1).buried()))
        .isBetween(Duration.ofDays(1).minusMillis(1), Duration.ofDays(1).plusMinutes(2));
  }

  @Test
  void DLQ_0_longErrorsAreCut() {
    deadLetters();
    enqueue(job("a"));
    Held held = leaseOnly("a");
    assertSettled(settle(held, new Settlement.Bury(held.slot(), longError())));

    assertCut(letters(Selection.all()).get(0).error());
  }

  @Test
  void DLQ_1_allAreListedInOrderAndStay() {
    SupportsDeadLetters dead = deadLetters();
    List<Key> keys = HostileKeys.all();
    for (String scope : List.of("two", "one")) {
      for (String kind : List.of("beta", "alpha")) {
        List<Job> jobs = new ArrayList<>();
        keys.forEach(key -> jobs.add(Job.builder(kind, scope, key).build()));
        buryAll(kind, jobs);
      }
    }

    List<Job> expected = new ArrayList<>();
    for (String kind : List.of("alpha", "beta")) {
      for (String scope : List.of("one", "two")) {
        keys.stream().sorted().forEach(key -> expected.add(Job.builder(kind, scope, key).build()));
      }
    }
    assertThat(letters(Selection.all())).extracting(DeadLetter::job).isEqualTo(expected);
    assertThat(letters(Selection.all())).extracting(DeadLetter::job).isEqualTo(expected);
    CloseableIterator<DeadLetter> some = dead.deadLetters(Selection.all());
    assertThat(some.next().job()).isEqualTo(expected.get(0));
    some.close();
    some.close();
    assertNothingReady();
  }

  @Test
  void DLQ_1_manyAreListed() {
    deadLetters();
    List<Job> jobs = new ArrayList<>();
    for (int i = 10_000; i < 12_500; i++) {
      jobs.add(job("k" + i).build());
    }
    int batch = Math.min(500, queue.capabilities().maxBatch());
    for (int from = 0; from < jobs.size(); from += batch) {
      buryAll(KIND, jobs.subList(from, Math.min(from + batch, jobs.size())));
    }

    assertThat(letters(Selection.all())).extracting(DeadLetter::job).isEqualTo(jobs);
  }

  @Test
  void DLQ_1_aSelectionIsExact() {
    deadLetters();
    for (String scope : List.of("s", "S", "s ", "s%", "t")) {
      for (String key : List.of("a", "a%", "a/b", "ab", "b")) {
        buryAll(KIND, List.of(Job.builder(KIND, scope, Key.utf8(key)).build()));
        buryAll("other", List.of(Job.builder("other", scope, Key.utf8(key)).build()));
      }
    }

    assertThat(letters(Selection.scope("s")))
        .hasSize(10)
        .allMatch(l -> l.job().scope().equals("s"));
    assertThat(letters(Selection.scope("%"))).isEmpty();
    assertThat(letters(Selection.job(KIND, "s", Key.utf8("a"))))
        .extracting(DeadLetter::job)
        .containsExactly(Job.builder(KIND, "s", Key.utf8("a")).build());
    assertThat(letters(Selection.job("Item", "s", Key.utf8("a")))).isEmpty();
    assertThat(letters(new Selection(Optional.of("other"), Optional.empty(), KeyRange.all())))
        .hasSize(25);
    assertThat(letters(selection(KeyRange.prefix(Key.utf8("a/"))))).hasSize(10);
    assertThat(letters(selection(KeyRange.of(Key.utf8("a%"), Key.utf8("b"))))).hasSize(30);
    assertThat(letters(selection(KeyRange.from(Key.utf8("ab"))))).hasSize(20);
    assertThat(letters(selection(KeyRange.of(Key.utf8("b"), Key.utf8("b"))))).isEmpty();
  }

  @Test
  void DLQ_2_replayingEnqueuesAnew() {
    SupportsDeadLetters dead = deadLetters();
    enqueue(job("a").full().priority(3).note("n").run(2));
    assertSettled(retry(leaseOnly("a"), Duration.ZERO));
    Held held = leaseOnly("a");
    assertSettled(settle(held, new Settlement.Bury(held.slot(), "broken")));
    bury(job("b"));

    assertThat(dead.replay(Selection.job(KIND, SCOPE, Key.utf8("a")))).isEqualTo(1);
    assertCounts(new Counts(1, 0, 0, 0, 1));
    assertThat(dead.replay(Selection.job(KIND, SCOPE, Key.utf8("a")))).isZero();
    Held again = leaseOnly("a");
    assertThat(again.job()).isEqualTo(job("a").full().priority(3).note("n").run(2).build());
    assertThat(again.leased().attempts()).isZero();
    assertThat(letters(Selection.all())).extracting(l -> l.job().key().text()).containsExactly("b");
  }

  @Test
  void DLQ_2_replayingGivesNoLeaveToDelete() {
    SupportsDeadLetters dead = deadLetters();
    SupportsRuns runs = runs();
    enqueue(heldJob("a", 5));
    runs.release(5, SCOPE, 1);
    Held held = leaseOnly("a");
    assertThat(held.leased().mayDelete()).isTrue();
    assertSettled(settle(held, new Settlement.Bury(held.slot(), "broken")));
    assertThat(dead.replay(Selection.all())).isEqualTo(1);

    assertThat(leaseOnly("a").leased().mayDelete())
        .as("leave to delete long after the finding")
        .isFalse();
  }

  @Test
  void DLQ_2_aReplayedJobGoesIntoTheOneThatWaitsOrFollowsTheOneThatRuns() {
    SupportsDeadLetters dead = deadLetters();
    need(QueueAbility.UNIQUENESS);
    need(QueueAbility.SERIAL_PER_KEY);
    bury(job("waits").full(), job("runs").full());
    enqueue(job("runs"));
    Held runs = leaseOnly("runs");
    enqueue(job("waits").delay(HOUR));

    assertThat(dead.replay(Selection.scope(SCOPE))).isEqualTo(2);
    assertThat(letters(Selection.all())).isEmpty();
    Held waits = leaseOnly("waits");
    assertThat(waits.job().full()).isTrue();
    assertSettled(done(waits));
    assertSettled(done(runs));
    Held follows = leaseOnly("runs");
    assertThat(follows.job().full()).isTrue();
    assertSettled(done(follows));
    assertThat(queue.statistics().total()).isEqualTo(Counts.NONE);
  }

  @Test
  void DLQ_2_manyAreReplayed() {
    SupportsDeadLetters dead = deadLetters();
    List<Job> jobs = new ArrayList<>();
    HostileKeys.all().forEach(key -> jobs.add(job(key).build()));
    buryAll(KIND, jobs);

    assertThat(dead.replay(Selection.all())).isEqualTo(jobs.size());
    assertThat(leaseAll()).extracting(Held::job).containsExactlyInAnyOrderElementsOf(jobs);
  }

  @Test
  void DLQ_3_droppingRemovesDeadLettersOnly() {
    SupportsDeadLetters dead = deadLetters();
    bury(job("a"), job("b"), job("c"));
    enqueue(job("a"), job("running"), job("delayed").delay(HOUR));
    assertThat(leaseAll()).hasSize(2);
    enqueue(job("b"));

    assertThat(dead.drop(Selection.job(KIND, SCOPE, Key.utf8("a")))).isEqualTo(1);
    assertCounts(new Counts(1, 1, 0, 2, 2));
    assertThat(dead.drop(Selection.scope("other"))).isZero();
    assertThat(dead.drop(Selection.all())).isEqualTo(2);
    assertThat(dead.drop(Selection.all())).isZero();
    assertCounts(new Counts(1, 1, 0, 2, 0));
    assertThat(letters(Selection.all())).isEmpty();
  }

  @Test
  void DLQ_4_buryingAgainReplaces() {
    deadLetters();
    bury(job("a").note("1"));
    assertThat(enqueue(job("a").note("2")))
        .as("a dead letter does not wait")
        .isEqualTo(new Enqueued(1, 0, 0));
    Held held = leaseOnly("a");
    assertSettled(settle(held, new Settlement.Bury(held.slot(), "broken again")));

    List<DeadLetter> letters = letters(Selection.all());
    assertThat(letters).hasSize(1);
    assertThat(letters.get(0).error()).isEqualTo("broken again");
    assertThat(letters.get(0).job().note()).isEqualTo("2");
    assertThat(letters.get(0).attempts()).isEqualTo(1);
    assertCounts(dead(1));
  }

  @Test
  void QUE_13_deadLettersOfOtherQueuesAreNotTouched() {
    deadLetters();
    bury(job("a"));
    for (String[] address : new String[][] {{tenant, name + "-b"}, {tenant + "-b", name}}) {
      SupportsDeadLetters other = (SupportsDeadLetters) open(address[0], address[1]);
      try (CloseableIterator<DeadLetter> letters = other.deadLetters(Selection.all())) {
        assertThat(letters.hasNext()).isFalse();
      }
      assertThat(other.replay(Selection.all())).isZero();
      assertThat(other.drop(Selection.all())).isZero();
    }
    assertThat(letters(Selection.all())).hasSize(1);
  }

  private static Selection selection(KeyRange keys) {
    return new Selection(Optional.empty(), Optional.empty(), keys);
  }

  private List<DeadLetter> letters(Selection selection) {
    List<DeadLetter> letters = new ArrayList<>();
    try (CloseableIterator<DeadLetter> all = deadLetters().deadLetters(selection)) {
      all.forEachRemaining(letters::add);
    }
    return letters;
  }

  private void bury(Job.Builder... jobs) {
    List<Job> built = new ArrayList<>();
    for (Job.Builder job : jobs) {
      built.add(job.build());
    }
    buryAll(KIND, built);
  }

  /** Buries jobs of one kind, of which nothing else may be ready. */
  private void buryAll(String kind, List<Job> jobs) {
    queue.enqueue(jobs);
    Map<Lease, List<Settlement>> settlements = new HashMap<>();
    for (Held held : leaseAll(queue, kind)) {
      settlements
          .computeIfAbsent(held.lease(), lease -> new ArrayList<>())
          .add(new Settlement.Bury(held.slot(), "broken"));
    }
    settlements.forEach((lease, burials) -> assertSettled(queue.settle(lease, burials)));
  }
}
