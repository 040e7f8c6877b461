package dev.chirograph.s3;

import dev.chirograph.Change;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.ObjectState;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.memory.MemoryCatalogue;
import dev.chirograph.spi.Replica;
import dev.chirograph.spi.StoreCapabilities;
import dev.chirograph.spi.SupportsIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A catalogue that notes each delete of what is known to exist. */
final class Guarded implements Replica<ObjectState>, SupportsIdentity {

  private final MemoryCatalogue catalogue;
  private final Set<Key> existing;
  final List<Key> wrong = new ArrayList<>();

  Guarded(MemoryCatalogue catalogue, Set<Key> existing) {
    this.catalogue = catalogue;
    this.existing = existing;
  }

  @Override
  public StoreCapabilities capabilities() {
    return catalogue.capabilities();
  }

  @Override
  public Listing list(KeyRange range) {
    return catalogue.list(range);
  }

  @Override
  public List<Observation<ObjectState>> observe(List<Key> keys) {
    return catalogue.observe(keys);
  }

  @Override
  public List<Outcome> apply(List<Change<ObjectState>> changes) {
    changes.stream()
        .filter(change -> change instanceof Change.Delete)
        .map(Change::key)
        .filter(existing::contains)
        .forEach(wrong::add);
    return catalogue.apply(changes);
  }

  @Override
  public List<Optional<Key>> owners(List<String> ids) {
    return catalogue.owners(ids);
  }

  @Override
  public boolean isId(String text) {
    return catalogue.isId(text);
  }

  @Override
  public String newId() {
    return catalogue.newId();
  }
}
