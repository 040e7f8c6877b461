package dev.chirograph.reconcile;

import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.Observation;
import dev.chirograph.memory.MemoryReplica;
import dev.chirograph.spi.Source;
import dev.chirograph.spi.StoreCapabilities;
import java.util.List;

/** Everything as the inner source does it. */
class Around implements Source<String> {

  final MemoryReplica<String> inner;

  Around(MemoryReplica<String> inner) {
    this.inner = inner;
  }

  @Override
  public StoreCapabilities capabilities() {
    return inner.capabilities();
  }

  @Override
  public Listing list(KeyRange range) {
    return inner.list(range);
  }

  @Override
  public List<Observation<String>> observe(List<Key> keys) {
    return inner.observe(keys);
  }
}
