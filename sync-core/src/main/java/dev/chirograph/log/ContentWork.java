package dev.chirograph.log;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.SupportsContents;
import dev.chirograph.spi.SupportsContents.Reserved;
import dev.chirograph.spi.SupportsContents.State;
import dev.chirograph.spi.SupportsContents.Stored;
import dev.chirograph.spi.WorkQueue;
import dev.chirograph.work.JobHandler;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Brings the contents that items refer to into the node's own store, and removes those that none
 * refers to any more. A job names a content; what is to be done with it is found out when it is
 * done.
 */
final class ContentWork implements JobHandler {

  static final String KIND = "content";

  private static final int PAGE = 500;

  private final String node;
  private final SupportsContents log;
  private final ContentStore store;
  private final WorkQueue queue;
  private final Downloads downloads;
  private final InstantSource clock;
  private final long quota;
  private final Duration grace;

  /**
   * @param quota how many bytes may be held in all
   * @param grace how long something that was reserved may take until it is written and appended
   */
  ContentWork(
      String node,
      SupportsContents log,
      ContentStore store,
      WorkQueue queue,
      Downloads downloads,
      InstantSource clock,
      long quota,
      Duration grace) {
    this.node = node;
    this.log = log;
    this.store = store;
    this.queue = queue;
    this.downloads = downloads;
    this.clock = clock;
    this.quota = quota;
    this.grace = grace;
  }

  /** Has a content fetched, which was heard of from a peer. */
  void wanted(String peer, Content content) {
    queue.enqueue(
        List.of(
            Job.builder(KIND, node, Key.utf8(content.sha256()))
                .note(Downloads.note(peer, content.location()))
                .build()));
  }

  /** Makes jobs of all that remains to be done, however it was missed. */
  void sweep() {
    String after = "";
    List<Stored> page;
    do {
      page = log.pending(after, PAGE);
      if (!page.isEmpty()) {
        queue.enqueue(
            page.stream()
                .map(one -> Job.builder(KIND, node, Key.utf8(one.sha256())).build())
                .toList());
        after = page.get(page.size() - 1).sha256();
      }
    } while (page.size() == PAGE);
  }

  @Override
  public void handle(Job job, BooleanSupplier stillMine) {
    Optional<Stored> stored = log.content(job.key().text());
    if (stored.isEmpty()) {
      return;
    }
    if (stored.get().references() == 0) {
      remove(stored.get());
    } else if (stored.get().state() != State.HELD) {
      fetch(stored.get(), job.note(), stillMine);
    }
  }

  private void fetch(Stored wanted, String note, BooleanSupplier stillMine) {
    String sha256 = wanted.sha256();
    if (!reserve(sha256, wanted.size())) {
      return;
    }
    if (!store.has(sha256, wanted.size())) {
      downloads.fetch(new Content(sha256, wanted.size(), ""), note, stillMine, store);
    }
    log.stored(sha256, true);
  }

  /** Answers whether it is to be written; false when it is there. */
  private boolean reserve(String sha256, long size) {
    Reserved reserved = log.reserve(sha256, size, quota);
    return switch (reserved) {
      case GRANTED -> true;
      case HELD -> false;
      case DOOMED ->
          throw new SyncException(
              Kind.CONFLICT, "the content " + sha256 + " is being removed; it is added afterwards");
      case OVER_QUOTA ->
          throw new SyncException(
              Kind.RATE_LIMITED,
              "the content "
                  + sha256
                  + " of "
                  + size
                  + " bytes does not fit into the quota of "
                  + quota
                  + " bytes");
    };
  }

  private void remove(Stored unused) {
    if (unused.state() == State.WANTED) {
      log.stored(unused.sha256(), false);
    } else if (log.doom(unused.sha256(), clock.instant().minus(grace))) {
      store.remove(unused.sha256());
      log.stored(unused.sha256(), false);
    }
  }

  /**
   * Writes a content of this node's own into its store, where an entry may refer to it then.
   *
   * @throws SyncException CONFLICT when it is just being removed; RATE_LIMITED beyond the quota
   */
  Content keep(BlobStore.Content content) {
    Hashing.Measured measured;
    try {
      measured = Hashing.measure(content);
    } catch (IOException e) {
      throw new SyncException(Kind.UNAVAILABLE, "the content could not be read: " + e, e);
    }
    if (reserve(measured.sha256(), measured.size())
        && !store.has(measured.sha256(), measured.size())) {
      store.put(
          measured.sha256(), measured.size(), () -> Hashing.checked(content.open(), measured));
    }
    return new Content(measured.sha256(), measured.size(), "");
  }
}
