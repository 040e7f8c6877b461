package dev.chirograph.log;

import dev.chirograph.SyncException;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.SupportsPeers;
import dev.chirograph.spi.SupportsRepair;
import java.util.Optional;

/**
 * A node's own log with its abilities.
 *
 * @param log the log
 * @param peers the same, as it knows its peers
 * @param repair the same, as it can be compared; empty when it cannot
 */
record OwnLog(ReplicaLog log, SupportsPeers peers, Optional<SupportsRepair> repair) {

  /**
   * The abilities of a log.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when it does not know its peers
   */
  static OwnLog of(ReplicaLog log) {
    if (!(log instanceof SupportsPeers peers)) {
      throw SyncException.invalid(
          log + " keeps no pointers to its peers; a log that is replicated has to support peers");
    }
    return new OwnLog(
        log, peers, log instanceof SupportsRepair repair ? Optional.of(repair) : Optional.empty());
  }
}
