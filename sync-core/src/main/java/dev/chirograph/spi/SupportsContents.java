package dev.chirograph.spi;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A log that knows which contents its items refer to and which of them this node has, so that
 * neither can be without the other for good.
 *
 * <p>A content is known by its SHA-256. It is <i>wanted</i> once an item from elsewhere refers to
 * it, <i>reserved</i> while it is written into the node's own store, <i>held</i> when it is there,
 * and <i>doomed</i> from the decision to remove it until it is removed.
 *
 * <ul>
 *   <li><b>CNT-1</b> The number of items that refer to a content changes with the items, in one
 *       step.
 *   <li><b>CNT-2</b> A content to which items refer is not doomed. Until a doomed one is gone,
 *       appending an entry that refers to it is a conflict and reserving it is refused; items that
 *       were merged meanwhile want it again then.
 *   <li><b>CNT-3</b> What was reserved or wanted and is not held, and what is held and not referred
 *       to, is told as pending, however the process ended.
 * </ul>
 */
public interface SupportsContents extends ReplicaLog {

  /** What is known of a content; empty when nothing is. */
  Optional<Stored> content(String sha256);

  /**
   * Announces that a content is about to be written into the node's store.
   *
   * @param size its bytes
   * @param quota how many bytes may be held and reserved in all
   */
  Reserved reserve(String sha256, long size, long quota);

  /**
   * Notes that the node's store has a content, or has it no more.
   *
   * @param present false after a doomed content was removed
   */
  void stored(String sha256, boolean present);

  /**
   * Decides to remove a content.
   *
   * @param reservedBefore a reservation from before this instant does not protect it any more
   * @return whether it is doomed now; false when items refer to it or it is reserved
   */
  boolean doom(String sha256, Instant reservedBefore);

  /**
   * Contents for which something remains to be done, in ascending order of their digests.
   *
   * @param after the last digest that was seen; empty to begin
   * @param limit the largest number
   */
  List<Stored> pending(String after, int limit);

  /**
   * A content.
   *
   * @param sha256 its digest
   * @param size its bytes
   * @param references how many items refer to it
   * @param state where it is
   */
  record Stored(String sha256, long size, long references, State state) {
    public Stored {
      Objects.requireNonNull(sha256, "sha256");
      Objects.requireNonNull(state, "state");
    }
  }

  /** Where a content is. */
  enum State {
    /** Elsewhere. */
    WANTED,
    /** On its way into the node's store. */
    RESERVED,
    /** In the node's store. */
    HELD,
    /** On its way out. */
    DOOMED
  }

  /** The answer to a reservation. */
  enum Reserved {
    /** It may be written. */
    GRANTED,
    /** The node's store has it. */
    HELD,
    /** It is being removed; try again soon. */
    DOOMED,
    /** It would exceed the quota. */
    OVER_QUOTA
  }
}
