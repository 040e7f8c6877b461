package dev.chirograph.spi.relocate;

import dev.chirograph.CloseableIterator;
import dev.chirograph.KeyRange;

/**
 * Handles that can be read in the order in which buckets are listed.
 *
 * <ul>
 *   <li><b>AUD-1</b> The handles that refer to a bucket come in the order of their objects' keys,
 *       byte by byte. One that is neither added, moved nor removed meanwhile comes exactly once;
 *       one that is moved may come where it was, where it is, in both places or in none.
 * </ul>
 */
public interface SupportsAudit {

  /**
   * The handles whose bytes are in a range of a bucket. They are read as they are asked for, so
   * that any number of them takes little memory. The caller closes the iterator.
   *
   * @throws dev.chirograph.SyncException also out of the iterator
   */
  CloseableIterator<FileHandle> in(String bucket, KeyRange keys);
}
