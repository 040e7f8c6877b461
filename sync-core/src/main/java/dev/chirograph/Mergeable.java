package dev.chirograph;

import java.util.List;
import java.util.Optional;

/**
 * A value that knows how it goes onto a stored one: which parts replace, which stay. Values that do
 * not implement this are compared by {@link Object#equals} and replaced whole.
 *
 * @param <V> the type itself
 */
public interface Mergeable<V> {

  /**
   * What a replica should hold.
   *
   * @param stored what the replica holds now; empty when it has nothing
   */
  Merged<V> onto(Optional<V> stored);

  /**
   * The result of a merge.
   *
   * @param value what the replica should hold
   * @param changed whether that differs from what it holds
   * @param unread why parts could not be read; when not empty the item has to be looked at again
   */
  record Merged<V>(V value, boolean changed, List<SyncException> unread) {
    public Merged {
      unread = List.copyOf(unread);
    }
  }

  /** Merges any value: by its own rule when it has one, else whole. */
  @SuppressWarnings("unchecked")
  static <V> Merged<V> merge(V observed, Optional<V> stored) {
    if (observed instanceof Mergeable<?> mergeable) {
      return ((Mergeable<V>) mergeable).onto(stored);
    }
    return new Merged<>(observed, !stored.equals(Optional.of(observed)), List.of());
  }
}
