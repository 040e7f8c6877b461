package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.Lease.LeasedJob;
import dev.chirograph.spi.QueueStatistics;
import dev.chirograph.spi.QueueStatistics.Counts;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.SupportsDeadLetters;
import dev.chirograph.spi.SupportsRuns;
import dev.chirograph.spi.WorkQueue;
import dev.chirograph.spi.WorkQueue.Enqueued;
import dev.chirograph.spi.WorkQueue.Settled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;

/**
 * What the tests of queues share: a fresh queue for each, and short words for what is done with it.
 */
abstract class QueueHarness {

  static final String KIND = "item";
  static final String SCOPE = "scope";

  // Times are long and far apart, so that a store's clock may also run by itself.
  static final Duration LEASE = Duration.ofMinutes(10);
  static final Duration HOUR = Duration.ofHours(1);

  String tenant;
  String name;
  WorkQueue queue;

  /**
   * Opens a queue. The same tenant and name always mean the same queue; each call may give another
   * handle, as another JVM would have.
   *
   * @param tenant a short name of letters, digits, {@code -}, {@code _} and {@code .}
   * @param name likewise
   */
  protected abstract WorkQueue open(String tenant, String name);

  /** Moves the store's clock forward by so much at least; called by one thread at a time. */
  protected abstract void advance(Duration time);

  /** What the queue cannot do; nothing unless overridden. */
  protected Set<QueueAbility> missing() {
    return Set.of();
  }

  @BeforeEach
  final void openFreshQueue() {
    // Not from a seed: the store may keep the queues of earlier runs.
    String fresh = UUID.randomUUID().toString().substring(0, 13);
    tenant = "tenant-" + fresh;
    name = "queue-" + fresh;
    queue = open(tenant, name);
  }

  // ---- words for abilities

  void need(QueueAbility ability) {
    assumeTrue(ability.of(queue), () -> "the queue does not have the ability " + ability);
  }

  SupportsRuns runs() {
    need(QueueAbility.RUNS);
    return (SupportsRuns) queue;
  }

  SupportsDeadLetters deadLetters() {
    need(QueueAbility.DEAD_LETTERS);
    return (SupportsDeadLetters) queue;
  }

  // ---- words for jobs

  static Job.Builder job(String key) {
    return job(Key.utf8(key));
  }

  static Job.Builder job(Key key) {
    return Job.builder(KIND, SCOPE, key);
  }

  static Job.Builder heldJob(String key, long run) {
    return job(key).run(run).held();
  }

  Enqueued enqueue(Job.Builder... jobs) {
    List<Job> built = new ArrayList<>();
    for (Job.Builder job : jobs) {
      built.add(job.build());
    }
    return queue.enqueue(built);
  }

  // ---- words for leases

  /** A job together with the lease it is in. */
  record Held(Lease lease, LeasedJob leased) {
    Job job() {
      return leased.job();
    }

    String text() {
      return leased.job().key().text();
    }

    int slot() {
      return leased.slot();
    }
  }

  /** Leases until nothing is ready any more. */
  List<Held> leaseAll() {
    return leaseAll(queue, KIND);
  }

  static List<Held> leaseAll(WorkQueue queue, String kind) {
    List<Held> all = new ArrayList<>();
    int limit = Math.min(100, queue.capabilities().maxBatch());
    for (Optional<Lease> lease = queue.lease(kind, limit, LEASE);
        lease.isPresent();
        lease = queue.lease(kind, limit, LEASE)) {
      for (LeasedJob leased : lease.get().jobs()) {
        all.add(new Held(lease.get(), leased));
      }
    }
    return all;
  }

  /** Leases the only job that is ready. */
  Held leaseOnly() {
    List<Held> all = leaseAll();
    assertThat(all).as("the jobs that are ready").hasSize(1);
    return all.get(0);
  }

  Held leaseOnly(String key) {
    Held held = leaseOnly();
    assertThat(held.text()).isEqualTo(key);
    return held;
  }

  void assertNothingReady() {
    assertThat(leaseAll()).as("the jobs that are ready").isEmpty();
  }

  Settled done(Held held) {
    return settle(held, new Settlement.Done(held.slot()));
  }

  Settled retry(Held held, Duration in) {
    return settle(held, new Settlement.Retry(held.slot(), in, "it failed"));
  }

  Settled settle(Held held, Settlement... settlements) {
    return queue.settle(held.lease(), List.of(settlements));
  }

  void assertSettled(Settled settled) {
    assertThat(settled).isEqualTo(Settled.DONE);
  }

  void assertStale(Settled settled) {
    assertThat(settled).isEqualTo(Settled.STALE);
  }

  /** Lets the leases that are held now end, so that their jobs can come back. */
  void letLeasesExpire() {
    advance(LEASE.plusMinutes(1));
  }

  /** What is in the queue, when each job is ready in the end and done at once; by key, as text. */
  List<String> drain() {
    List<String> drained = new ArrayList<>();
    for (Held held : leaseAll()) {
      drained.add(held.text());
      assertSettled(done(held));
    }
    return drained;
  }

  // ---- words for counts

  void assertCounts(Counts expected) {
    assertCounts(SCOPE, expected);
  }

  void assertCounts(String scope, Counts expected) {
    QueueStatistics statistics = queue.statistics();
    Counts counts = statistics.scopes().getOrDefault(scope, Counts.NONE);
    if (statistics.exact()) {
      assertThat(counts).as("the counts of scope " + scope).isEqualTo(expected);
    } else {
      assertThat(counts.waiting()).isLessThanOrEqualTo(expected.waiting());
      assertThat(counts.delayed()).isLessThanOrEqualTo(expected.delayed());
      assertThat(counts.held()).isLessThanOrEqualTo(expected.held());
      assertThat(counts.running()).isLessThanOrEqualTo(expected.running());
      assertThat(counts.dead()).isLessThanOrEqualTo(expected.dead());
    }
  }

  static Counts waiting(long number) {
    return new Counts(number, 0, 0, 0, 0);
  }

  static Counts delayed(long number) {
    return new Counts(0, number, 0, 0, 0);
  }

  static Counts held(long number) {
    return new Counts(0, 0, number, 0, 0);
  }

  static Counts running(long number) {
    return new Counts(0, 0, 0, number, 0);
  }

  static Counts dead(long number) {
    return new Counts(0, 0, 0, 0, number);
  }

  static void assertRefused(ThrowingCallable call) {
    SyncException refusal = catchThrowableOfType(SyncException.class, call);
    assertThat(refusal).as("the refusal").isNotNull();
    assertThat(refusal.kind()).isEqualTo(SyncException.Kind.INVALID_ARGUMENT);
  }
}
