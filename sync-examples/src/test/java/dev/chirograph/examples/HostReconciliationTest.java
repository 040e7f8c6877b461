package dev.chirograph.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectState;
import dev.chirograph.Report;
import dev.chirograph.Run;
import dev.chirograph.RunPhase;
import dev.chirograph.Tally.Count;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.memory.MemoryQueue;
import dev.chirograph.memory.MemoryReplica;
import dev.chirograph.reconcile.Reconciler;
import dev.chirograph.reconcile.Scope;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.testkit.ManualClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * How a host tests its reconciliation: in memory, in one thread, on a clock of its own. No server,
 * no waiting; {@code drain()} does what a worker would do.
 */
class HostReconciliationTest {

  private static final Key PICTURE = Key.utf8("2026/picture.jpg");

  private final ManualClock clock = ManualClock.create();
  private final MemoryBlobStore bucket = MemoryBlobStore.builder("photos").clock(clock).build();
  private final MemoryReplica<ObjectState> catalogue = MemoryReplica.ofObjects();
  private final MemoryBackend backend = MemoryBackend.create(clock);
  private final MemoryQueue queue = backend.queue("host", "photos");
  private final Reconciler<ObjectState> reconciler =
      Reconciler.builder("photos", bucket.asReplica(), catalogue)
          .queue(queue)
          .state(backend.state("host"))
          .environment(clock.environment())
          .concurrency(1)
          .build();

  @Test
  void aNewPictureIsCatalogued() {
    upload("content");

    Run run = reconciler.submit(Scope.all());
    reconciler.drain();

    assertThat(run.report().agreed()).isTrue();
    assertThat(catalogue.get(PICTURE).orElseThrow().latest().size()).isEqualTo(7);
  }

  @Test
  void aPictureThatIsGoneLeavesTheCatalogue() {
    upload("content");
    reconciler.sync(Scope.all());
    upload("another", Key.utf8("2026/other.jpg"));
    bucket.delete(BlobRef.latest(PICTURE), Expect.anything());

    Run run = reconciler.submit(Scope.all());
    reconciler.drain();

    assertThat(run.report().count(Count.DELETED)).isOne();
    assertThat(catalogue.snapshot()).containsOnlyKeys(Key.utf8("2026/other.jpg"));
  }

  @Test
  void anEmptyBucketDoesNotEmptyTheCatalogue() {
    upload("content");
    reconciler.sync(Scope.all());
    bucket.delete(BlobRef.latest(PICTURE), Expect.anything());

    Run run = reconciler.submit(Scope.all());
    reconciler.drain();

    assertThat(run.report().heldBack()).isPresent();
    assertThat(catalogue.snapshot()).containsKey(PICTURE);
  }

  @Test
  void anUploadEventUpdatesThePictureWithoutARun() {
    upload("content");
    reconciler.sync(Scope.all());
    clock.advance(Duration.ofMinutes(5));
    upload("other content");

    reconciler.hint("photos", List.of(PICTURE));
    reconciler.drain();

    assertThat(catalogue.get(PICTURE).orElseThrow().latest().size()).isEqualTo(13);
  }

  @Test
  void theNightlyRunIsSkippedWhenSomebodyHasAlreadyRunIt() {
    upload("content");
    reconciler.submit(Scope.all());
    reconciler.drain();
    clock.advance(Duration.ofHours(1));

    assertThat(reconciler.submitIfOlder(Scope.all(), Duration.ofDays(1))).isEmpty();

    clock.advance(Duration.ofDays(1));
    Run nightly = reconciler.submitIfOlder(Scope.all(), Duration.ofDays(1)).orElseThrow();
    reconciler.drain();
    Report report = nightly.report();
    assertThat(report.phase()).isEqualTo(RunPhase.DONE);
    assertThat(report.count(Count.SAME)).isOne();
  }

  private void upload(String content) {
    upload(content, PICTURE);
  }

  private void upload(String content, Key key) {
    bucket.put(key, content.getBytes(UTF_8));
  }
}
