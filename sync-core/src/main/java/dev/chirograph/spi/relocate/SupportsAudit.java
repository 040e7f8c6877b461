package dev.chirograph.spi.relocate;

import dev.chirograph.CloseableIterator;
import dev.chirograph.KeyRange;

/**
 * Handles that can be read in the order in which buckets are listed.
 *
 * <ul>
 *   <li><b>AUD-1</b> The handles that refer to a bucket come in the order of their objects' keys,
 *       each once; one that is neither added nor changed meanwhile is never left out.
 * </ul>
 */
public interface SupportsAudit {

  /** The handles whose bytes are in a range of a bucket. The caller closes the iterator. */
  CloseableIterator<FileHandle> in(String bucket, KeyRange keys);
}
