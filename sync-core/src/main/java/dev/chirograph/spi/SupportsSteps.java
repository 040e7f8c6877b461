package dev.chirograph.spi;

import dev.chirograph.Change;
import dev.chirograph.Key;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import java.util.Optional;

/**
 * A sink whose changes can take long, and are made in steps between which they can be stopped and
 * taken up again, by whoever has the item's job then.
 *
 * @param <V> the type of an item's value
 */
public interface SupportsSteps<V> {

  /**
   * Makes one change. The guarantees are those of {@link Sink#apply}.
   *
   * @param progress where an earlier attempt stopped, and where this one says how far it is
   */
  Outcome apply(Change<V> change, Progress progress);

  /**
   * Gives up the change that an earlier attempt had begun, because by now there is nothing to
   * change, and frees what the store holds for it. Harmless when nothing is kept.
   *
   * @param key of the item
   * @param progress where that attempt stopped; what is kept there is dropped
   * @throws SyncException when it may succeed later; what never will is remarked
   */
  void abandon(Key key, Progress progress);

  /** How far a change is. Safe for use by several threads. */
  interface Progress {

    /**
     * What was kept last, by this attempt or an earlier one; empty when nothing was, or where
     * nothing outlives the attempt.
     */
    Optional<String> kept();

    /**
     * Keeps a note, to be called before each further step.
     *
     * @param note at most {@link Job#MAX_NOTE_BYTES} bytes; an empty one drops what was kept
     * @return false: no further step must be made, because somebody else has the job now or the
     *     worker is closing, and the change answers rejected
     * @throws SyncException when it could not be kept
     */
    boolean keep(String note);

    /** Tells with the item's result what somebody should know although nothing failed. */
    default void remark(SyncException what) {}
  }
}
