package dev.chirograph.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Change;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.ObjectState;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.Report;
import dev.chirograph.Run;
import dev.chirograph.SyncException;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.memory.MemoryBucket;
import dev.chirograph.reconcile.Reconciler;
import dev.chirograph.reconcile.Scope;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.QueueStatistics.Counts;
import dev.chirograph.spi.Replica;
import dev.chirograph.spi.StoreCapabilities;
import dev.chirograph.testkit.ManualClock;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * One small durable run of a bucket and its catalogue, with queue, state and catalogue in one
 * database, whose connection breaks at every single statement and commit: before it, and after it
 * with the reply lost.
 */
final class EveryStatement {

  private final Supplier<DataSource> databases;

  EveryStatement(Supplier<DataSource> databases) {
    this.databases = databases;
  }

  /** Answers how many steps were broken. */
  int run() throws SQLException {
    int steps;
    try (Scene dry = new Scene()) {
      dry.spy.steps();
      dry.run();
      steps = dry.spy.steps();
      dry.runClean();
      dry.assertEqual("without a fault");
    }
    for (int step = 1; step <= steps; step++) {
      for (SpyDataSource.When when : List.of(SpyDataSource.When.BEFORE, SpyDataSource.When.AFTER)) {
        try (Scene scene = new Scene()) {
          scene.spy.breakAt(step, when);
          scene.run();
          scene.spy.repair();
          scene.runClean();
          scene.assertEqual(when + " step " + step);
        }
      }
    }
    return steps;
  }

  /** A bucket, its catalogue, and what has happened behind the catalogue's back. */
  private final class Scene implements AutoCloseable {
    final ManualClock clock = ManualClock.create();
    final MemoryBlobStore store = MemoryBlobStore.builder("bucket").clock(clock).build();
    final MemoryBucket bucket = store.asReplica();
    final SpyDataSource spy;
    final JdbcCatalogue catalogue;
    final JdbcQueue queue;
    final Watched watched;
    final Reconciler<ObjectState> reconciler;

    Scene() {
      DataSource database = databases.get();
      JdbcSchema.of(database).install();
      spy = new SpyDataSource(database);
      catalogue = JdbcCatalogue.of(spy.dataSource(), "bucket");
      queue = JdbcQueue.builder(spy.dataSource(), "queue").clock(clock).build();
      watched = new Watched(catalogue, store);
      for (int i = 0; i < 6; i++) {
        put("same-" + i, "same");
      }
      put("changed", "1");
      put("tagged", "1");
      put("old", "1");
      reconciler =
          Reconciler.builder("bucket", bucket, watched)
              .queue(queue)
              .state(JdbcState.of(spy.dataSource()))
              .environment(clock.environment())
              .concurrency(1)
              .ranges(1)
              .batch(4)
              .build();
      assertThat(reconciler.sync(Scope.all()).agreed()).isTrue();
      clock.advance(Duration.ofMinutes(1));
      put("changed", "22");
      put("new", "1");
      assertThat(bucket.writeTags(Key.utf8("tagged"), "null", Map.of("colour", "blue")))
          .isInstanceOf(Outcome.Applied.class);
      store.delete(BlobRef.latest(Key.utf8("old")), Expect.anything());
    }

    private void put(String key, String content) {
      store.put(Key.utf8(key), content.getBytes(UTF_8));
    }

    /** Runs, and goes on after whatever happens, as a service that is called again does. */
    void run() {
      try {
        reconciler.start(Scope.all().full());
      } catch (SyncException e) {
        assertThat(e.mayRetry()).as(e.summary()).isTrue();
      }
      for (int i = 0; i < 20; i++) {
        try {
          reconciler.drain();
          if (reconciler.runs().isEmpty() && queue.statistics().total().equals(Counts.NONE)) {
            break;
          }
        } catch (SyncException e) {
          assertThat(e.mayRetry()).as(e.summary()).isTrue();
        }
        clock.advance(Duration.ofMinutes(2));
      }
    }

    void runClean() {
      assertThat(reconciler.runs()).as("runs that have not ended").isEmpty();
      Run last = reconciler.start(Scope.all().full());
      reconciler.drain();
      Report report = last.report();
      assertThat(report.agreed()).as(report.toString()).isTrue();
    }

    void assertEqual(String where) {
      assertThat(watched.wrong).as(where).isEmpty();
      assertThat(queue.statistics().total()).as(where).isEqualTo(Counts.NONE);
      for (String key : List.of("same-0", "changed", "tagged", "old", "new")) {
        Optional<ObjectState> expected = bucket.observe(List.of(Key.utf8(key))).get(0).content();
        assertThat(catalogue.find(key).map(s -> s.withId(Optional.empty())))
            .as(where + " " + key)
            .isEqualTo(
                expected.map(s -> new ObjectState(Optional.empty(), s.versions(), Part.omitted())));
      }
    }

    @Override
    public void close() throws SQLException {
      spy.close();
    }
  }

  /** Waiting moves the clock. */

  /** Notices a delete of what is there. */
  private static final class Watched implements Replica<ObjectState> {
    private final JdbcCatalogue catalogue;
    private final MemoryBlobStore store;
    private final List<Key> wrong = new ArrayList<>();

    Watched(JdbcCatalogue catalogue, MemoryBlobStore store) {
      this.catalogue = catalogue;
      this.store = store;
    }

    @Override
    public StoreCapabilities capabilities() {
      return catalogue.capabilities();
    }

    @Override
    public Listing list(KeyRange range) {
      return catalogue.list(range);
    }

    @Override
    public List<Observation<ObjectState>> observe(List<Key> keys) {
      return catalogue.observe(keys);
    }

    @Override
    public List<Outcome> apply(List<Change<ObjectState>> changes) {
      for (Change<ObjectState> change : changes) {
        if (change instanceof Change.Delete<ObjectState>
            && store.content(change.key()).isPresent()) {
          wrong.add(change.key());
        }
      }
      return catalogue.apply(changes);
    }
  }
}
