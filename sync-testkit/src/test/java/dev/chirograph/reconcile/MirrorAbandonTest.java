package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Expect;
import dev.chirograph.Report;
import dev.chirograph.Run;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.SyncListener.ItemResult;
import dev.chirograph.Tally.Count;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.QueueStatistics;
import dev.chirograph.spi.Replica;
import dev.chirograph.spi.SupportsSteps;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Copies in steps that are given up, because they broke or are not due any more. */
class MirrorAbandonTest extends SteppedMirror {

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
                lab.queue.lease(Runs.ITEM, 10, Duration.ofMinutes(1)); // by somebody else
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
