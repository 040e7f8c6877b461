package dev.chirograph;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The keys from one (included) up to another (not included); half-open, so that neighbours share no
 * key and leave none out.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class KeyRange {

  private static final KeyRange ALL = new KeyRange(Key.EMPTY, null);

  private final Key from;
  private final @Nullable Key to;

  private KeyRange(Key from, @Nullable Key to) {
    this.from = from;
    this.to = to;
  }

  /** Every key. */
  public static KeyRange all() {
    return ALL;
  }

  /** The keys {@code from <= key}. */
  public static KeyRange from(Key from) {
    return new KeyRange(Objects.requireNonNull(from, "from"), null);
  }

  /**
   * The keys {@code from <= key < to}.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when {@code to} is smaller than {@code from}
   */
  public static KeyRange of(Key from, Key to) {
    if (from.compareTo(to) > 0) {
      throw SyncException.invalid("a key range ends at " + to + ", before it starts at " + from);
    }
    return new KeyRange(from, to);
  }

  /** The one key. */
  public static KeyRange only(Key key) {
    return new KeyRange(key, successor(key));
  }

  /** The keys that start with these bytes. */
  public static KeyRange prefix(Key prefix) {
    return new KeyRange(prefix, increment(prefix));
  }

  /** The smallest key of the range, which need not exist. */
  public Key from() {
    return from;
  }

  /** The smallest key beyond the range; empty when it has no upper end. */
  public Optional<Key> to() {
    return Optional.ofNullable(to);
  }

  /** Whether the key lies in the range. */
  public boolean contains(Key key) {
    return key.compareTo(from) >= 0 && (to == null || key.compareTo(to) < 0);
  }

  /** Whether no key can lie in the range. */
  public boolean isEmpty() {
    return to != null && from.compareTo(to) >= 0;
  }

  /** The part of the range that follows the key: where a listing goes on that has given the key. */
  public KeyRange after(Key key) {
    Key next = successor(key);
    if (next == null) {
      return new KeyRange(key, key);
    }
    return startingAt(next);
  }

  /** The part of the range from the key on, the key included. */
  public KeyRange startingAt(Key key) {
    Key start = key.compareTo(from) > 0 ? key : from;
    return to != null && start.compareTo(to) > 0 ? new KeyRange(to, to) : new KeyRange(start, to);
  }

  /** The part of the range below the key. */
  public KeyRange before(Key key) {
    Key end = to == null || key.compareTo(to) < 0 ? key : to;
    return end.compareTo(from) < 0 ? new KeyRange(from, from) : new KeyRange(from, end);
  }

  /** The keys that lie in both ranges. */
  public KeyRange intersect(KeyRange other) {
    KeyRange upper = startingAt(other.from);
    return other.to == null ? upper : upper.before(other.to);
  }

  /** The longest prefix that every key of the range must have. */
  public Key commonPrefix() {
    if (to == null) {
      return Key.EMPTY;
    }
    byte[] start = from.toBytes();
    byte[] last = to.toBytes();
    if (last.length == 0 || isEmpty()) {
      return from;
    }
    // The last key below "to" is "to" without a final zero; else "to" less one in its last byte,
    // followed by as many 0xff as fit.
    boolean zero = last[last.length - 1] == 0;
    if (zero) {
      last = Arrays.copyOf(last, last.length - 1);
    } else {
      last[last.length - 1]--;
    }
    int shared = Arrays.mismatch(start, last);
    if (shared < 0) {
      return from;
    }
    while (!zero
        && shared >= last.length
        && shared < start.length
        && start[shared] == (byte) 0xff) {
      shared++;
    }
    return from.first(shared);
  }

  /** The smallest key above this one; null when there is none. */
  private static @Nullable Key successor(Key key) {
    if (key.length() < Key.MAX_LENGTH) {
      return Key.ofBytes(Arrays.copyOf(key.toBytes(), key.length() + 1));
    }
    return increment(key);
  }

  /** The smallest key above all that start with this one; null when there is none. */
  private static @Nullable Key increment(Key prefix) {
    byte[] bytes = prefix.toBytes();
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] == (byte) 0xff) {
      end--;
    }
    if (end == 0) {
      return null;
    }
    byte[] next = Arrays.copyOf(bytes, end);
    next[end - 1]++;
    return Key.ofBytes(next);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KeyRange range
        && from.equals(range.from)
        && Objects.equals(to, range.to);
  }

  @Override
  public int hashCode() {
    return Objects.hash(from, to);
  }

  @Override
  public String toString() {
    return "[" + from + ", " + (to == null ? "end" : to) + ")";
  }
}
