package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Report;
import dev.chirograph.Run;
import dev.chirograph.RunPhase;
import dev.chirograph.SyncException;
import dev.chirograph.SyncListener.ItemResult;
import dev.chirograph.Tally.Count;
import dev.chirograph.memory.MemoryReplica;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.Settlement;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DurablePathTest {

  private final Lab lab = new Lab();

  private Lab differing(int items) {
    for (int i = 0; i < items; i++) {
      lab.left("k%06d".formatted(i), "v");
    }
    return lab;
  }

  @Test
  void startFindsAndReturnsTheNumber() {
    differing(7).same(5);
    var reconciler = lab.durable().build();

    Run run = reconciler.start(Scope.all());

    assertThat(run.enqueued()).isEqualTo(7);
    assertThat(run.progress().phase()).isEqualTo(RunPhase.APPLYING);
    assertThat(run.progress().total()).isEqualTo(7);
    assertThat(run.progress().remaining()).isEqualTo(7);
    assertThat(lab.replica.size()).isEqualTo(5);
    assertThat(lab.finish(reconciler, run).agreed()).isTrue();
    assertThat(run.progress().remaining()).isZero();
    assertThat(lab.replica.size()).isEqualTo(12);
    assertThat(run.completion().join().phase()).isEqualTo(RunPhase.DONE);
  }

  @Test
  void submitLeavesAllToWorkers() {
    differing(3);
    var reconciler = lab.durable().build();

    Run run = reconciler.submit(Scope.all());
    assertThat(run.progress().phase()).isEqualTo(RunPhase.FINDING);
    reconciler.drain();

    assertThat(run.await(Duration.ZERO).agreed()).isTrue();
    assertThat(lab.heard.runs.stream().map(Report::phase))
        .containsExactly(RunPhase.FINDING, RunPhase.APPLYING, RunPhase.DONE);
  }

  @Test
  void progressTellsHowLongTheRestWillTake() {
    differing(10);
    var reconciler = lab.durable().batch(5).build();
    Run run = reconciler.start(Scope.all());
    lab.clock.advance(Duration.ofMinutes(1));
    reconciler.drainOnce();

    assertThat(run.progress().remaining()).isEqualTo(5);
    assertThat(run.progress().eta()).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void statusTellsRequestedFromCompleted() {
    differing(2);
    var reconciler = lab.durable().build();
    assertThat(reconciler.status("pair").lastRequested()).isEmpty();
    Run run = reconciler.start(Scope.all());
    var requested = lab.clock.instant();
    lab.clock.advance(Duration.ofHours(1));

    assertThat(reconciler.status("pair").lastRequested()).hasValue(requested);
    assertThat(reconciler.status("pair").lastCompleted()).isEmpty();
    assertThat(reconciler.status("pair").jobs().waiting()).isEqualTo(2);

    lab.finish(reconciler, run);
    assertThat(reconciler.status("pair").lastCompleted())
        .hasValue(requested.plus(Duration.ofHours(1)));
    assertThatThrownBy(() -> reconciler.status("other")).isInstanceOf(SyncException.class);
  }

  @Test
  void submitIfOlderAsksOnlyWhenNoRunCoveredTheScope() {
    differing(2);
    var reconciler = lab.durable().build();
    lab.finish(reconciler, Scope.prefix("a"));
    assertThat(reconciler.submitIfOlder(Scope.prefix("a/b"), Duration.ofHours(1))).isEmpty();

    var whole = reconciler.submitIfOlder(Scope.all(), Duration.ofHours(1));
    assertThat(whole).isPresent();
    lab.finish(reconciler, whole.get());

    assertThat(reconciler.submitIfOlder(Scope.all(), Duration.ofHours(1))).isEmpty();
    assertThat(reconciler.submitIfOlder(Scope.prefix("x"), Duration.ofHours(1))).isEmpty();
    assertThat(reconciler.submitIfOlder(Scope.all().full(), Duration.ofHours(1))).isPresent();
    lab.clock.advance(Duration.ofHours(2));
    assertThat(reconciler.submitIfOlder(Scope.all(), Duration.ofHours(1))).isPresent();
  }

  @Test
  void runsSurviveARestartAndCanBeForgotten() {
    differing(3);
    long id = lab.durable().build().start(Scope.all()).id();

    var restarted = lab.durable().build();
    assertThat(restarted.runs()).extracting(Run::id).containsExactly(id);
    Report report = lab.finish(restarted, restarted.run(id).orElseThrow());

    assertThat(report.agreed()).isTrue();
    assertThat(report.count(Count.WRITTEN)).isEqualTo(3);
    assertThat(restarted.runs()).isEmpty();
    assertThat(restarted.forgetRuns(Duration.ofDays(1))).isZero();
    lab.clock.advance(Duration.ofDays(2));
    assertThat(restarted.forgetRuns(Duration.ofDays(1))).isOne();
    assertThat(restarted.run(id)).isEmpty();
    assertThatThrownBy(() -> restarted.runs().get(0)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void cancelRemovesWhatWaits() {
    differing(5).same(20).right("old", "v");
    var reconciler = lab.durable().build();
    Run run = reconciler.start(Scope.all());

    run.cancel();
    reconciler.drain();

    assertThat(run.report().phase()).isEqualTo(RunPhase.CANCELLED);
    assertThat(lab.replica.size()).isEqualTo(21);
    assertThat(lab.queue.statistics().total())
        .isEqualTo(dev.chirograph.spi.QueueStatistics.Counts.NONE);
    run.cancel();
    assertThat(lab.heard.runs).filteredOn(r -> r.phase() == RunPhase.CANCELLED).hasSize(1);
  }

  @Test
  void twoRunsOverTheSameKeysBothEnd() {
    differing(5).same(20).right("old", "v");
    var reconciler = lab.durable().build();

    Run first = reconciler.start(Scope.all());
    Run second = reconciler.start(Scope.all().full());

    assertThat(lab.finish(reconciler, second).phase()).isEqualTo(RunPhase.DONE);
    assertThat(lab.finish(reconciler, first).phase()).isEqualTo(RunPhase.DONE);
    assertThat(lab.replica.snapshot()).isEqualTo(lab.source.snapshot());
    assertThat(lab.queue.statistics().total().held()).isZero();
  }

  @Test
  void L4_aWorkerThatLostItsLeaseSettlesNothingAndAnotherOneDoesTheJobs() {
    differing(3);
    var reconciler = lab.durable().build();
    Run run = reconciler.start(Scope.all());
    Lease lost = lab.queue.lease(Runs.ITEM, 10, Duration.ofMinutes(1)).orElseThrow();
    reconciler.drain();
    assertThat(lab.replica.size()).isZero();
    lab.clock.advance(Duration.ofMinutes(2));

    assertThat(lab.finish(reconciler, run).agreed()).isTrue();

    assertThat(lab.replica.size()).isEqualTo(3);
    assertThat(lab.queue.settle(lost, List.of(new Settlement.Bury(0, "late"))))
        .isEqualTo(dev.chirograph.spi.WorkQueue.Settled.STALE);
    assertThat(lab.queue.statistics().total().dead()).isZero();
  }

  @Test
  void rangesAreCutWhileTheyAreWalkedAndCountEachKeyOnce() {
    lab.same(4 * Finder.STRIDE);
    lab.right("a-old", "v").right("z-old", "v").left("same-000007", "other");
    var reconciler = lab.durable().ranges(4).build();

    Run run = reconciler.start(Scope.all());

    RunRecord record = new RunStore(lab.state, engineOf(lab)).require(run.id());
    assertThat(record.ranges()).hasSizeGreaterThan(1);
    Report report = lab.finish(reconciler, run);
    assertThat(report.agreed()).isTrue();
    assertThat(report.count(Count.SOURCE_LISTED)).isEqualTo(lab.source.size());
    assertThat(report.count(Count.DELETED)).isEqualTo(2);
    assertThat(report.count(Count.WRITTEN)).isOne();
  }

  static Engine<String> engineOf(Lab lab) {
    return new Engine<>(
        List.of(new Pair<>("pair", lab.source, lab.replica, null)),
        new Engine.Settings(
            lab.queue,
            lab.state,
            dev.chirograph.DeleteLimit.standard(),
            Duration.ofHours(1),
            1,
            1,
            100,
            Duration.ofMinutes(1),
            dev.chirograph.RetryPolicy.forCalls(),
            dev.chirograph.RetryPolicy.forJobs(),
            lab.heard,
            lab.clock.environment().withPacing(lab.waits).withThreads(Thread::new),
            null));
  }

  @Test
  void L4_aRangeGoesOnFromItsNote() {
    differing(3 * Finder.STRIDE);
    // Two looks at the state end the walk after its second note.
    Faults calls = Faults.none();
    int[] settled = new int[1];
    Kill kill =
        new Kill(
            () -> false,
            () -> calls.counts().getOrDefault("WorkQueue.settle", 0L) == 2 && settled[0]++ == 0);
    var first =
        lab.quick(lab.source, lab.replica)
            .queue(kill.wrap(calls.queue(lab.queue)))
            .state(lab.state)
            .build();
    Run run = first.submit(Scope.all());
    assertThatThrownBy(first::drain).isInstanceOf(Kill.Killed.class);
    lab.clock.advance(Duration.ofMinutes(2));

    MemoryReplica<String> source = lab.source;
    Faults listing = Faults.none();
    var second = lab.durable(listing.source(source), lab.replica).build();
    Report report = lab.finish(second, second.run(run.id()).orElseThrow());

    assertThat(report.agreed()).isTrue();
    assertThat(report.count(Count.SOURCE_LISTED)).isEqualTo(3L * Finder.STRIDE);
    assertThat(lab.replica.size()).isEqualTo(3 * Finder.STRIDE);
  }

  @Test
  void jobsOfAnUnknownPairAreTriedAgainAndLeftToWorkersThatKnowIt() {
    differing(2);
    Run run = lab.durable().build().start(Scope.all());
    MemoryReplica<String> other = Lab.texts().build();
    var stranger =
        lab.tuned(Reconciler.builder("other", other, other))
            .queue(lab.queue)
            .state(lab.state)
            .build();

    stranger.drain();

    assertThat(lab.heard.results("k000000")).containsExactly(ItemResult.RETRIED);
    assertThat(lab.finish(lab.durable().build(), run).agreed()).isTrue();
    assertThat(lab.replica.size()).isEqualTo(2);
  }

  @Test
  void L12_aRunWhoseListingIsRefusedForGoodFailsOrSaysSo() {
    lab.same(5).right("old", "v");
    Faults refused =
        Faults.builder().when(call -> call.what().equals("Source.list"), Fault.REFUSE).build();
    var reconciler = lab.durable(refused.source(lab.source), lab.replica).build();

    Report report = lab.finish(reconciler, Scope.all());

    assertThat(report.agreed()).isFalse();
    assertThat(report.incomplete()).isNotEmpty();
    assertThat(lab.replica.get(key("old"))).isPresent();
  }

  @Test
  void L11_tenThousandFailingJobsCostTheOthersNoAttempt() {
    int all = 1_000_000;
    IntStream.range(0, all).forEach(i -> lab.source.put(key("k" + i), "v"));
    Faults none = Faults.none();
    MemoryReplica<String> target = Lab.texts().build();
    var reconciler =
        lab.durable(none.source(new FailingSometimes(lab.source)), target).batch(1_000).build();
    Run run = reconciler.start(Scope.all());

    int steps = reconciler.drain();

    assertThat(target.size()).isEqualTo(all - all / 100);
    assertThat(lab.queue.statistics().total().delayed()).isEqualTo(all / 100);
    assertThat(steps).isLessThanOrEqualTo(all / 1_000 + 2);
    assertThat(run.report().count(Count.RETRIED)).isEqualTo(all / 100);
    assertThat(lab.waits.count).isZero();
  }

  /** One key in a hundred cannot be looked at. */
  private record FailingSometimes(MemoryReplica<String> inner)
      implements dev.chirograph.spi.Source<String> {
    @Override
    public dev.chirograph.spi.StoreCapabilities capabilities() {
      return inner.capabilities();
    }

    @Override
    public dev.chirograph.Listing list(dev.chirograph.KeyRange range) {
      return inner.list(range);
    }

    @Override
    public List<dev.chirograph.Observation<String>> observe(List<dev.chirograph.Key> keys) {
      return keys.stream()
          .map(
              key ->
                  key.text().endsWith("77")
                      ? dev.chirograph.Observation.<String>unknown(
                          new SyncException(SyncException.Kind.UNAVAILABLE, "not now"))
                      : inner.observe(List.of(key)).get(0))
          .toList();
    }
  }

  @Test
  void foldersComeAndGoAcrossRanges() {
    for (int i = 0; i < Finder.STRIDE; i++) {
      lab.left("big/%06d".formatted(i), "v").right("big/%06d".formatted(i), "v");
      lab.left("new/sub/%06d".formatted(i), "v");
    }
    for (int i = 0; i < 50; i++) {
      lab.right("gone%03d-%s/x".formatted(i, "y".repeat(500)), "v");
    }
    lab.left("parent/sub/x", "v").right("parent/x", "v").right("parent/sub/x", "v");
    var reconciler = lab.durable().ranges(4).deletes(dev.chirograph.DeleteLimit.of(100, 1)).build();

    Report report = lab.finish(reconciler, Scope.all().folders());

    assertThat(report.agreed()).isTrue();
    assertThat(report.folders()).filteredOn(Report.Folder::vanished).hasSize(50);
    assertThat(report.folders())
        .filteredOn(folder -> !folder.vanished())
        .extracting(folder -> folder.prefix().text())
        .containsExactly("new/", "new/sub/");
  }

  @Test
  void moreFoldersThanAreListedAreCounted() {
    for (int i = 0; i < 1_500; i++) {
      lab.left("new%04d/x".formatted(i), "v");
    }
    lab.right("old/x", "v").same(20);
    var reconciler = lab.durable().build();

    Report planned = reconciler.plan(Scope.all().folders());
    Report done = lab.finish(reconciler, Scope.all().folders());

    assertThat(planned.folders()).hasSize(Report.MAX_ITEMS);
    assertThat(planned.count(Count.FOLDERS)).isEqualTo(1_501);
    assertThat(done.folders()).hasSize(Report.MAX_ITEMS);
    assertThat(done.count(Count.FOLDERS)).isEqualTo(1_501);
  }

  @Test
  void aWorkerDoesItAllAndClosesInTime() throws Exception {
    differing(500).same(50).right("old", "v");
    var backend = dev.chirograph.memory.MemoryBackend.create();
    var reconciler =
        Reconciler.builder("pair", lab.source, lab.replica)
            .queue(backend.queue("t", "q"))
            .state(backend.state("t"))
            .concurrency(4)
            .batch(20)
            .build();
    try (Worker worker = reconciler.worker().poll(Duration.ofMillis(200)).start()) {
      Report report = reconciler.submit(Scope.all()).completion().get(30, TimeUnit.SECONDS);
      assertThat(report.agreed()).isTrue();
      assertThat(report.count(Count.WRITTEN)).isEqualTo(500);
      assertThat(worker).isNotNull();
    }
    assertThat(lab.replica.snapshot()).isEqualTo(lab.source.snapshot());
  }
}
