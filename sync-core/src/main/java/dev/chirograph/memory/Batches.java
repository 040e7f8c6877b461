package dev.chirograph.memory;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import java.util.HashSet;
import java.util.List;

/** What every call with a list of keys has to obey. */
final class Batches {

  private Batches() {}

  /** Refuses a batch that is too large or names a key twice, before anything is done. */
  static void check(String operation, List<Key> keys, int maxBatch) {
    if (keys.size() > maxBatch) {
      throw SyncException.invalid(
          operation + " takes at most " + maxBatch + " items in one call, not " + keys.size());
    }
    if (new HashSet<>(keys).size() < keys.size()) {
      throw SyncException.invalid(
          operation + " takes different keys, some are named twice: " + keys);
    }
  }

  /** Why an item of the empty key is refused. */
  static SyncException emptyKey() {
    return SyncException.invalid("the empty key is a bound of ranges and names no item");
  }
}
