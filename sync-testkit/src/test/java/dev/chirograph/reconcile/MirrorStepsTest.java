package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Run;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.Version;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.StoreCapabilities;
import dev.chirograph.spi.SupportsCopy;
import dev.chirograph.spi.WorkQueue;
import java.io.InputStream;
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
    to.disturb(
        3,
        () -> {
          from.put(KEY, "now other bytes".getBytes(UTF_8));
          fail(Kind.UNAVAILABLE);
        });
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
