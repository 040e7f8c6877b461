package dev.chirograph.spi;

import dev.chirograph.Key;
import dev.chirograph.Observation;
import java.util.List;
import java.util.Optional;

/**
 * A source that saves requests when told what the other side already knows: what cannot have
 * changed is taken from there and not read again.
 *
 * @param <V> the type of an item's value
 */
public interface SupportsKnown<V> {

  /**
   * Looks at items afresh, reading again only what may have changed since the known value was
   * taken. The guarantees are those of {@link Source#observe}.
   *
   * @param keys at most {@link StoreCapabilities#maxBatch} different keys
   * @param known what the other side holds, by position; empty where it holds nothing
   */
  List<Observation<V>> observe(List<Key> keys, List<Optional<V>> known);
}
