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
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one peer what was just appended here, as it is by now. What cannot be sent is dropped after
 * some attempts, and what there is too much of at once: the peer will pull it.
 */
final class PushLoop implements Runnable {

  /** So many keys wait at most. */
  static final int WAITING = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(PushLoop.class);

  private final String name;
  private final LogPeer peer;
  private final ReplicaLog log;
  private final Counters counters;
  private final LogSettings settings;
  private final BlockingQueue<Key> waiting = new LinkedBlockingQueue<>(WAITING);
  private volatile boolean closed;

  PushLoop(String name, LogPeer peer, ReplicaLog log, Counters counters, LogSettings settings) {
    this.name = name;
    this.peer = peer;
    this.log = log;
    this.counters = counters;
    this.settings = settings;
  }

  /** Something about a key is to be sent. Never waits. */
  void offer(Key key) {
    if (!waiting.offer(key)) {
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

  private List<Key> batch(Key first) {
    List<Key> batch = new ArrayList<>();
    batch.add(first);
    waiting.drainTo(batch, settings.pageItems() - 1);
    return batch.stream().distinct().toList();
  }

  /** Sends, in this thread, what waits. */
  void drain() throws InterruptedException {
    for (Key first = waiting.poll(); first != null; first = waiting.poll()) {
      send(batch(first));
    }
  }

  private void send(List<Key> keys) throws InterruptedException {
    for (int failures = 1; !closed; failures++) {
      try {
        List<LogItem> items = log.find(keys);
        LogAnswer answer = peer.call(new Push(items));
        if (!(answer instanceof Pushed pushed) || pushed.receipts().size() != items.size()) {
          throw LogLink.wrong(name, answer);
        }
        counters.addPushed(items.size());
        told(items, pushed.receipts());
        return;
      } catch (SyncException e) {
        if (!settings.pushRetries().again(e, failures)) {
          counters.addDropped(keys.size());
          settings.listen(listener -> listener.peerFailed(name, e));
          return;
        }
        settings.pacing().pause(settings.pushRetries().pause(failures, settings.random()));
      }
    }
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
