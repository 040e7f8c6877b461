package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.CloseableIterator;
import dev.chirograph.Key;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.QueueStatistics;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.SupportsDeadLetters;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import dev.chirograph.spi.SupportsRuns;
import dev.chirograph.spi.WorkQueue;
import dev.chirograph.spi.WorkQueue.Settled;
import dev.chirograph.testkit.QueueHarness.Held;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;

/**
 * Two queues that are asked the same and have to answer the same.
 *
 * <p>Everything that is ready is leased at once, so that nothing hangs on the order of jobs. Clocks
 * move by tens of minutes, and everything is due at fives: a store's clock may also run by itself a
 * little.
 */
final class QueueTwins {

  private static final int KEYS = 10;
  private static final Duration LEASE = Duration.ofMinutes(605);

  private final Side subject;
  private final Side reference;
  private final RandomGenerator random;
  private final Consumer<Duration> advance;
  private final List<String> story = new ArrayList<>();

  QueueTwins(
      WorkQueue subject, WorkQueue reference, RandomGenerator random, Consumer<Duration> advance) {
    this.subject = new Side(subject);
    this.reference = new Side(reference);
    this.random = random;
    this.advance = advance;
  }

  /** One queue, what is leased from it, and what was leased last and is lost. */
  private record Side(WorkQueue queue, Map<Key, Held> held, List<Held> lost) {
    Side(WorkQueue queue) {
      this(queue, new TreeMap<>(), new ArrayList<>());
    }

    void lose() {
      lost.clear();
      lost.addAll(held.values());
      held.clear();
    }
  }

  void step() {
    int dice = random.nextInt(100);
    if (dice < 35) {
      enqueue();
    } else if (dice < 50) {
      lease();
    } else if (dice < 70) {
      settle();
    } else if (dice < 80) {
      pass();
    } else if (dice < 84) {
      loseAllLeases();
    } else if (dice < 94) {
      endRun();
    } else {
      dig();
    }
    compareCounts();
  }

  /** Does what is left, until both are empty. */
  void end() {
    for (int i = 0; i < 5; i++) {
      for (long run = 1; run <= 3; run++) {
        long each = run;
        ifRuns(
            "release " + each,
            queue -> queue.release(each, QueueHarness.SCOPE, Long.MAX_VALUE).held());
      }
      settle("settle all as done", 100, Settlement.Done::new);
      advance.accept(Duration.ofHours(100));
      lease();
    }
    settle("settle all as done", 100, Settlement.Done::new);
    compareCounts();
  }

  private void enqueue() {
    Map<Key, Job> jobs = new HashMap<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      Job job = anyJob();
      jobs.put(job.key(), job);
    }
    List<Job> list = List.copyOf(jobs.values());
    same("enqueue " + list, side -> side.queue().enqueue(list));
  }

  private Job anyJob() {
    int run = random.nextInt(4);
    Job.Builder job =
        QueueHarness.job("k" + random.nextInt(KEYS)).run(run).priority(random.nextInt(3) - 1);
    if (random.nextInt(4) == 0) {
      job.full();
    }
    if (random.nextInt(3) == 0) {
      job.note("n" + random.nextInt(100));
    }
    if (run > 0 && random.nextInt(3) == 0) {
      job.held();
    } else if (random.nextInt(3) == 0) {
      job.delay(soon());
    }
    return job.build();
  }

  private Duration soon() {
    return random.nextInt(3) == 0 ? Duration.ZERO : Duration.ofMinutes(5 + 10L * random.nextInt(5));
  }

  private void lease() {
    same("lease", QueueTwins::leased);
  }

  private static Map<Key, String> leased(Side side) {
    Map<Key, String> answers = new TreeMap<>();
    for (Held held : leaseReady(side.queue())) {
      Key key = held.job().key();
      assertThat(side.held().put(key, held)).as("the lease under which " + key + " runs").isNull();
      answers.put(
          key,
          held.job() + " attempts " + held.leased().attempts() + " " + held.leased().mayDelete());
    }
    return answers;
  }

  private static List<Held> leaseReady(WorkQueue queue) {
    List<Held> all = new ArrayList<>();
    int limit = Math.min(100, queue.capabilities().maxBatch());
    for (var lease = queue.lease(QueueHarness.KIND, limit, LEASE);
        lease.isPresent();
        lease = queue.lease(QueueHarness.KIND, limit, LEASE)) {
      Lease one = lease.get();
      one.jobs().forEach(leased -> all.add(new Held(one, leased)));
    }
    return all;
  }

  private void settle() {
    Duration in = soon();
    switch (random.nextInt(7)) {
      case 0 -> settle("retry in " + in, 50, slot -> new Settlement.Retry(slot, in, "failed"));
      case 1 -> settle("bury", 40, slot -> new Settlement.Bury(slot, "broken"));
      case 2 -> settle("release", 50, Settlement.Release::new);
      case 3 -> settle("hold", 70, Settlement.Hold::new);
      case 4 -> settle("note", 50, slot -> new Settlement.Note(slot, "noted"));
      default -> settle("done", 50, Settlement.Done::new);
    }
  }

  /** Settles some percent of the leased jobs alike, and extends all leases. */
  private void settle(String what, int percent, IntFunction<Settlement> how) {
    List<Key> keys = new ArrayList<>();
    for (Key key : reference.held().keySet()) {
      boolean can = !what.equals("hold") || reference.held().get(key).job().run() != 0;
      if (can && random.nextInt(100) < percent) {
        keys.add(key);
      }
    }
    same(what + " " + keys, side -> settled(side, keys, how));
    if (!what.equals("note")) {
      subject.held().keySet().removeAll(keys);
      reference.held().keySet().removeAll(keys);
    }
  }

  private static boolean settled(Side side, List<Key> keys, IntFunction<Settlement> how) {
    Map<Lease, List<Settlement>> byLease = new HashMap<>();
    side.held()
        .forEach(
            (key, held) -> {
              List<Settlement> list =
                  byLease.computeIfAbsent(held.lease(), lease -> new ArrayList<>());
              if (keys.contains(key)) {
                list.add(how.apply(held.slot()));
              }
            });
    byLease.forEach(
        (lease, list) -> assertThat(side.queue().settle(lease, list)).isEqualTo(Settled.DONE));
    return true;
  }

  private void pass() {
    settle("extend", 0, Settlement.Done::new);
    Duration time = Duration.ofMinutes(10L * (1 + random.nextInt(3)));
    story.add("advance " + time);
    advance.accept(time);
  }

  private void loseAllLeases() {
    story.add("lose " + reference.held().keySet());
    subject.lose();
    reference.lose();
    advance.accept(Duration.ofHours(20));
    lease();
    same("settle what was lost", QueueTwins::settledLate);
  }

  private static List<Settled> settledLate(Side side) {
    return side.lost().stream()
        .map(held -> side.queue().settle(held.lease(), List.of(new Settlement.Done(held.slot()))))
        .toList();
  }

  private void endRun() {
    long run = 1L + random.nextInt(3);
    long limit = random.nextInt(40);
    switch (random.nextInt(6)) {
      case 0 -> ifRuns("discard " + run, queue -> queue.discard(run, QueueHarness.SCOPE));
      case 1 -> ifRuns("cancel " + run, queue -> queue.cancel(run));
      case 2 -> ifRuns("forget " + run, queue -> queue.forget(run));
      default ->
          ifRuns(
              "release " + run + " up to " + limit,
              queue -> {
                SupportsRuns.Release release = queue.release(run, QueueHarness.SCOPE, limit);
                return release.released() ? release.held() : -release.held();
              });
    }
  }

  private void ifRuns(String call, ToLongFunction<SupportsRuns> answer) {
    if (subject.queue() instanceof SupportsRuns) {
      same(call, side -> answer.applyAsLong((SupportsRuns) side.queue()));
    }
  }

  private void dig() {
    if (subject.queue() instanceof SupportsDeadLetters) {
      same("list dead letters", side -> letters((SupportsDeadLetters) side.queue()));
      Selection selection =
          Selection.job(
              QueueHarness.KIND, QueueHarness.SCOPE, Key.utf8("k" + random.nextInt(KEYS)));
      boolean replay = random.nextInt(3) > 0;
      same(
          (replay ? "replay " : "drop ") + selection.keys(),
          side -> {
            SupportsDeadLetters dead = (SupportsDeadLetters) side.queue();
            return replay ? dead.replay(selection) : dead.drop(selection);
          });
    }
  }

  private static List<String> letters(SupportsDeadLetters queue) {
    List<String> letters = new ArrayList<>();
    try (CloseableIterator<SupportsDeadLetters.DeadLetter> all =
        queue.deadLetters(Selection.all())) {
      all.forEachRemaining(
          letter ->
              letters.add(letter.job() + " attempts " + letter.attempts() + " " + letter.error()));
    }
    return letters;
  }

  private void compareCounts() {
    QueueStatistics statistics = subject.queue().statistics();
    if (statistics.exact()) {
      same("count", side -> side.queue().statistics().total());
    }
    for (long run = 1; run <= 3; run++) {
      long each = run;
      ifRuns("remaining " + each, queue -> queue.remaining(each, Long.MAX_VALUE));
    }
  }

  private <T> void same(String call, Function<Side, T> answer) {
    story.add(call);
    T expected = answer.apply(reference);
    assertThat(answer.apply(subject))
        .as(() -> "the answer to the last of these calls:\n" + String.join("\n", lastCalls()))
        .isEqualTo(expected);
  }

  private List<String> lastCalls() {
    return story.subList(Math.max(0, story.size() - 100), story.size());
  }
}
