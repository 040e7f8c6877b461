package dev.chirograph.spi;

import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.Observation;
import java.util.List;

/**
 * A store that can be listed and looked at.
 *
 * <ul>
 *   <li><b>SRC-1</b> A listing gives each item of the range once, and no item outside it.
 *   <li><b>SRC-2</b> A listing comes in key order when {@link StoreCapabilities#ordered} says so.
 *   <li><b>SRC-3</b> A listing that gave every item ends as complete. Any trouble ends it as cut or
 *       refused with its cause; it never throws from the iterator and never ends as complete.
 *   <li><b>SRC-4</b> Listing {@code range.after(key)} goes on where an earlier listing stopped.
 *   <li><b>SRC-5</b> Observing answers by position, for every key, and never throws for the sake of
 *       one key: an error, time-out or refusal is {@link Observation.Unknown}; only the store's own
 *       statement that there is no such item is {@link Observation.Absent}.
 *   <li><b>SRC-6</b> Where {@link StoreCapabilities#evidence} names a fact, listing and observing
 *       give it, and give it alike for an item that has not changed.
 *   <li><b>SRC-7</b> What was written through the same store before is seen by a later observation.
 *   <li><b>SRC-8</b> Keys are exact: case, spaces, escapes and neighbours with a common prefix are
 *       never confused.
 *   <li><b>SRC-9</b> A listing holds a bounded number of entries, however long it is.
 * </ul>
 *
 * @param <V> the type of an item's value
 */
public interface Source<V> {

  /** What this store can do. Never changes. */
  StoreCapabilities capabilities();

  /**
   * Lists a range. The caller closes the listing.
   *
   * @throws dev.chirograph.SyncException never for trouble with the store, see SRC-3
   */
  Listing list(KeyRange range);

  /**
   * Looks at items afresh.
   *
   * @param keys at most {@link StoreCapabilities#maxBatch} different keys
   * @return what was seen, by position
   */
  List<Observation<V>> observe(List<Key> keys);
}
