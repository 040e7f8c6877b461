package dev.chirograph;

import java.util.Objects;

/**
 * What a write expects to find; otherwise it must not happen and answers {@link Outcome.Conflict}.
 */
public sealed interface Expect permits Expect.Absent, Expect.At, Expect.Anything {

  /** There is no such item. */
  record Absent() implements Expect {}

  /** The item is in this state. */
  record At(Version version) implements Expect {
    public At {
      Objects.requireNonNull(version, "version");
    }
  }

  /** Whatever is there may be replaced. No engine writes like this; a host may. */
  record Anything() implements Expect {}

  /** There is no such item. */
  static Expect absent() {
    return new Absent();
  }

  /** The item is in this state. */
  static Expect at(Version version) {
    return new At(version);
  }

  /** Whatever is there may be replaced. */
  static Expect anything() {
    return new Anything();
  }
}
