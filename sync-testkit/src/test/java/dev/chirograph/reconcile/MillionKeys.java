package dev.chirograph.reconcile;

import dev.chirograph.Change;
import dev.chirograph.Entry;
import dev.chirograph.Evidence;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Run;
import dev.chirograph.SyncException;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.memory.MemoryQueue;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.QueueCapabilities;
import dev.chirograph.spi.QueueStatistics;
import dev.chirograph.spi.Replica;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.StoreCapabilities;
import dev.chirograph.spi.SupportsRuns;
import dev.chirograph.spi.WorkQueue;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/** Merges and enqueues a million keys; run in a small heap by {@link MemoryBoundTest}. */
final class MillionKeys {

  static final int KEYS = 1_000_000;

  private MillionKeys() {}

  public static void main(String[] arguments) {
    boolean ordered = arguments[0].equals("ordered");
    CountingQueue queue = new CountingQueue(MemoryBackend.create().queue("t", "q"));
    var reconciler =
        Reconciler.builder("pair", new Endless(ordered, "new"), new Endless(true, "old"))
            .queue(queue)
            .state(MemoryBackend.create().state("t"))
            .concurrency(1)
            .build();
    Run run = reconciler.start(Scope.all());
    System.out.println("enqueued " + run.enqueued() + ", counted " + queue.items);
  }

  /** Makes its keys up as they are asked for. */
  private record Endless(boolean ordered, String etag) implements Replica<String> {
    @Override
    public StoreCapabilities capabilities() {
      StoreCapabilities.Builder able =
          StoreCapabilities.builder()
              .deletes(dev.chirograph.Guard.ATOMIC)
              .evidence(EnumSet.of(Evidence.Fact.ETAG));
      return ordered ? able.ordered().build() : able.build();
    }

    @Override
    public Listing list(KeyRange range) {
      return new Listing() {
        private int next;

        @Override
        public boolean hasNext() {
          return next < KEYS;
        }

        @Override
        public Entry next() {
          if (!hasNext()) {
            throw new NoSuchElementException();
          }
          long number = ordered ? next : next * 7_919L % KEYS;
          next++;
          return Entry.present(
              Key.utf8("a/rather/long/folder/%09d".formatted(number)),
              Evidence.builder().etag(etag).build());
        }

        @Override
        public End end() {
          return End.COMPLETE;
        }

        @Override
        public Optional<SyncException> why() {
          return Optional.empty();
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public List<Observation<String>> observe(List<Key> keys) {
      throw new AssertionError("nobody looks");
    }

    @Override
    public List<Outcome> apply(List<Change<String>> changes) {
      throw new AssertionError("nobody writes");
    }
  }

  /** Keeps ranges and only counts items. */
  private static final class CountingQueue implements WorkQueue, SupportsRuns {
    private final MemoryQueue queue;
    private long items;

    CountingQueue(MemoryQueue queue) {
      this.queue = queue;
    }

    @Override
    public QueueCapabilities capabilities() {
      return queue.capabilities();
    }

    @Override
    public Enqueued enqueue(List<Job> jobs) {
      if (jobs.get(0).kind().equals(Runs.ITEM)) {
        items += jobs.size();
        return new Enqueued(jobs.size(), 0, 0);
      }
      return queue.enqueue(jobs);
    }

    @Override
    public Optional<Lease> lease(String kind, int limit, Duration duration) {
      return queue.lease(kind, limit, duration);
    }

    @Override
    public Settled settle(Lease lease, List<Settlement> settlements) {
      return queue.settle(lease, settlements);
    }

    @Override
    public QueueStatistics statistics() {
      return queue.statistics();
    }

    @Override
    public Release release(long run, String scope, long limit) {
      return queue.release(run, scope, limit);
    }

    @Override
    public long forget(long run) {
      return queue.forget(run);
    }

    @Override
    public long discard(long run, String scope) {
      return queue.discard(run, scope);
    }

    @Override
    public long cancel(long run) {
      return queue.cancel(run);
    }

    @Override
    public long remaining(long run, long atMost) {
      return queue.remaining(run, atMost);
    }
  }
}
