package dev.chirograph.log;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Environment;
import dev.chirograph.Key;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.SyncListener;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Appended;
import dev.chirograph.spi.WorkQueue;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the log of this node in agreement with the logs of its peers.
 *
 * <p>It pulls from each peer where it was, and so has everything in the end; it pushes what is
 * appended here, and so peers have it soon; and it compares logs when a place is not known any
 * more, when told to, and from time to time. Order does not matter, and nothing is taken in twice.
 *
 * <pre>{@code
 * LogReplicator oslo =
 *     LogReplicator.builder("oslo", JdbcLog.of(dataSource, "oslo"))
 *         .peer("bergen", HttpLogPeer.builder("oslo", "bergen", uri).key(key).build())
 *         .build();
 * oslo.pull("bergen"); // here and now
 * oslo.start(); // or all the time, in threads of its own
 * oslo.append(List.of(entry));
 * }</pre>
 *
 * <p>Several processes may replicate one log: what two of them pull at the same time is taken in
 * once.
 *
 * <p>Safe for use by several threads.
 */
public final class LogReplicator implements AutoCloseable {

  private final String node;
  private final OwnLog own;
  private final LogLimits limits;
  private final @Nullable WorkQueue queue;
  private final LogEngine engine;

  private LogReplicator(Builder builder, OwnLog own) {
    this.node = builder.node;
    this.own = own;
    this.limits = builder.limits;
    this.queue = builder.queue;
    LogEngine.Parts parts =
        new LogEngine.Parts(
            node,
            own,
            new LinkedHashMap<>(builder.peers),
            Set.copyOf(builder.readers),
            queue,
            builder.store == null ? null : builder.options(),
            builder.jobRetries,
            limits,
            builder.onChange,
            builder.onDrop);
    this.engine = new LogEngine(parts, builder.settings());
  }

  /** A builder of the replicator of a node. */
  public static Builder builder(String node, ReplicaLog log) {
    return new Builder(node, log);
  }

  /** The node's name. */
  public String node() {
    return node;
  }

  /** The node's own log. */
  public ReplicaLog log() {
    return own.log();
  }

  /** How much a request of others may hold. */
  public LogLimits limits() {
    return limits;
  }

  // ---- here and now

  /**
   * Appends entries and has them pushed to every peer.
   *
   * @return what became of each, in their order; all are durable then
   */
  public List<Appended> append(List<Body> entries) {
    return engine.append(entries);
  }

  /**
   * Adds a version with its content: writes the content into this node's store, then the entry, and
   * has it pushed to every peer. However it ends, neither stays without the other for good.
   *
   * @param content opened twice, to measure it and to store it
   * @param payload anything else, usually JSON
   * @return what became of the entry
   * @throws SyncException UNSUPPORTED when this node keeps no contents; the trouble of store or log
   */
  public Appended add(Key key, String version, BlobStore.Content content, String payload) {
    return engine.add(key, version, content, payload);
  }

  /**
   * Does the jobs of this node, in this thread, until none is ready: fetches and removes contents,
   * and looks again at items that were not taken.
   *
   * @return how many jobs were done or tried
   */
  public int drain() {
    return engine.drain();
  }

  /**
   * Pulls from a peer, in this thread, until this node has all that the peer has; nobody waits for
   * more to come. Where the replicator was started, it waits for the request that is under way.
   *
   * @throws SyncException when the peer cannot be asked, or the own log fails; of kind UNAVAILABLE
   *     when the thread is interrupted
   */
  public void pull(String peer) {
    engine.pull(peer);
  }

  /**
   * Pushes to a peer, in this thread, what was appended here and waits for that. What cannot be
   * sent after some attempts is dropped: the peer will pull it.
   *
   * @throws SyncException of kind UNAVAILABLE when the thread is interrupted
   */
  public void push(String peer) {
    engine.push(peer);
  }

  // ---- for others

  /** Whether a node is a peer or a reader of this one, and so may ask. */
  public boolean admits(String from) {
    return engine.admits(from);
  }

  /**
   * Answers a peer. A pull that finds nothing waits as long as it asks for, at most the patience of
   * this node.
   *
   * @param from the peer, as the transport has made sure of it
   * @throws SyncException PERMISSION_DENIED when it is not known here; else as {@link
   *     LogResponder#answer}
   */
  public LogAnswer answer(String from, LogRequest request) {
    return engine.answer(from, request);
  }

  /**
   * Opens a content that this node holds. The caller closes the stream.
   *
   * @param from the peer that asks, as the transport has made sure of it
   * @param sha256 its digest in lower-case hexadecimal
   * @param offset of the first byte
   * @throws SyncException PERMISSION_DENIED when the peer is not known here; NOT_FOUND when this
   *     node does not hold the content
   */
  public InputStream content(String from, String sha256, long offset) {
    return engine.content(from, sha256, offset);
  }

  // ---- all the time

  /** Begins to pull, push and look after the log in threads of its own, until it is closed. */
  public LogReplicator start() {
    engine.start();
    return this;
  }

  /**
   * Forgets deletes that every peer had read, or that were older than the retention, as long ago as
   * {@link Builder#backups} says. Done from time to time once started.
   *
   * @return how many were forgotten
   */
  public long compact() {
    return engine.compact();
  }

  // ---- watching and steering

  /** How it stands with the log, its peers and its jobs. */
  public LogStatus status() {
    return new LogStatus(
        node,
        own.log().bounds(),
        engine.peers(),
        Optional.ofNullable(queue).map(WorkQueue::statistics));
  }

  /** Does not ask a peer any more, until it is told to resume; pushes go on. */
  public void pause(String peer) {
    engine.puller(peer).pause();
  }

  /** Asks a peer again. */
  public void resume(String peer) {
    engine.puller(peer).resume();
  }

  /** Compares the logs with a peer's next, and exchanges what differs. */
  public void resync(String peer) {
    engine.puller(peer).resync();
  }

  /**
   * Has nothing to do any more with a peer or reader that is gone for good, and lets no delete wait
   * for it: it is neither asked nor pushed to, and is refused when it calls.
   *
   * <p>Leave it out when the replicator is built the next time, and where other processes replicate
   * the same log.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when there is none of this name
   */
  public void retire(String name) {
    engine.retire(name);
  }

  /** Ends all threads; requests that are under way are interrupted. Closing twice is harmless. */
  @Override
  public void close() {
    engine.close();
  }

  /** Collects the parts of a replicator. Not safe for use by several threads. */
  public static final class Builder {
    private final String node;
    private final ReplicaLog log;
    private final Map<String, LogPeer> peers = new LinkedHashMap<>();
    private final Set<String> readers = new LinkedHashSet<>();
    private @Nullable BlobStore store;
    private @Nullable WorkQueue queue;
    private @Nullable Path spool;
    private long quota = Long.MAX_VALUE;
    private Duration grace = Duration.ofHours(1);
    private int fetchers = 4;
    private Duration lease = Duration.ofMinutes(1);
    private RetryPolicy jobRetries = RetryPolicy.forJobs();
    private LogLimits limits = LogLimits.standard();
    private int pageItems = 1_000;
    private long pageBytes = 4 << 20;
    private Duration poll = Duration.ofSeconds(1);
    private Duration patience = Duration.ofSeconds(20);
    private Duration compareEvery = Duration.ofHours(1);
    private Duration retention = Duration.ofDays(30);
    private Duration backups = Duration.ofDays(7);
    private Duration upkeepEvery = Duration.ofMinutes(1);
    private RetryPolicy retries =
        RetryPolicy.builder().pauses(Duration.ofMillis(200), Duration.ofMinutes(1)).build();
    private RetryPolicy pushRetries =
        RetryPolicy.builder()
            .pauses(Duration.ofMillis(100), Duration.ofSeconds(2))
            .attempts(3)
            .build();
    private DeleteLimit forgets = DeleteLimit.standard();
    private SyncListener listener = SyncListener.none();
    private Environment environment = Environment.system();
    private Consumer<LogItem> onChange = item -> {};
    private Consumer<LogItem> onDrop = item -> {};

    private Builder(String node, ReplicaLog log) {
      this.node = Objects.requireNonNull(node, "node");
      this.log = Objects.requireNonNull(log, "log");
      if (node.isEmpty() || node.length() > LogLimits.MAX_TEXT) {
        throw SyncException.invalid(
            "the name of a node has 1 to " + LogLimits.MAX_TEXT + " characters: '" + node + "'");
      }
    }

    /** A node that is pulled from and pushed to, and may pull and push. */
    public Builder peer(String name, LogPeer peer) {
      Objects.requireNonNull(peer, "peer");
      if (name.equals(node) || peers.putIfAbsent(name, peer) != null || readers.contains(name)) {
        throw SyncException.invalid("'" + name + "' is this node, or was named before");
      }
      return this;
    }

    /** A node that may pull and push, and is never asked: one behind a wall, say. */
    public Builder reader(String name) {
      if (name.equals(node) || peers.containsKey(name) || !readers.add(name)) {
        throw SyncException.invalid("'" + name + "' is this node, or was named before");
      }
      return this;
    }

    /**
     * A queue of this node's own for jobs: items that were not taken, and contents. Without one,
     * items that were not taken are looked at again by the next comparison only.
     */
    public Builder queue(WorkQueue value) {
      this.queue = Objects.requireNonNull(value, "value");
      return this;
    }

    /**
     * Keeps the contents that items refer to: fetches those of other nodes, and removes those to
     * which no item refers any more. Needs a {@link #queue}.
     *
     * @param store where, for this log alone: what no item of it refers to is removed; it has to
     *     allow checked deletes where it can do no better
     * @param spool a directory for unfinished downloads, each as large as its content
     */
    public Builder contents(BlobStore store, Path spool) {
      this.store = Objects.requireNonNull(store, "store");
      this.spool = Objects.requireNonNull(spool, "spool");
      return this;
    }

    /** How many bytes of contents this node keeps at most; without end by default. */
    public Builder quota(long bytes) {
      if (bytes < 0) {
        throw SyncException.invalid("a quota must not be negative: " + bytes);
      }
      this.quota = bytes;
      return this;
    }

    /** How many contents are fetched side by side; 4 by default. */
    public Builder fetchers(int number) {
      if (number < 1) {
        throw SyncException.invalid("there must be at least 1 fetcher, not " + number);
      }
      this.fetchers = number;
      return this;
    }

    /**
     * How long a job is held without being extended, at least a second; a minute by default. Jobs
     * of a process that died wait for so long.
     */
    public Builder lease(Duration duration) {
      if (duration.toMillis() < 1_000) {
        throw SyncException.invalid("a lease lasts at least a second, not " + duration);
      }
      this.lease = duration;
      return this;
    }

    /** When fetching a content is tried again; {@link RetryPolicy#forJobs} by default. */
    public Builder jobRetries(RetryPolicy policy) {
      this.jobRetries = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /**
     * How long writing a content and appending its entry may take before what was written counts as
     * left behind and is removed; an hour by default.
     */
    public Builder grace(Duration atLeast) {
      this.grace = positive(atLeast, "grace");
      return this;
    }

    /**
     * How much a request of others may hold; {@link LogLimits#standard} by default.
     *
     * @throws SyncException of kind INVALID_ARGUMENT for fewer items than others ask for at once
     *     when they compare: 2,048
     */
    public Builder limits(LogLimits value) {
      if (value.items() < LogRepair.ROUND) {
        throw SyncException.invalid(
            "others ask for "
                + LogRepair.ROUND
                + " parts at once when they compare; the limit must not be lower: "
                + value.items());
      }
      this.limits = Objects.requireNonNull(value, "value");
      return this;
    }

    /** How many items, and bytes of payloads, a page has; 1,000 and 4 MiB by default. */
    public Builder page(int items, long bytes) {
      if (items < 1 || bytes < 1) {
        throw SyncException.invalid(
            "a page has at least 1 item and 1 byte, not " + items + " and " + bytes);
      }
      this.pageItems = items;
      this.pageBytes = bytes;
      return this;
    }

    /**
     * How long to wait before a peer that had nothing is asked again, where it does not wait
     * itself, and how often to look for what other processes have appended; 1 second by default.
     */
    public Builder poll(Duration interval) {
      this.poll = positive(interval, "poll interval");
      return this;
    }

    /**
     * How long a peer is asked to wait with an empty page, and how long this node waits at most for
     * others; 20 seconds by default, zero for not at all.
     */
    public Builder patience(Duration atMost) {
      if (atMost.isNegative()) {
        throw SyncException.invalid("the patience must not be negative: " + atMost);
      }
      this.patience = atMost;
      return this;
    }

    /** How often logs are compared although nothing seems wrong; every hour by default. */
    public Builder compareEvery(Duration interval) {
      this.compareEvery = positive(interval, "interval of comparisons");
      return this;
    }

    /**
     * How long a delete is remembered for a peer that has not read it; 30 days by default. A peer
     * that stays away longer, or a backup that is older, may have dropped items taken from it again
     * by comparison, within {@link #forgets}.
     */
    public Builder retention(Duration atLeast) {
      this.retention = positive(atLeast, "retention");
      return this;
    }

    /**
     * How old a backup may be from which this or another node is restored, counted until that node
     * has agreed with its peers again; 7 days by default. A delete is remembered for so long after
     * every peer has read it. From an older backup, deleted items may come back.
     */
    public Builder backups(Duration atMost) {
      this.backups = positive(atMost, "age of backups");
      return this;
    }

    /** How often the log is looked after; every minute by default. */
    public Builder upkeepEvery(Duration interval) {
      this.upkeepEvery = positive(interval, "interval of the upkeep");
      return this;
    }

    /**
     * How many items one comparison may drop because a peer has forgotten them; {@link
     * DeleteLimit#standard} by default. A peer that holds nothing makes none be dropped, unless an
     * empty source is allowed.
     */
    public Builder forgets(DeleteLimit limit) {
      this.forgets = Objects.requireNonNull(limit, "limit");
      return this;
    }

    /** The pauses before a peer that failed is asked again, without end; the number is ignored. */
    public Builder retries(RetryPolicy policy) {
      this.retries = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /** How often a push is tried before it is left to the peer to pull. */
    public Builder pushRetries(RetryPolicy policy) {
      this.pushRetries = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /** Hears of lags, of peers that fail and of items that are refused. */
    public Builder listener(SyncListener value) {
      this.listener = Objects.requireNonNull(value, "value");
      return this;
    }

    /**
     * Hears of every item of a peer that told something new, after it was taken in; at least once
     * unless the process ends in between.
     */
    public Builder onChange(Consumer<LogItem> value) {
      this.onChange = Objects.requireNonNull(value, "value");
      return this;
    }

    /**
     * Hears of every item that a comparison has dropped because a peer has seen it deleted, and has
     * forgotten the delete; once, unless the process ends in between. Such an item was not deleted
     * here: this node was away for longer than deletes are remembered.
     */
    public Builder onDrop(Consumer<LogItem> value) {
      this.onDrop = Objects.requireNonNull(value, "value");
      return this;
    }

    /** Clock, waiting, chance and threads; {@link Environment#system} by default. */
    public Builder environment(Environment value) {
      this.environment = Objects.requireNonNull(value, "value");
      return this;
    }

    private static Duration positive(Duration interval, String what) {
      if (interval.toMillis() < 1) {
        throw SyncException.invalid("the " + what + " must be at least a millisecond: " + interval);
      }
      return interval;
    }

    private Contents.Options options() {
      if (queue == null) {
        throw SyncException.invalid(
            "keeping contents needs a queue: give the builder one, with .queue(...)");
      }
      return new Contents.Options(
          Objects.requireNonNull(store),
          queue,
          Objects.requireNonNull(spool),
          quota,
          grace,
          fetchers,
          jobRetries);
    }

    private LogSettings settings() {
      return new LogSettings(
          pageItems,
          pageBytes,
          poll,
          patience,
          compareEvery,
          retention,
          backups,
          upkeepEvery,
          retries,
          pushRetries,
          forgets,
          lease,
          listener,
          environment);
    }

    /**
     * The replicator, which does nothing yet.
     *
     * @throws SyncException of kind INVALID_ARGUMENT when the log cannot be replicated
     */
    public LogReplicator build() {
      return new LogReplicator(this, OwnLog.of(log));
    }
  }
}
