package dev.chirograph;

import java.util.Locale;

/** How far a run has come. */
public enum RunPhase {
  /** The sides are being listed and compared. */
  FINDING,
  /** What was found is being looked at and written. */
  APPLYING,
  /** Everything that was found has been dealt with. */
  DONE,
  /** The run could not go on; its report says why. */
  FAILED,
  /** Somebody ended it. */
  CANCELLED;

  /** Whether nothing more will happen. */
  public boolean ended() {
    return this == DONE || this == FAILED || this == CANCELLED;
  }

  /** The name in lower case, for people. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
