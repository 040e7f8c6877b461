package dev.chirograph.spi;

import dev.chirograph.Change;
import dev.chirograph.Outcome;
import java.util.List;

/**
 * A store that can be written.
 *
 * <ul>
 *   <li><b>SNK-1</b> A change whose expectation does not hold is not made and answers {@link
 *       Outcome.Conflict}.
 *   <li><b>SNK-2</b> Outcomes come by position, for every change; one item's failure is no other's.
 *   <li><b>SNK-3</b> {@link Outcome.Applied} names the guard that really held, never more than
 *       {@link StoreCapabilities#puts} and {@link StoreCapabilities#deletes} promise.
 *   <li><b>SNK-4</b> When the reply was lost the outcome is {@link Outcome.Unsure}, never applied
 *       and never rejected.
 *   <li><b>SNK-5</b> A put that was applied answers the version that an observation then gives.
 *   <li><b>SNK-6</b> Deleting what is not there answers unchanged when absence was expected or
 *       anything, else conflict.
 *   <li><b>SNK-7</b> One item is changed wholly or not at all.
 *   <li><b>SNK-8</b> Of two writers with the same expectation at most one is applied, where the
 *       guard is atomic.
 * </ul>
 *
 * @param <V> the type of an item's value
 */
public interface Sink<V> {

  /** What this store can do. Never changes. */
  StoreCapabilities capabilities();

  /**
   * Makes changes, each under its own expectation.
   *
   * @param changes at most {@link StoreCapabilities#maxBatch} changes of different keys
   * @return what became of each, by position
   */
  List<Outcome> apply(List<Change<V>> changes);
}
