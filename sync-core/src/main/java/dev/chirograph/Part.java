package dev.chirograph;

import java.util.Objects;
import java.util.Optional;

/**
 * A part of a value that may be unknown while the rest is known, such as the tags of an object.
 *
 * <p>A part that is not {@link Known} leaves the stored part as it was, and forbids any write that
 * would replace the whole of which it is a part.
 *
 * @param <T> the type of the part
 */
public sealed interface Part<T> permits Part.Known, Part.Omitted, Part.Unread {

  /** The part was read. */
  record Known<T>(T value) implements Part<T> {
    public Known {
      Objects.requireNonNull(value, "value");
    }
  }

  /** The part was not asked for. Nothing is wrong; nothing is known. */
  record Omitted<T>() implements Part<T> {}

  /**
   * The part was asked for and could not be read: the item has to be looked at again.
   *
   * @param why the refusal, error or time-out
   */
  record Unread<T>(SyncException why) implements Part<T> {
    public Unread {
      Objects.requireNonNull(why, "why");
    }

    /** Two unread parts are equal when their errors are of one kind; the texts may differ. */
    @Override
    public boolean equals(Object other) {
      return other instanceof Unread<?> unread && unread.why.kind() == why.kind();
    }

    @Override
    public int hashCode() {
      return why.kind().hashCode();
    }
  }

  /** A part that was read. */
  static <T> Part<T> known(T value) {
    return new Known<>(value);
  }

  /** A part that was not asked for. */
  static <T> Part<T> omitted() {
    return new Omitted<>();
  }

  /** A part that could not be read. */
  static <T> Part<T> unread(SyncException why) {
    return new Unread<>(why);
  }

  /** The value, when it is known. */
  default Optional<T> optional() {
    return this instanceof Known<T> known ? Optional.of(known.value()) : Optional.empty();
  }

  /** This part when it is known, else the stored one. */
  default Part<T> orStored(Part<T> stored) {
    return this instanceof Known<T> ? this : stored;
  }

  /** Why the part could not be read; empty when it was read or not asked for. */
  default Optional<SyncException> trouble() {
    return this instanceof Unread<T> unread ? Optional.of(unread.why()) : Optional.empty();
  }
}
