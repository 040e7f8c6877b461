package dev.chirograph.spi;

import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import java.util.Optional;

/** A source that can find a point at which a range falls into two parts worth listing apart. */
public interface SupportsSplit {

  /**
   * A key strictly inside the range, with items on both sides of it, as near to the middle as a few
   * requests can tell. The point comes from what the store holds, never from a naming scheme.
   *
   * @return empty when the range is not worth splitting or no point was found
   * @throws dev.chirograph.SyncException when the store cannot be asked
   */
  Optional<Key> split(KeyRange range);
}
