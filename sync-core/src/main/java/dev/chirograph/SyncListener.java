package dev.chirograph;

import java.time.Duration;
import java.util.Optional;

/**
 * Hears what engines do, for logs, metrics and progress. Every method does nothing by default.
 *
 * <p>Called from the engines' threads, several at once; what it throws is logged and otherwise
 * ignored.
 */
public interface SyncListener {

  /** A listener that does nothing. */
  static SyncListener none() {
    return new SyncListener() {};
  }

  /** A run has begun or moved on to another phase. */
  default void runMoved(Report report) {}

  /** An item was dealt with, once or once more. */
  default void itemDone(ItemEvent event) {}

  /** A write met a state it did not expect; the item is looked at again. */
  default void conflict(String pair, Key key) {}

  /** How far a reader or worker is behind: so many items, and so long. */
  default void lag(String what, long items, Duration age) {}

  /** A peer could not be asked, or refused; it is asked again after a pause. */
  default void peerFailed(String peer, SyncException error) {}

  /** An item of a peer is not taken here, or one from here not there. */
  default void itemRefused(String peer, Key key, SyncException why) {}

  /** How old the horizon is below which a table may be read. */
  default void horizonAge(String table, Duration age) {}

  /**
   * What became of an item.
   *
   * @param run the run that asked for it; 0 when none did
   * @param pair the pair of stores
   * @param key the item
   * @param result what was done, or would be done in a plan
   * @param error what went wrong, or was done in another way than was wished for; empty when all
   *     went well
   */
  record ItemEvent(
      long run, String pair, Key key, ItemResult result, Optional<SyncException> error) {}

  /** What became of an item. */
  enum ItemResult {
    /** Both sides agreed when looked at. */
    UNCHANGED,
    /** It was created in the replica. */
    CREATED,
    /** It was changed in the replica. */
    UPDATED,
    /** It was removed from the replica. */
    DELETED,
    /** A delete is due and has no leave yet. */
    HELD,
    /** It was written except for parts that could not be read, and is tried again. */
    PARTIAL,
    /** It failed and is tried again. */
    RETRIED,
    /** It failed for good. */
    FAILED
  }
}
