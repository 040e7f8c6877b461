package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.chirograph.Change;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.Observation;
import dev.chirograph.Report;
import dev.chirograph.Run;
import dev.chirograph.RunPhase;
import dev.chirograph.SyncException;
import dev.chirograph.SyncListener;
import dev.chirograph.Tally.Count;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.spi.Lease;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** What a worker may do while it holds a lease, and what becomes of jobs whose workers die. */
class LeaseTest {

  private static final Duration LEASE = Duration.ofMinutes(1);

  private final Lab lab = new Lab();

  /** A source that does something whenever it is looked at. */
  private Around looking(Runnable action) {
    return new Around(lab.source) {
      @Override
      public List<Observation<String>> observe(List<Key> keys) {
        action.run();
        return super.observe(keys);
      }
    };
  }

  /** Whoever dies at work is followed by another one after the lease. */
  private int deathsUntil(BooleanSupplier over, Reconciler<?> reconciler) {
    int deaths = 0;
    while (!over.getAsBoolean() && deaths < 100) {
      try {
        reconciler.drain();
      } catch (Kill.Killed e) {
        deaths++;
      }
      lab.clock.advance(LEASE.plusSeconds(1));
    }
    return deaths;
  }

  @Test
  void L4_whenTheLeaseRanOutUnheardAndSomebodyElseHasTheJobNothingIsWritten() {
    lab.left("a", "v");
    int[] looks = new int[1];
    var slow =
        looking(
            () -> {
              if (looks[0]++ == 0) {
                lab.waits.pause(LEASE);
                assertThat(lab.queue.lease(Runs.ITEM, 1, LEASE)).isPresent();
              }
            });
    Faults writes = Faults.none();
    var reconciler = lab.durable(slow, writes.replica(lab.replica)).build();
    Run run = reconciler.start(Scope.all());

    reconciler.drainOnce();
    assertThat(writes.counts()).doesNotContainKey("Sink.apply");
    assertThat(lab.finish(reconciler, run).agreed()).isTrue();
    assertThat(lab.replica.size()).isOne();
  }

  @Test
  void aBatchThatTakesLongerThanItsLeaseIsWrittenWhenNobodyElseHasIt() {
    lab.left("a", "v").left("b", "v");
    var slow = looking(() -> lab.waits.pause(LEASE.plusSeconds(10)));
    var reconciler = lab.durable(slow, lab.replica).build();
    reconciler.submit(Scope.all());

    for (int i = 0; i < 10; i++) {
      reconciler.drainOnce();
    }

    assertThat(lab.replica.size()).isEqualTo(2);
  }

  @Test
  void L5_whatWasSeenBeforeTheQueueHadToBeAskedDeletesNothing() {
    lab.same(10);
    lab.right("back", "v");
    boolean[] looked = new boolean[1];
    var slow =
        looking(
            () -> {
              if (!looked[0]) {
                lab.waits.pause(LEASE);
                looked[0] = true;
              }
            });
    Faults asked =
        Faults.builder()
            .when(
                call -> {
                  if (looked[0] && call.what().equals("WorkQueue.settle")) {
                    lab.left("back", "v"); // while the queue is asked, and takes its time
                  }
                  return false;
                },
                Fault.REFUSE)
            .build();
    Faults writes = Faults.none();
    var reconciler =
        lab.durable(slow, writes.replica(lab.replica)).queue(asked.queue(lab.queue)).build();
    Run run = reconciler.start(Scope.all());

    assertThat(lab.finish(reconciler, run).agreed()).isTrue();

    assertThat(looked[0]).isTrue();
    assertThat(writes.counts()).doesNotContainKey("Sink.apply");
    assertThat(lab.replica.get(key("back"))).isPresent();
  }

  @Test
  void L4_theNextBatchIsNotLostWithTheOneBefore() {
    lab.left("a", "v").left("b", "v");
    int[] looks = new int[1];
    var slow =
        looking(
            () -> {
              if (looks[0]++ == 0) {
                lab.clock.advance(LEASE.plusSeconds(1));
                lab.queue.lease("none", 1, LEASE); // what has run out is given back
              }
            });
    var reconciler = lab.durable(slow, lab.replica).batch(1).build();
    Run run = reconciler.start(Scope.all());

    reconciler.drainOnce();
    assertThat(reconciler.drainOnce()).isOne();

    assertThat(lab.replica.size()).isPositive();
    assertThat(lab.finish(reconciler, run).agreed()).isTrue();
  }

  @Test
  void aJobThatKillsItsWorkersIsBuriedAndTakesNoOtherWithIt() {
    lab.left("bad", "v").left("c", "v").left("d", "v");
    Around deadly =
        new Around(lab.source) {
          @Override
          public List<Observation<String>> observe(List<Key> keys) {
            if (keys.contains(key("bad"))) {
              throw new Kill.Killed();
            }
            return super.observe(keys);
          }
        };
    var reconciler = lab.durable(deadly, lab.replica).build();
    Run run = reconciler.start(Scope.all());

    int deaths = deathsUntil(() -> lab.queue.statistics().total().dead() > 0, reconciler);

    assertThat(deaths).isEqualTo(12 + 3);
    assertThat(lab.deadErrors())
        .singleElement()
        .satisfies(
            error -> assertThat(error).contains("tried 15 times", "fell silent or was killed"));
    Report report = lab.finish(reconciler, run);
    assertThat(report.count(Count.FAILED)).isOne();
    assertThat(report.count(Count.WRITTEN)).isEqualTo(2);
  }

  @Test
  void aRangeThatKillsItsWorkersFailsItsRun() {
    lab.left("a", "v");
    Around deadly =
        new Around(lab.source) {
          @Override
          public Listing list(KeyRange range) {
            throw new Kill.Killed();
          }
        };
    var reconciler = lab.durable(deadly, lab.replica).build();
    Run run = reconciler.submit(Scope.all());

    int deaths = deathsUntil(() -> run.report().phase().ended(), reconciler);

    assertThat(deaths).isEqualTo(12 + 3);
    assertThat(run.report().phase()).isEqualTo(RunPhase.FAILED);
  }

  @Test
  void aRangeThatGetsOnIsNotGivenUpHoweverOftenItsWorkersDie() {
    lab.same(20 * Finder.STRIDE);
    lab.left("a", "v");
    Faults calls = Faults.none();
    long[] next = {3}; // a lease begins with an extension
    Kill eachNote =
        new Kill(
            () -> false,
            () -> {
              boolean now =
                  next[0] < 40 && calls.counts().getOrDefault("WorkQueue.settle", 0L) == next[0];
              next[0] += now ? 2 : 0;
              return now;
            });
    var reconciler =
        lab.quick(lab.source, lab.replica)
            .queue(eachNote.wrap(calls.queue(lab.queue)))
            .state(lab.state)
            .build();
    Run run = reconciler.submit(Scope.all());

    int deaths = deathsUntil(() -> run.report().phase().ended(), reconciler);

    assertThat(deaths).isGreaterThan(15);
    assertThat(lab.deadErrors()).isEmpty();
    assertThat(run.report().phase()).isEqualTo(RunPhase.DONE);
    assertThat(lab.replica.size()).isEqualTo(lab.source.size());
  }

  @Test
  void L4_aWalkThatFailsAfterItsLeaseWasLostLeavesTheRangeToItsHolder() {
    lab.left("a", "v");
    AtomicReference<Lease> other = new AtomicReference<>();
    Around failing =
        new Around(lab.source) {
          @Override
          public Listing list(KeyRange range) {
            lab.clock.advance(LEASE.plusSeconds(1));
            lab.queue.lease(Runs.RANGE, 1, LEASE).ifPresent(other::set);
            throw new SyncException(
                SyncException.Kind.INVALID_ARGUMENT, "this store was never meant to be listed");
          }
        };
    var reconciler = lab.durable(failing, lab.replica).build();
    Run run = reconciler.submit(Scope.all());

    assertThatCode(reconciler::drainOnce).doesNotThrowAnyException();

    assertThat(other.get()).isNotNull();
    assertThat(run.report().phase()).isEqualTo(RunPhase.FINDING);
    assertThat(lab.queue.statistics().total().dead()).isZero();
  }

  @Test
  void aRunWhoseRecordCannotBeReadKeepsNoOtherFromBeingLookedAfter() {
    lab.left("a", "v");
    var reconciler = lab.durable().build();
    long broken = reconciler.submit(Scope.all()).id();
    Key record = RunStore.runKey(broken);
    var stored = lab.state.read("reconcile-runs", List.of(record)).get(0).orElseThrow();
    lab.state.write(
        "reconcile-runs", List.of(Change.put(record, new byte[] {1}, Expect.at(stored.version()))));

    Run whole = reconciler.submit(Scope.all());
    assertThat(reconciler.runs()).extracting(Run::id).containsExactly(whole.id());
    for (int i = 0; i < 20 && !whole.report().phase().ended(); i++) {
      reconciler.drain();
      lab.clock.advance(Duration.ofMinutes(2));
    }
    assertThat(whole.report().phase()).isEqualTo(RunPhase.DONE);
  }

  @Test
  void aListenerMayCloseItsOwnWorker() throws Exception {
    lab.left("a", "v");
    var backend = MemoryBackend.create();
    AtomicReference<Worker> worker = new AtomicReference<>();
    CompletableFuture<Boolean> closed = new CompletableFuture<>();
    var reconciler =
        Reconciler.builder("pair", lab.source, lab.replica)
            .queue(backend.queue("t", "q"))
            .state(backend.state("t"))
            .listener(
                new SyncListener() {
                  @Override
                  public void itemDone(ItemEvent event) {
                    worker.get().close();
                    closed.complete(true);
                  }
                })
            .build();
    worker.set(
        reconciler
            .worker()
            .poll(Duration.ofMillis(50))
            .closeDeadline(Duration.ofMinutes(5))
            .start());
    reconciler.hint("pair", List.of(key("a")));

    assertThat(closed.get(30, TimeUnit.SECONDS)).isTrue();
    worker.get().close();
    assertThat(backend.queue("t", "q").statistics().total().waiting()).isZero();
  }
}
