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
 *   <li><b>LOG-10</b> A delete is forgotten only a while after every known reader has passed it, or
 *       it has become older than the retention; the floor is then at or above it. What had been
 *       seen when the while began, and is not held, counts as deleted from then on (LOG-8).
 *   <li><b>LOG-11</b> A new epoch is taken once, however many ask for it; entries of this node that
 *       no reader is known to have passed get dots of the new epoch.
 * </ul>
 */
public interface SupportsPeers extends ReplicaLog {

  /** How far a peer's log has been read. */
  Optional<Position> pointer(String peer);

  /**
   * Notes that a reader holds everything up to a position of this log; nothing when it is no valid
   * one. Goes back, too: a reader that was restored from a backup has to read again.
   */
  void passed(String reader, Position position);

  /** What is known of everybody who reads this log or is read. */
  List<Member> members();

  /** Forgets a reader and a pointer: nothing waits for the peer any more. */
  void retire(String peer);

  /**
   * Forgets deletes, and raises the floor; in two steps. What every reader has passed by now is
   * noted, together with what this log has seen by now. A later call forgets what was noted, save
   * what a reader has to read again since, and notes anew.
   *
   * <p>So whoever is restored from a backup that is younger than the note neither misses a delete
   * that others have forgotten, nor makes them take for deleted what was lost and written again.
   *
   * @param before deletes from before this instant count as passed even where a reader has not
   *     passed them
   * @param noted what was noted before this instant is forgotten
   * @return how many were forgotten
   */
  long compact(Instant before, Instant noted);

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
