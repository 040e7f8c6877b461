package dev.chirograph;

import java.util.Objects;

/**
 * A write of one key, with what it expects to find.
 *
 * @param <V> the type of the item's value
 */
public sealed interface Change<V> permits Change.Put, Change.Delete {

  /** The item. */
  Key key();

  /** What the write expects to find. */
  Expect expect();

  /** Creates the item or replaces it. */
  record Put<V>(Key key, V value, Expect expect) implements Change<V> {
    public Put {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(value, "value");
      Objects.requireNonNull(expect, "expect");
    }
  }

  /** Removes the item. */
  record Delete<V>(Key key, Expect expect) implements Change<V> {
    public Delete {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(expect, "expect");
    }
  }

  /** Creates the item or replaces it. */
  static <V> Change<V> put(Key key, V value, Expect expect) {
    return new Put<>(key, value, expect);
  }

  /** Removes the item. */
  static <V> Change<V> delete(Key key, Expect expect) {
    return new Delete<>(key, expect);
  }
}
