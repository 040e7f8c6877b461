package dev.chirograph;

import java.util.Objects;

/**
 * One line of a listing.
 *
 * @param key the item
 * @param evidence what proves its content
 * @param tombstone whether the item is deleted and only its marker or its remains are listed
 */
public record Entry(Key key, Evidence evidence, boolean tombstone) {
  public Entry {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(evidence, "evidence");
  }

  /** An item that is there. */
  public static Entry present(Key key, Evidence evidence) {
    return new Entry(key, evidence, false);
  }

  /** An item that is deleted, in a store that lists such items. */
  public static Entry deleted(Key key, Evidence evidence) {
    return new Entry(key, evidence, true);
  }
}
