package dev.chirograph.log;

import dev.chirograph.spi.QueueStatistics;
import dev.chirograph.spi.ReplicaLog.Bounds;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How it stands with a node's log.
 *
 * @param node its name
 * @param bounds the ends of its log, and what it has seen
 * @param peers how it stands with each peer
 * @param jobs the queue of contents to fetch and remove, and of items that were not taken; empty
 *     without a queue
 */
public record LogStatus(
    String node, Bounds bounds, List<PeerStatus> peers, Optional<QueueStatistics> jobs) {

  public LogStatus {
    Objects.requireNonNull(node, "node");
    Objects.requireNonNull(bounds, "bounds");
    peers = List.copyOf(peers);
    Objects.requireNonNull(jobs, "jobs");
  }
}
