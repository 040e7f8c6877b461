package dev.chirograph.log;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.jobs.JobContext;
import dev.chirograph.jobs.JobHandler;
import dev.chirograph.log.LogAnswer.Found;
import dev.chirograph.log.LogRequest.Find;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Appended;
import dev.chirograph.spi.ReplicaLog.Fate;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.WorkQueue;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Keeps what the log did not take from a peer as jobs, so that nothing waits for it and nothing is
 * lost: each looks at what the peer says of the key by then. One that is refused again is a dead
 * letter, to be replayed when the reason is gone.
 */
final class RefusedItems implements JobHandler {

  static final String KIND = "log-item";

  private final ReplicaLog log;
  private final Map<String, LogPeer> peers;
  private final WorkQueue queue;
  private final BiConsumer<String, LogItem> merged;

  /**
   * @param merged hears of every item that is taken after all and tells something new
   */
  RefusedItems(
      ReplicaLog log,
      Map<String, LogPeer> peers,
      WorkQueue queue,
      BiConsumer<String, LogItem> merged) {
    this.log = log;
    this.peers = Map.copyOf(peers);
    this.queue = queue;
    this.merged = merged;
  }

  void keep(String peer, Key key) {
    if (key.isEmpty()) {
      return; // no queue takes it, and no log ever will
    }
    queue.enqueue(List.of(Job.builder(KIND, peer, key).build()));
  }

  @Override
  public void handle(Job job, JobContext context) {
    LogPeer peer = peers.get(job.scope());
    if (peer == null) {
      throw new SyncException(
          Kind.NOT_FOUND, "there is no peer named '" + job.scope() + "' any more");
    }
    LogAnswer answer = peer.call(new Find(List.of(job.key())));
    if (!(answer instanceof Found found)) {
      throw LogLink.wrong(job.scope(), answer);
    }
    List<LogItem> items = found.items();
    List<Appended> done = log.merge(Merge.of(job.scope(), items));
    for (int i = 0; i < done.size(); i++) {
      if (done.get(i).fate() == Fate.ADDED) {
        merged.accept(job.scope(), items.get(i));
      }
    }
  }
}
