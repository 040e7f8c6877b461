package dev.chirograph.reconcile;

import dev.chirograph.Change;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.spi.Replica;
import dev.chirograph.spi.StoreCapabilities;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A replica that notes each delete that was asked for, and those of items that exist. */
final class Watched<V> implements Replica<V> {

  private final Replica<V> replica;
  private final Predicate<Key> exists;
  final List<Key> deletes = new ArrayList<>();
  final List<Key> wrong = new ArrayList<>();

  Watched(Replica<V> replica, Predicate<Key> exists) {
    this.replica = replica;
    this.exists = exists;
  }

  @Override
  public StoreCapabilities capabilities() {
    return replica.capabilities();
  }

  @Override
  public Listing list(KeyRange range) {
    return replica.list(range);
  }

  @Override
  public List<Observation<V>> observe(List<Key> keys) {
    return replica.observe(keys);
  }

  @Override
  public List<Outcome> apply(List<Change<V>> changes) {
    for (Change<V> change : changes) {
      if (change instanceof Change.Delete<V>) {
        deletes.add(change.key());
        if (exists.test(change.key())) {
          wrong.add(change.key());
        }
      }
    }
    return replica.apply(changes);
  }
}
