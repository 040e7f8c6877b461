package dev.chirograph;

import java.util.Objects;
import java.util.Optional;

/**
 * What looking at one item answered. Unknown is not absent: only a confirmed {@link Absent} or
 * {@link Deleted} may lead to a delete.
 *
 * @param <V> the type of the item's value
 */
public sealed interface Observation<V>
    permits Observation.Present, Observation.Deleted, Observation.Absent, Observation.Unknown {

  /**
   * The item is there.
   *
   * @param value what it is; single parts of it may be unread
   * @param version the state that was seen, for a conditional write
   * @param evidence what proves the content
   */
  record Present<V>(V value, Version version, Evidence evidence) implements Observation<V> {
    public Present {
      Objects.requireNonNull(value, "value");
      Objects.requireNonNull(version, "version");
      Objects.requireNonNull(evidence, "evidence");
    }
  }

  /**
   * The item is deleted, and the store says so: by a tombstone, or by a delete marker on top of
   * versions that are still there.
   *
   * @param version the state that was seen, for a conditional write
   * @param remains what is left of the item, where the store keeps something
   */
  record Deleted<V>(Version version, Optional<V> remains) implements Observation<V> {
    public Deleted {
      Objects.requireNonNull(version, "version");
      Objects.requireNonNull(remains, "remains");
    }
  }

  /** The store confirmed that it knows no such item. */
  record Absent<V>() implements Observation<V> {}

  /**
   * The item could not be looked at: an error, a time-out, a refusal.
   *
   * @param why what happened
   */
  record Unknown<V>(SyncException why) implements Observation<V> {
    public Unknown {
      Objects.requireNonNull(why, "why");
    }
  }

  /** The item is there. */
  static <V> Observation<V> present(V value, Version version, Evidence evidence) {
    return new Present<>(value, version, evidence);
  }

  /** The item is deleted and something of it remains. */
  static <V> Observation<V> deleted(Version version, V remains) {
    return new Deleted<>(version, Optional.of(remains));
  }

  /** The item is deleted and only its marker is left. */
  static <V> Observation<V> deleted(Version version) {
    return new Deleted<>(version, Optional.empty());
  }

  /** There is no such item. */
  static <V> Observation<V> absent() {
    return new Absent<>();
  }

  /** The item could not be looked at. */
  static <V> Observation<V> unknown(SyncException why) {
    return new Unknown<>(why);
  }

  /** The value of a present item, or what remains of a deleted one. */
  default Optional<V> content() {
    if (this instanceof Present<V> present) {
      return Optional.of(present.value());
    }
    return this instanceof Deleted<V> deleted ? deleted.remains() : Optional.empty();
  }

  /**
   * What a write has to expect after this observation: the version that was seen, or that there is
   * no item.
   *
   * @throws IllegalStateException when the observation is {@link Unknown}: nothing may be written
   *     then
   */
  default Expect expectation() {
    if (this instanceof Present<V> present) {
      return Expect.at(present.version());
    }
    if (this instanceof Deleted<V> deleted) {
      return Expect.at(deleted.version());
    }
    if (this instanceof Absent<V>) {
      return Expect.absent();
    }
    throw new IllegalStateException("nothing may be written after an unknown observation: " + this);
  }
}
