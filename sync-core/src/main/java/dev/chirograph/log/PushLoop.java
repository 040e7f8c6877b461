package dev.chirograph.log;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.log.LogAnswer.Pushed;
import dev.chirograph.log.LogAnswer.Receipt;
import dev.chirograph.log.LogAnswer.Result;
import dev.chirograph.log.LogRequest.Push;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one peer what was just appended here, as it is by now. What cannot be sent is dropped after
 * some attempts, and what there is too much of at once: the peer will pull it.
 */
final class PushLoop implements Runnable {

  /** So many versions wait at most. */
  static final int WAITING = 10_000;

  /** So many keys are looked up at once, since their payloads may turn out to be large. */
  private static final int PIECE = 100;

  private static final Logger LOG = LoggerFactory.getLogger(PushLoop.class);

  private final String name;
  private final LogPeer peer;
  private final ReplicaLog log;
  private final Counters counters;
  private final LogSettings settings;
  private final BlockingQueue<Version> waiting = new LinkedBlockingQueue<>(WAITING);
  private volatile boolean closed;

  /** A version of a key. */
  record Version(Key key, String version) {
    static Version of(LogItem item) {
      return new Version(item.key(), item.version());
    }
  }

  PushLoop(String name, LogPeer peer, ReplicaLog log, Counters counters, LogSettings settings) {
    this.name = name;
    this.peer = peer;
    this.log = log;
    this.counters = counters;
    this.settings = settings;
  }

  /** Something about a version is to be sent. Never waits. */
  void offer(Version version) {
    if (closed || !waiting.offer(version)) {
      counters.addDropped(1);
    }
  }

  @Override
  public void run() {
    while (!closed) {
      try {
        send(batch(waiting.take()));
      } catch (InterruptedException e) {
        if (!closed) {
          LOG.warn(
              "the thread that pushes to {} was interrupted by somebody else, and goes on", name);
        }
      } catch (RuntimeException | Error e) { // an error of a host's code must not end the loop
        LOG.warn("what was appended could not be pushed to {}: {}", name, e.toString(), e);
      }
    }
  }

  private List<Version> batch(Version first) {
    List<Version> batch = new ArrayList<>();
    batch.add(first);
    waiting.drainTo(batch, Math.min(settings.pageItems(), LogLimits.AT_ONCE) - 1);
    return batch.stream().distinct().toList();
  }

  /** Sends, in this thread, what waits. */
  void drain() throws InterruptedException {
    for (Version first = waiting.poll(); first != null; first = waiting.poll()) {
      send(batch(first));
    }
  }

  /** Sends as many at once as make no large request. */
  private void send(List<Version> versions) throws InterruptedException {
    List<LogItem> items = new ArrayList<>();
    long bytes = 0;
    for (int from = 0; from < versions.size(); from += PIECE) {
      List<Version> piece = versions.subList(from, Math.min(versions.size(), from + PIECE));
      for (LogItem item : found(piece)) {
        long more = LogLimits.bytes(item);
        if (!items.isEmpty() && bytes + more > settings.pageBytes()) {
          push(items);
          items = new ArrayList<>();
          bytes = 0;
        }
        items.add(item);
        bytes += more;
      }
    }
    push(items);
  }

  private List<LogItem> found(List<Version> versions) {
    Set<Version> wanted = Set.copyOf(versions);
    try {
      return log.find(versions.stream().map(Version::key).distinct().toList()).stream()
          .filter(item -> wanted.contains(Version.of(item)))
          .toList();
    } catch (RuntimeException e) {
      dropped(versions.size(), SyncException.of(e));
      return List.of();
    }
  }

  private void push(List<LogItem> items) throws InterruptedException {
    for (int failures = 1; !closed && !items.isEmpty(); failures++) {
      try {
        LogAnswer answer = peer.call(new Push(items));
        if (!(answer instanceof Pushed pushed) || pushed.receipts().size() != items.size()) {
          throw LogLink.wrong(name, answer);
        }
        counters.addPushed(items.size());
        told(items, pushed.receipts());
        return;
      } catch (RuntimeException e) {
        SyncException why = SyncException.of(e);
        if (!settings.pushRetries().again(why, failures)) {
          dropped(items.size(), why);
          return;
        }
        pause(failures, items.size());
      }
    }
  }

  private void pause(int failures, int items) throws InterruptedException {
    try {
      settings.pacing().pause(settings.pushRetries().pause(failures, settings.random()));
    } catch (InterruptedException e) {
      counters.addDropped(items);
      throw e;
    }
  }

  private void dropped(int items, SyncException why) {
    counters.addDropped(items);
    settings.listen(listener -> listener.peerFailed(name, why));
  }

  private void told(List<LogItem> items, List<Receipt> receipts) {
    for (int i = 0; i < items.size(); i++) {
      LogItem item = items.get(i);
      Receipt receipt = receipts.get(i);
      if (receipt.result() == Result.REJECTED) {
        SyncException why =
            SyncException.invalid(name + " does not take the item: " + receipt.reason());
        settings.listen(listener -> listener.itemRefused(name, item.key(), why));
      }
    }
  }

  void close() {
    closed = true;
  }
}
