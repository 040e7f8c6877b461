package dev.chirograph.spi;

import dev.chirograph.spi.ReplicaLog.Position;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A log that knows how far it has read its peers and they have read it, and so what may be
 * forgotten.
 *
 * <ul>
 *   <li><b>LOG-10</b> A delete is forgotten only when every known reader has passed it or it is
 *       older than the retention; the floor is then at or above it.
 *   <li><b>LOG-11</b> A new epoch is taken once, however many ask for it; entries of this node that
 *       no reader is known to have passed get dots of the new epoch.
 * </ul>
 */
public interface SupportsPeers extends ReplicaLog {

  /** How far a peer's log has been read. */
  Optional<Position> pointer(String peer);

  /** Notes that a reader holds everything up to a position of this log. Never goes back. */
  void passed(String reader, Position position);

  /** What is known of everybody who reads this log or is read. */
  List<Member> members();

  /** Forgets a reader and a pointer: nothing waits for the peer any more. */
  void retire(String peer);

  /**
   * Forgets deletes, and raises the floor.
   *
   * @param before deletes from before this instant are forgotten even where a reader has not passed
   *     them
   * @return how many were forgotten
   */
  long compact(Instant before);

  /**
   * Begins a new life of the log, because somebody has read on in a history that this log does not
   * know: it was restored from a backup, or copied.
   *
   * @param expected the life that ends; nothing happens when it has ended already
   */
  void newEpoch(UUID expected);

  /**
   * A peer as the log knows it.
   *
   * @param name of the peer
   * @param pointer how far its log has been read; empty when never
   * @param gap whether it has items that this log does not take
   * @param passed how far it has read this log; 0 when never
   */
  record Member(String name, Optional<Position> pointer, boolean gap, long passed) {}
}
