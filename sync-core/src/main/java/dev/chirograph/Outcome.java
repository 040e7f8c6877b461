package dev.chirograph;

import java.util.Objects;
import java.util.Optional;

/** What became of a write. */
public sealed interface Outcome
    permits Outcome.Applied, Outcome.Unchanged, Outcome.Conflict, Outcome.Rejected, Outcome.Unsure {

  /**
   * It was done.
   *
   * @param now the state it left behind; empty after a delete
   * @param guard how the expectation was enforced
   */
  record Applied(Optional<Version> now, Guard guard) implements Outcome {
    public Applied {
      Objects.requireNonNull(now, "now");
      Objects.requireNonNull(guard, "guard");
    }
  }

  /** Nothing had to be done: the item was as the write wanted it. */
  record Unchanged() implements Outcome {}

  /**
   * Nothing was done: the expectation did not hold. Observe again, decide again.
   *
   * @param now the state that was found, where the store tells; empty also when there is no item
   */
  record Conflict(Optional<Version> now) implements Outcome {
    public Conflict {
      Objects.requireNonNull(now, "now");
    }
  }

  /** Nothing was done, and repeating will not help unless the error's advice says so. */
  record Rejected(SyncException why) implements Outcome {
    public Rejected {
      Objects.requireNonNull(why, "why");
    }
  }

  /** It may have been done or not: the reply was lost. Observe again. */
  record Unsure(SyncException why) implements Outcome {
    public Unsure {
      Objects.requireNonNull(why, "why");
    }
  }

  /** It was done and left this state behind. */
  static Outcome applied(Version now, Guard guard) {
    return new Applied(Optional.of(now), guard);
  }

  /** A delete was done. */
  static Outcome deleted(Guard guard) {
    return new Applied(Optional.empty(), guard);
  }

  /** Nothing had to be done. */
  static Outcome unchanged() {
    return new Unchanged();
  }

  /** The expectation did not hold; the state that was found is not known, or there is no item. */
  static Outcome conflict() {
    return new Conflict(Optional.empty());
  }

  /** The expectation did not hold; this state was found. */
  static Outcome conflict(Version now) {
    return new Conflict(Optional.of(now));
  }

  /** Nothing was done. */
  static Outcome rejected(SyncException why) {
    return new Rejected(why);
  }

  /** It may have been done or not. */
  static Outcome unsure(SyncException why) {
    return new Unsure(why);
  }
}
