package dev.chirograph.log;

import dev.chirograph.Key;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.jobs.JobContext;
import dev.chirograph.jobs.JobHandler;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.SupportsContents;
import dev.chirograph.spi.SupportsContents.Reserved;
import dev.chirograph.spi.SupportsContents.State;
import dev.chirograph.spi.SupportsContents.Stored;
import dev.chirograph.spi.WorkQueue;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * Brings the contents that items refer to into the node's own store, and removes those that none
 * refers to any more. A job names a content; what is to be done with it is found out when it is
 * done.
 */
final class ContentWork implements JobHandler {

  static final String KIND = "content";

  private static final int PAGE = 500;

  /** For so long an unfinished download waits for somebody to go on with it. */
  private static final Duration LEFT = Duration.ofDays(7);

  private final String node;
  private final SupportsContents log;
  private final ContentStore store;
  private final WorkQueue queue;
  private final Downloads downloads;
  private final InstantSource clock;
  private final long quota;
  private final Duration grace;
  private final RetryPolicy retries;
  private final RandomGenerator random;
  private volatile boolean swept;

  /**
   * @param quota how many bytes may be held in all
   * @param grace how long something that was reserved may take until it is written and appended
   * @param retries when fetching is tried again
   */
  ContentWork(
      String node,
      SupportsContents log,
      ContentStore store,
      WorkQueue queue,
      Downloads downloads,
      InstantSource clock,
      long quota,
      Duration grace,
      RetryPolicy retries,
      RandomGenerator random) {
    this.node = node;
    this.log = log;
    this.store = store;
    this.queue = queue;
    this.downloads = downloads;
    this.clock = clock;
    this.quota = quota;
    this.grace = grace;
    this.retries = retries;
    this.random = random;
  }

  /** Has a content fetched, which was heard of from a peer. */
  void wanted(String peer, Content content) {
    queue.enqueue(
        List.of(
            Job.builder(KIND, node, Key.utf8(content.sha256()))
                .note(Downloads.note(peer, content.location()))
                .build()));
  }

  /**
   * Makes jobs of all that remains to be done, however it was missed. What is to be fetched has its
   * job already, as a rule, and is not to be tried earlier for this than its retries say; only the
   * first time it may have been missed long ago.
   */
  void sweep() {
    sweep(swept ? retries.pause(Integer.MAX_VALUE, random) : Duration.ZERO);
    downloads.sweep(clock.instant().minus(LEFT));
    swept = true;
  }

  /** The same, and what failed is tried now. */
  void hasten() {
    sweep(Duration.ZERO);
  }

  private void sweep(Duration delay) {
    String after = "";
    List<Stored> page;
    do {
      page = log.pending(after, PAGE);
      if (!page.isEmpty()) {
        queue.enqueue(page.stream().map(one -> job(one, delay)).toList());
        after = page.get(page.size() - 1).sha256();
      }
    } while (page.size() == PAGE);
  }

  private Job job(Stored pending, Duration delay) {
    Job.Builder job = Job.builder(KIND, node, Key.utf8(pending.sha256()));
    return pending.references() > 0 ? job.delay(delay).build() : job.build();
  }

  @Override
  public void handle(Job job, JobContext context) {
    BooleanSupplier stillMine = context::stillMine;
    String sha256 = job.key().text();
    Optional<Stored> stored = log.content(sha256);
    if (stored.filter(found -> found.state() == State.DOOMED).isPresent()) {
      // Whoever decided so did not come to it, and items may refer to the content again.
      remove(sha256, stillMine);
      stored = log.content(sha256);
    }
    if (stored.isEmpty()) {
      downloads.discard(sha256);
    } else if (stored.get().references() == 0) {
      drop(stored.get(), stillMine);
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
    if (log.content(sha256).isEmpty()) {
      // All that referred to it went meanwhile: known again, it is removed after the grace.
      log.reserve(sha256, wanted.size(), Long.MAX_VALUE);
    }
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

  private void drop(Stored unused, BooleanSupplier stillMine) {
    downloads.discard(unused.sha256());
    if (unused.state() == State.WANTED) {
      log.stored(unused.sha256(), false);
    } else if (log.doom(unused.sha256(), clock.instant().minus(grace))) {
      remove(unused.sha256(), stillMine);
    }
  }

  /** Removes what is doomed. Nobody else does while the job is held, and nobody adds it. */
  private void remove(String sha256, BooleanSupplier stillMine) {
    if (!stillMine.getAsBoolean()) {
      throw new SyncException(
          Kind.UNAVAILABLE, "removing the content " + sha256 + " is somebody else's task now");
    }
    store.remove(sha256);
    log.stored(sha256, false);
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

  /**
   * Writes a content of this node's own again when it was removed before the entry referred to it:
   * because that took longer than the grace, or because the last item that referred to the same
   * content went at that moment. From now on it is referred to and stays.
   *
   * @throws SyncException when it could not be written; it is wanted then
   */
  void keepOn(Content kept, BlobStore.Content content) {
    if (isThere(kept)) {
      return;
    }
    try {
      Hashing.Measured measured = new Hashing.Measured(kept.sha256(), kept.size());
      store.put(kept.sha256(), kept.size(), () -> Hashing.checked(content.open(), measured));
    } catch (RuntimeException e) {
      log.stored(kept.sha256(), false);
      throw e;
    }
  }

  /** Whether it is there, or nobody can tell: then what was just written counts. */
  private boolean isThere(Content kept) {
    try {
      return store.has(kept.sha256(), kept.size());
    } catch (SyncException e) {
      return true;
    }
  }

  /**
   * Opens a content. One that has gone from the store behind our back is fetched again.
   *
   * @throws SyncException NOT_FOUND when it is not there; the trouble of the store
   */
  InputStream open(String sha256, long from) {
    try {
      return store.open(sha256, from);
    } catch (SyncException e) {
      if (e.kind() == Kind.NOT_FOUND) {
        missing(sha256);
      }
      throw e;
    }
  }

  private void missing(String sha256) {
    boolean lost =
        log.content(sha256)
            .filter(known -> known.state() == State.HELD && known.references() > 0)
            .isPresent();
    if (lost) {
      log.stored(sha256, false);
      queue.enqueue(List.of(Job.builder(KIND, node, Key.utf8(sha256)).build()));
    }
  }
}
