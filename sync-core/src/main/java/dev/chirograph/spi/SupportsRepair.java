package dev.chirograph.spi;

import dev.chirograph.Slice;
import java.util.List;

/**
 * A log whose items can be compared with another's, and exchanged one by one.
 *
 * <ul>
 *   <li><b>LOG-12</b> Hashes and digests are those of {@link LogItem#hash}, and buckets those of
 *       {@link Slice.Bucket#of}.
 *   <li><b>LOG-13</b> Forgetting drops an item only as it was told: one that has changed since
 *       stays. What a peer is said to have forgotten, and is not held, counts as deleted from then
 *       on (LOG-8).
 * </ul>
 */
public interface SupportsRepair extends ReplicaLog, SupportsDigest {

  /** The hashes of all items in slices; an array for each slice, in their order. */
  List<long[]> hashes(List<Slice.Bucket> slices);

  /**
   * Items by their hashes.
   *
   * @param wanted hashes of items in one slice
   * @return those that are still there, in no order
   */
  List<LogItem> items(Slice.Bucket slice, List<Long> wanted);

  /**
   * Drops items that a peer has seen, deleted and forgotten, and takes over what it has forgotten:
   * otherwise a third node that has them still would bring them back again and again.
   *
   * @param forgotten up to where the peer has forgotten lives that these items name; {@link
   *     LogContext#EMPTY} while it may hold something that is not here, which would count as
   *     deleted, too
   * @return how many were dropped; items that have changed since are kept
   */
  int forget(List<LogItem> items, LogContext forgotten);

  /**
   * Only drops items.
   *
   * @return how many were dropped; items that have changed since are kept
   */
  default int forget(List<LogItem> items) {
    return forget(items, LogContext.EMPTY);
  }
}
