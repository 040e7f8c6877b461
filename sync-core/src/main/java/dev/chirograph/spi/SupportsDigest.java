package dev.chirograph.spi;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import java.util.List;

/**
 * A store that tells digests of parts of itself, many in one call.
 *
 * <ul>
 *   <li><b>DIG-1</b> The digests of slices that share no key add up to that of their union.
 *   <li><b>DIG-2</b> Two stores that hold the same have the same digest of every slice.
 *   <li><b>DIG-3</b> All digests of one call are of one moment.
 * </ul>
 */
public interface SupportsDigest {

  /** The digests of slices, in their order. */
  List<Digest> digests(List<Slice> slices);
}
