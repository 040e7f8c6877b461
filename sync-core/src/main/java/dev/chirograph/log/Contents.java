package dev.chirograph.log;

import dev.chirograph.Guard;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.jobs.JobWorker;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.SupportsContents;
import dev.chirograph.spi.WorkQueue;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** The contents of a node: its store, and the work that fills and clears it. */
final class Contents implements AutoCloseable {

  private final ContentWork work;
  private final JobWorker worker;

  /**
   * Where contents are kept, and how.
   *
   * @param quota how many bytes may be held in all
   * @param grace how long something that was reserved may take until it is written and appended
   * @param fetchers how many are fetched side by side
   * @param retries when fetching is tried again
   */
  record Options(
      BlobStore store,
      WorkQueue queue,
      Path spool,
      long quota,
      Duration grace,
      int fetchers,
      RetryPolicy retries) {}

  /**
   * The contents of a node.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when the log does not count what refers to them,
   *     or the store cannot check what it deletes
   */
  Contents(
      String node,
      ReplicaLog log,
      Map<String, LogPeer> peers,
      Options options,
      LogSettings settings) {
    if (!(log instanceof SupportsContents counting)) {
      throw SyncException.invalid(
          log + " does not count what refers to contents, so none can be kept for it");
    }
    if (options.store().capabilities().deletes() == Guard.NONE) {
      throw SyncException.invalid(
          options.store().name()
              + " cannot check what it deletes, so no content could be removed from it; allow"
              + " checked deletes, or take another store");
    }
    ContentStore store = new ContentStore(options.store());
    this.work =
        new ContentWork(
            node,
            counting,
            store,
            options.queue(),
            new Downloads(Map.copyOf(peers), options.spool()),
            settings.clock(),
            options.quota(),
            options.grace(),
            options.retries(),
            settings.random());
    this.worker =
        settings
            .worker(JobWorker.builder(options.queue(), ContentWork.KIND, work))
            .concurrency(options.fetchers())
            .retries(options.retries())
            .build();
  }

  InputStream open(String sha256, long offset) {
    return work.open(sha256, offset);
  }

  Content keep(BlobStore.Content content) {
    return work.keep(content);
  }

  void keepOn(Content kept, BlobStore.Content content) {
    work.keepOn(kept, content);
  }

  void wanted(String peer, Content content) {
    work.wanted(peer, content);
  }

  void sweep() {
    work.sweep();
  }

  /** A holder of contents may be there again: what is to be fetched is tried at once. */
  void hasten() {
    work.hasten();
  }

  int drain() {
    work.sweep();
    return worker.drain();
  }

  void start() {
    worker.start();
  }

  @Override
  public void close() {
    worker.close();
  }
}
