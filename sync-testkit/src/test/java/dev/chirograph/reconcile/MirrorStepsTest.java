package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Report;
import dev.chirograph.Run;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.SyncListener.ItemResult;
import dev.chirograph.Tally.Count;
import dev.chirograph.Version;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.QueueStatistics;
import dev.chirograph.spi.Replica;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.StoreCapabilities;
import dev.chirograph.spi.SupportsCopy;
import dev.chirograph.spi.SupportsDeadLetters;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import dev.chirograph.spi.SupportsSteps;
import dev.chirograph.spi.WorkQueue;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Copies that take several steps: stopped, taken up again, given up. */
class MirrorStepsTest {

  private static final Key KEY = key("large");

  private final Lab lab = new Lab();
  private final MemoryBlobStore from = MemoryBlobStore.builder("from").clock(lab.clock).build();
  private final Steps to = new Steps(lab);
  private final Mirror mirror = Mirror.of(from.asReplica(), from, to.target.asReplica(), to);

  /** The target, which remembers each step and can be disturbed before it. */
  private static final class Steps implements BlobStore, SupportsCopy {
    private final MemoryBlobStore target;
    private final List<String> steps = new ArrayList<>();
    private final List<String> abandoned = new ArrayList<>();
    private final Map<Integer, Runnable> disturbances = new HashMap<>();
    private Runnable beforeAbandon = () -> {};

    private Steps(Lab lab) {
      target = MemoryBlobStore.builder("to").clock(lab.clock).copyStepBytes(4).build();
    }

    void disturb(int step, Runnable action) {
      disturbances.put(step, action);
    }

    @Override
    public Step copy(
        BlobStore source,
        BlobRef ref,
        Version pin,
        ObjectVersion attributes,
        Key key,
        Expect expect,
        Optional<String> resume) {
      steps.add(resume.orElse("begin"));
      disturbances.getOrDefault(steps.size(), () -> {}).run();
      return target.copy(source, ref, pin, attributes, key, expect, resume);
    }

    @Override
    public void abandon(Key key, String resume) {
      beforeAbandon.run();
      abandoned.add(resume);
    }

    @Override
    public boolean copiesFrom(BlobStore source) {
      return target.copiesFrom(source);
    }

    @Override
    public String name() {
      return target.name();
    }

    @Override
    public StoreCapabilities capabilities() {
      return target.capabilities();
    }

    @Override
    public Observation<ObjectVersion> head(BlobRef ref) {
      return target.head(ref);
    }

    @Override
    public InputStream open(BlobRef ref, long offset, Expect expect) {
      return target.open(ref, offset, expect);
    }

    @Override
    public Outcome put(Key key, ObjectVersion attributes, Content content, Expect expect) {
      return target.put(key, attributes, content, expect);
    }

    @Override
    public Outcome delete(BlobRef ref, Expect expect) {
      return target.delete(ref, expect);
    }
  }

  @BeforeEach
  void fill() {
    from.put(KEY, "fourteen bytes".getBytes(UTF_8));
  }

  private static void fail(Kind kind) {
    throw new SyncException(kind, "no step");
  }

  private Reconciler<Mirror.Original> durable() {
    return lab.durable(mirror.source(), mirror.replica()).build();
  }

  /** At the third step the original goes, and the step fails. */
  private void originalGoesAtTheThirdStep() {
    to.disturb(
        3,
        () -> {
          from.delete(BlobStore.BlobRef.latest(KEY), Expect.anything());
          fail(Kind.UNAVAILABLE);
        });
  }

  /** At the third step the original becomes another, and the step fails. */
  private void originalChangesAtTheThirdStep() {
    to.disturb(
        3,
        () -> {
          from.put(KEY, "now other bytes".getBytes(UTF_8));
          fail(Kind.UNAVAILABLE);
        });
  }

  private String copied() {
    return new String(to.target.content(KEY).orElseThrow(), UTF_8);
  }

  @Test
  void L4_aCopyThatBrokeGoesOnInTheNextAttempt() {
    to.disturb(3, () -> fail(Kind.UNAVAILABLE));
    var reconciler = durable();

    assertThat(lab.finish(reconciler, reconciler.start(Scope.all())).agreed()).isTrue();

    assertThat(copied()).isEqualTo("fourteen bytes");
    assertThat(to.steps).hasSize(5).containsOnlyOnce("begin");
    assertThat(to.steps.get(3)).isEqualTo(to.steps.get(2));
    assertThat(to.abandoned).isEmpty();
  }

  @Test
  void L4_aWorkerThatLostItsLeaseMakesNoFurtherStep() {
    List<Lease> others = new ArrayList<>();
    to.disturb(
        3,
        () -> {
          lab.clock.advance(Duration.ofMinutes(2));
          others.add(lab.queue.lease(Runs.ITEM, 10, Duration.ofMinutes(1)).orElseThrow());
        });
    var reconciler = durable();
    Run run = reconciler.start(Scope.all());

    reconciler.drain();

    assertThat(to.steps).hasSize(3);
    assertThat(to.target.content(KEY)).isEmpty();
    assertThat(to.abandoned).as("the copy is the other worker's now").isEmpty();
    Lease other = others.get(0);
    assertThat(lab.queue.settle(other, List.of(new Settlement.Release(0))))
        .isNotEqualTo(WorkQueue.Settled.STALE);
    assertThat(lab.finish(reconciler, run).agreed()).isTrue();
    assertThat(to.steps).containsOnlyOnce("begin");
    assertThat(copied()).isEqualTo("fourteen bytes");
  }

  @Test
  void L4_whatALostWorkerBeganAndNobodyKnowsIsAbandoned() {
    to.disturb(
        1,
        () -> {
          lab.clock.advance(Duration.ofMinutes(2));
          lab.queue.lease(Runs.ITEM, 10, Duration.ofMinutes(1)).orElseThrow();
        });
    var reconciler = durable();
    reconciler.start(Scope.all());

    reconciler.drain();

    assertThat(to.steps).containsExactly("begin");
    assertThat(to.abandoned).hasSize(1);
  }

  @Test
  void aCopyOfAnOlderStateIsAbandonedAndBegunAnew() {
    originalChangesAtTheThirdStep();
    var reconciler = durable();

    assertThat(lab.finish(reconciler, reconciler.start(Scope.all())).agreed()).isTrue();

    assertThat(copied()).isEqualTo("now other bytes");
    assertThat(to.abandoned).containsExactly(to.steps.get(2));
    assertThat(to.steps.get(3)).isEqualTo("begin");
  }

  @Test
  void aCopyWhoseOriginalWentIsAbandoned() {
    to.target.put(KEY, "old".getBytes(UTF_8));
    to.disturb(
        3,
        () -> {
          from.delete(BlobStore.BlobRef.latest(KEY), Expect.anything());
          from.put(key("other"), "so that the source is not empty".getBytes(UTF_8));
          fail(Kind.UNAVAILABLE);
        });
    var reconciler = durable();
    lab.finish(reconciler, reconciler.start(Scope.all()));

    assertThat(to.abandoned).containsExactly(to.steps.get(2));
  }

  @Test
  void aCopyWhoseOriginalWentBeforeThereWasACopyIsAbandoned() {
    originalGoesAtTheThirdStep();
    var reconciler = durable();

    Report report = lab.finish(reconciler, reconciler.start(Scope.all()));

    assertThat(report.agreed()).isTrue();
    assertThat(lab.heard.results("large"))
        .containsExactly(ItemResult.RETRIED, ItemResult.UNCHANGED);
    assertThat(to.abandoned).containsExactly(to.steps.get(2));
  }

  @Test
  void aCopyThatSomebodyElseFinishedIsAbandoned() {
    to.disturb(
        3,
        () -> {
          lab.quick(mirror.source(), mirror.replica()).build().sync(Scope.all());
          fail(Kind.UNAVAILABLE);
        });
    var reconciler = durable();

    assertThat(lab.finish(reconciler, reconciler.start(Scope.all())).agreed()).isTrue();

    assertThat(copied()).isEqualTo("fourteen bytes");
    assertThat(to.abandoned).containsExactly(to.steps.get(2));
  }

  @Test
  void aCopyWhoseOriginalWentIsAbandonedAlsoWhileItsDeleteWaits() {
    to.target.put(KEY, "old".getBytes(UTF_8));
    originalGoesAtTheThirdStep();
    var reconciler =
        lab.durable(mirror.source(), mirror.replica()).deletes(DeleteLimit.none()).build();

    lab.finish(reconciler, reconciler.start(Scope.all()));

    assertThat(copied()).isEqualTo("old");
    assertThat(to.abandoned).containsExactly(to.steps.get(2));
  }

  @Test
  void whatCannotBeAbandonedNowIsAbandonedLater() {
    originalGoesAtTheThirdStep();
    int[] asked = new int[1];
    to.beforeAbandon =
        () -> {
          if (asked[0]++ < 2) {
            fail(Kind.UNAVAILABLE);
          }
        };
    var reconciler = durable();

    assertThat(lab.finish(reconciler, reconciler.start(Scope.all())).agreed()).isTrue();

    assertThat(to.abandoned).containsExactly(to.steps.get(2));
  }

  @Test
  void L4_whoLostTheLeaseAbandonsNothing() {
    originalGoesAtTheThirdStep();
    boolean[] lost = new boolean[1];
    Replica<Mirror.Original> slow =
        delayed(
            () -> {
              if (to.steps.size() == 3 && !lost[0]) {
                lost[0] = true;
                lab.clock.advance(Duration.ofMinutes(2));
                lab.waits.nanos += Duration.ofMinutes(2).toNanos();
              }
            });
    var reconciler = lab.durable(mirror.source(), slow).build();
    Run run = reconciler.start(Scope.all());
    while (!lost[0]) {
      reconciler.drainOnce();
      lab.clock.advance(Duration.ofMinutes(10));
    }

    assertThat(to.abandoned).isEmpty();
    assertThat(lab.finish(reconciler, run).agreed()).isTrue();
    assertThat(to.abandoned).containsExactly(to.steps.get(2));
  }

  @Test
  void L4_whoLosesTheLeaseWhileAbandoningBeginsNoOtherCopy() {
    originalChangesAtTheThirdStep();
    losesTheLeaseWhileAbandoning();
    var reconciler = durable();
    reconciler.start(Scope.all());

    untilAbandoned(reconciler);

    assertThat(to.steps).hasSize(3);
  }

  private void losesTheLeaseWhileAbandoning() {
    to.beforeAbandon =
        () -> {
          lab.clock.advance(Duration.ofMinutes(2));
          lab.queue.lease(Runs.ITEM, 10, Duration.ofMinutes(1));
        };
  }

  private void untilAbandoned(Reconciler<Mirror.Original> reconciler) {
    for (int i = 0; i < 100 && to.abandoned.isEmpty(); i++) {
      reconciler.drainOnce();
      lab.clock.advance(Duration.ofMinutes(10));
    }
    assertThat(to.abandoned).containsExactly(to.steps.get(2));
  }

  /** The replica, which does something before each look. */
  @SuppressWarnings("unchecked")
  private Replica<Mirror.Original> delayed(Runnable action) {
    Replica<Mirror.Original> replica = mirror.replica();
    return (Replica<Mirror.Original>)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Replica.class, SupportsSteps.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("observe")) {
                action.run();
              }
              try {
                return method.invoke(replica, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void aRefusalToAbandonKeepsNoNewStateFromBeingCopied() {
    originalChangesAtTheThirdStep();
    to.beforeAbandon = () -> fail(Kind.PERMISSION_DENIED);
    var reconciler = durable();

    Report report = lab.finish(reconciler, reconciler.start(Scope.all()));

    assertThat(copied()).isEqualTo("now other bytes");
    assertThat(report.count(Count.WRITTEN)).isOne();
    assertRefusalWasTold(report);
  }

  @Test
  void aRefusalToAbandonKeepsNothingFromBeingDeleted() {
    to.target.put(KEY, "old".getBytes(UTF_8));
    from.put(key("other"), "so that the source is not empty".getBytes(UTF_8));
    originalGoesAtTheThirdStep();
    to.beforeAbandon = () -> fail(Kind.PERMISSION_DENIED);
    var reconciler = durable();

    Report report = lab.finish(reconciler, reconciler.start(Scope.all()));

    assertThat(to.target.content(KEY)).isEmpty();
    assertThat(report.count(Count.DELETED)).isOne();
    assertRefusalWasTold(report);
  }

  @Test
  void L12_aRefusalToAbandonWhatIsNotDueAnyMoreIsTold() {
    originalGoesAtTheThirdStep();
    to.beforeAbandon = () -> fail(Kind.PERMISSION_DENIED);
    var reconciler = durable();

    Report report = lab.finish(reconciler, reconciler.start(Scope.all()));

    assertThat(report.count(Count.UNCHANGED)).isOne();
    assertRefusalWasTold(report);
  }

  @Test
  void aRefusalToAbandonMakesNoFailureOfAConflict() {
    to.disturb(3, () -> from.put(KEY, "now other bytes".getBytes(UTF_8)));
    to.beforeAbandon = () -> fail(Kind.PERMISSION_DENIED);

    Report report = lab.quick(mirror.source(), mirror.replica()).build().sync(Scope.all());

    assertThat(copied()).isEqualTo("now other bytes");
    assertThat(report.agreed()).isTrue();
    assertThat(lab.heard.results("large")).containsExactly(ItemResult.CREATED);
  }

  private void assertRefusalWasTold(Report report) {
    assertThat(lab.queue.statistics().total()).isEqualTo(QueueStatistics.Counts.NONE);
    assertThat(report.failures())
        .singleElement()
        .satisfies(told -> assertThat(told.toString()).contains("could not be given up"));
  }

  @Test
  void aNoteThatCannotBeReadIsToldAndTheCopyBegunAnew() {
    var reconciler = durable();
    lab.queue.enqueue(List.of(Job.builder(Runs.ITEM, "pair", KEY).note("not ours").build()));

    reconciler.drain();

    assertThat(copied()).isEqualTo("fourteen bytes");
    assertThat(to.steps.get(0)).isEqualTo("begin");
    assertThat(lab.heard.items.get(0).error().orElseThrow()).hasMessageContaining("cannot be read");
    assertThat(lab.queue.statistics().total()).isEqualTo(QueueStatistics.Counts.NONE);
  }

  @Test
  void L4_aCopyThatWasBuriedGoesOnWhenItIsReplayed() {
    boolean[] away = {true};
    for (int step = 3; step < 100; step++) {
      to.disturb(
          step,
          () -> {
            if (away[0]) {
              fail(Kind.UNAVAILABLE);
            }
          });
    }
    var reconciler = durable();
    lab.finish(reconciler, reconciler.start(Scope.all()));
    assertThat(lab.deadErrors()).hasSize(1);

    away[0] = false;
    ((SupportsDeadLetters) lab.queue).replay(Selection.all());
    reconciler.drain();

    assertThat(copied()).isEqualTo("fourteen bytes");
    assertThat(to.steps).containsOnlyOnce("begin");
    assertThat(to.abandoned).isEmpty();
  }

  @Test
  void whatIsNotKeptIsAbandonedWhenItBreaks() {
    to.disturb(3, () -> fail(Kind.UNAVAILABLE));

    lab.quick(mirror.source(), mirror.replica()).build().sync(Scope.all());

    assertThat(to.abandoned).containsExactly(to.steps.get(2));
  }

  @Test
  void aCopyThatFailsForGoodIsAbandoned() {
    to.disturb(3, () -> fail(Kind.INVALID_ARGUMENT));
    var reconciler = durable();

    lab.finish(reconciler, reconciler.start(Scope.all()));

    assertThat(to.abandoned).containsExactly(to.steps.get(2));
    assertThat(lab.queue.statistics().total().dead()).isOne();
  }
}
