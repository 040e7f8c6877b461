package dev.chirograph.log;

import dev.chirograph.Key;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.jobs.JobWorker;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Appended;
import dev.chirograph.spi.ReplicaLog.Fate;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.SupportsWakeup;
import dev.chirograph.spi.WorkQueue;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of a replicated log, and the threads that move them. */
final class LogEngine {

  private static final Logger LOGGER = LoggerFactory.getLogger(LogReplicator.class);

  private final String node;
  private final OwnLog own;
  private final LogSettings settings;
  private final Consumer<LogItem> onChange;
  private final Consumer<LogItem> onDrop;
  private final Set<String> readers;
  private final @Nullable Contents contents;
  private final @Nullable RefusedItems refused;
  private final @Nullable JobWorker refusedWorker;
  private final LogServer server;
  private final Map<String, PullLoop> pulls = new LinkedHashMap<>();
  private final Map<String, PushLoop> pushes = new LinkedHashMap<>();
  private final Changes changes = new Changes();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean waitsForAll;
  private SupportsWakeup.@Nullable Subscription news;
  private volatile boolean closed;

  /**
   * What a node consists of.
   *
   * @param readers who may pull and push, and is never asked
   * @param queue for jobs; null for none
   * @param contents how contents are kept; null when they are not
   * @param jobRetries when a job is tried again
   * @param onChange hears of what peers told
   * @param onDrop hears of what is dropped because a peer has forgotten it
   */
  record Parts(
      String node,
      OwnLog own,
      Map<String, LogPeer> peers,
      Set<String> readers,
      @Nullable WorkQueue queue,
      Contents.@Nullable Options contents,
      RetryPolicy jobRetries,
      LogLimits limits,
      Consumer<LogItem> onChange,
      Consumer<LogItem> onDrop) {}

  LogEngine(Parts parts, LogSettings settings) {
    this.node = parts.node();
    this.own = parts.own();
    this.settings = settings;
    this.onChange = parts.onChange();
    this.onDrop = parts.onDrop();
    this.readers = parts.readers();
    this.contents =
        parts.contents() == null
            ? null
            : new Contents(node, own.log(), parts.peers(), parts.contents(), settings);
    WorkQueue queue = parts.queue();
    this.refused =
        queue == null ? null : new RefusedItems(own.log(), parts.peers(), queue, this::changed);
    this.refusedWorker =
        queue == null || refused == null
            ? null
            : settings
                .worker(JobWorker.builder(queue, RefusedItems.KIND, refused))
                .concurrency(1)
                .retries(parts.jobRetries())
                .build();
    Set<String> known = new LinkedHashSet<>(parts.peers().keySet());
    known.addAll(readers);
    LogResponder responder = LogResponder.of(own.log(), parts.limits(), this::changed);
    this.server = new LogServer(node, known, responder, changes, settings);
    parts.peers().forEach(this::link);
  }

  private void link(String name, LogPeer peer) {
    Counters counters = new Counters();
    LogLink.Options options =
        new LogLink.Options(
            settings.pageItems(),
            settings.pageBytes(),
            settings.patience(),
            settings.forgets(),
            item -> {
              counters.addMerged();
              changed(name, item);
            },
            this::dropped,
            refused(name, counters));
    pulls.put(
        name,
        new PullLoop(
            name, peer, LogLink.of(own.log(), name, options), counters, settings, this::isBack));
    pushes.put(name, new PushLoop(name, peer, own.log(), counters, settings));
  }

  /** What it has need not wait for the pauses that its silence has made long. */
  private void isBack() {
    if (contents != null) {
      tried(contents::hasten);
    }
  }

  private void dropped(LogItem item) {
    try {
      onDrop.accept(item);
    } catch (RuntimeException | Error e) { // it must not keep those behind it from being told
      LOGGER.warn("whoever hears of what is dropped failed: {}", e.toString(), e);
    }
  }

  private LogLink.Refused refused(String peer, Counters counters) {
    return new LogLink.Refused() {
      @Override
      public void item(LogItem item, SyncException why) {
        counters.addRefused();
        own(item, why);
        if (refused != null) {
          refused.keep(peer, item.key());
        }
      }

      @Override
      public void own(LogItem item, SyncException why) {
        settings.listen(listener -> listener.itemRefused(peer, item.key(), why));
      }
    };
  }

  private void changed(String peer, LogItem item) {
    changes.grew();
    if (contents != null && !item.content().isNone()) {
      try {
        contents.wanted(peer, item.content());
      } catch (RuntimeException e) { // the upkeep will find that it is missing
        LOGGER.warn("the content of {} is fetched later: {}", item.key(), e.toString(), e);
      }
    }
    try {
      onChange.accept(item);
    } catch (RuntimeException | Error e) { // it must not keep those behind it from being told
      LOGGER.warn("whoever hears of changes failed: {}", e.toString(), e);
    }
  }

  // ---- here and now

  List<Appended> append(List<Body> entries) {
    List<Appended> done = own.log().append(entries);
    Set<PushLoop.Version> versions = new LinkedHashSet<>();
    for (int i = 0; i < done.size(); i++) {
      if (done.get(i).fate() == Fate.ADDED) {
        versions.add(new PushLoop.Version(entries.get(i).key(), entries.get(i).version()));
      }
    }
    if (!versions.isEmpty()) {
      changes.grew();
      pushes.values().forEach(push -> versions.forEach(push::offer));
    }
    return done;
  }

  Appended add(Key key, String version, BlobStore.Content content, String payload) {
    if (contents == null) {
      throw new SyncException(Kind.UNSUPPORTED, node + " keeps no contents; give it a store");
    }
    for (int failures = 1; ; failures++) {
      try {
        LogEntry.Content kept = contents.keep(content);
        UUID id = new UUID(settings.random().nextLong(), settings.random().nextLong());
        Body body = new Body(id, LogEntry.Operation.ADD, key, version, kept, payload);
        Appended appended = append(List.of(body)).get(0);
        contents.keepOn(kept, content);
        return appended;
      } catch (SyncException e) {
        if (e.kind() != Kind.CONFLICT || !settings.pushRetries().again(e, failures)) {
          throw e; // else the same content was just being removed
        }
        settings.pacing().await(settings.pushRetries().pause(failures, settings.random()));
      }
    }
  }

  int drain() {
    int jobs = refusedWorker == null ? 0 : refusedWorker.drain();
    return jobs + (contents == null ? 0 : contents.drain());
  }

  void pull(String peer) {
    PullLoop pull = puller(peer);
    boolean more = true;
    while (more) {
      if (Thread.currentThread().isInterrupted()) {
        throw new SyncException(
            Kind.UNAVAILABLE,
            SyncException.Advice.NEVER,
            "interrupted while pulling from " + peer + "; what was not pulled comes the next time");
      }
      more = pull.step(Duration.ZERO);
    }
  }

  void push(String peer) {
    puller(peer);
    try {
      Objects.requireNonNull(pushes.get(peer)).drain();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SyncException(
          Kind.UNAVAILABLE,
          SyncException.Advice.NEVER,
          "interrupted while pushing to " + peer + ", which will pull what was not sent",
          e);
    }
  }

  /**
   * What pulls from a peer.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when there is no such peer
   */
  PullLoop puller(String peer) {
    PullLoop pull = pulls.get(peer);
    if (pull == null || pull.isRetired()) {
      throw SyncException.invalid(
          node
              + " has no peer named '"
              + peer
              + "'; it has "
              + present().map(PullLoop::name).toList());
    }
    return pull;
  }

  private Stream<PullLoop> present() {
    return pulls.values().stream().filter(pull -> !pull.isRetired());
  }

  // ---- for others

  boolean admits(String from) {
    return server.admits(from);
  }

  LogAnswer answer(String from, LogRequest request) {
    server.admit(from);
    PullLoop pull = pulls.get(from);
    if (pull != null) {
      pull.nudge();
    }
    return server.answer(from, request);
  }

  InputStream content(String from, String sha256, long offset) {
    server.admit(from);
    if (contents == null) {
      throw new SyncException(Kind.NOT_FOUND, node + " keeps no contents");
    }
    return contents.open(sha256, offset);
  }

  // ---- all the time

  synchronized void start() {
    if (closed || !threads.isEmpty()) {
      throw new IllegalStateException(
          "the replicator of " + node + " was started or closed before");
    }
    waitForAll();
    news = own.log() instanceof SupportsWakeup log ? log.onWork(changes::grew) : null;
    pulls.values().forEach(pull -> threads.add(settings.threads().newThread(pull)));
    pushes.values().forEach(push -> threads.add(settings.threads().newThread(push)));
    threads.add(settings.threads().newThread(this::upkeep));
    threads.forEach(Thread::start);
    if (contents != null) {
      contents.start();
    }
    if (refusedWorker != null) {
      refusedWorker.start();
    }
  }

  /** Deletes are not forgotten before every peer has read them, be it the first time. */
  private void waitForAll() {
    if (waitsForAll) {
      return;
    }
    Set<String> unknown = new LinkedHashSet<>();
    present().map(PullLoop::name).forEach(unknown::add);
    readers.stream().filter(server::admits).forEach(unknown::add);
    own.peers().members().forEach(member -> unknown.remove(member.name()));
    unknown.forEach(reader -> own.peers().passed(reader, Position.START));
    waitsForAll = true;
  }

  private void upkeep() {
    while (!closed) {
      if (contents != null) {
        tried(contents::sweep);
      }
      tried(this::compact);
      try {
        settings.pacing().pause(settings.upkeepEvery());
      } catch (InterruptedException e) {
        if (!closed) {
          LOGGER.warn("the upkeep of {} was interrupted by somebody else, and goes on", node);
        }
      }
    }
  }

  private void tried(Runnable chore) {
    try {
      chore.run();
    } catch (RuntimeException | Error e) { // an error of a host's code must not end the upkeep
      if (!closed) {
        LOGGER.warn("the log of {} could not be looked after: {}", node, e.toString(), e);
      }
    }
  }

  long compact() {
    waitForAll();
    Instant now = settings.clock().instant();
    return own.peers().compact(now.minus(settings.retention()), now.minus(settings.backups()));
  }

  void retire(String name) {
    if (!readers.contains(name)) {
      puller(name).retire();
      Objects.requireNonNull(pushes.get(name)).close();
    }
    server.refuse(name);
    own.peers().retire(name);
  }

  List<PeerStatus> peers() {
    return present().map(PullLoop::status).toList();
  }

  synchronized void close() {
    closed = true;
    pulls.values().forEach(PullLoop::close);
    pushes.values().forEach(PushLoop::close);
    server.close();
    if (contents != null) {
      contents.close();
    }
    if (refusedWorker != null) {
      refusedWorker.close();
    }
    if (news != null) {
      news.close();
    }
    threads.forEach(Thread::interrupt);
    boolean interrupted = false;
    for (Thread thread : threads) {
      try {
        if (thread != Thread.currentThread()) {
          thread.join(settings.patience().plusSeconds(10).toMillis());
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
