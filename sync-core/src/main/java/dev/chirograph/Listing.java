package dev.chirograph;

import java.util.Optional;

/**
 * A closeable stream of entries that says how it ended.
 *
 * <p>{@link #hasNext} returning false only says that nothing more comes; {@link #end} says why.
 * Trouble on the way (an error, a time-out, a refusal) never throws: it ends the listing as {@link
 * End#CUT} or {@link End#REFUSED}, and {@link #why} holds the cause. Only a {@link End#COMPLETE}
 * listing proves that what it does not name is absent.
 */
public interface Listing extends CloseableIterator<Entry> {

  /** How a listing ended. */
  enum End {
    /** Every item of the range was given. */
    COMPLETE,
    /** It broke off; it can be taken up after the last key that was given. */
    CUT,
    /** The store refused to list (no permission, no such bucket). */
    REFUSED,
    /** The keys did not come in ascending order although the source had said so. */
    UNSORTED
  }

  /**
   * How the listing ended.
   *
   * @throws IllegalStateException before {@link #hasNext} has returned false
   */
  End end();

  /** Why the listing did not end as complete; empty when it did. */
  Optional<SyncException> why();
}
