package dev.chirograph.spi.table;

import java.time.Duration;
import java.util.Objects;

/**
 * How far the rows of a table can be trusted to be all there: a transaction that commits later
 * brings none at or below it, if the proof holds.
 *
 * @param mark the last version that counts
 * @param proof why
 * @param age for how long the horizon has stood still behind rows that are there already
 */
public record Horizon(Mark mark, Proof proof, Duration age) {

  /** Why nothing comes below a horizon any more. */
  public enum Proof {
    /** All transactions that ran when this version was the last one have ended. */
    ENDED_TRANSACTIONS,
    /** There is one writer at a time. */
    ONE_WRITER,
    /** Enough time has passed, as far as anybody knows: certifies nothing. */
    LAG;

    /** Whether what was compared below the horizon is certain. */
    public boolean certifies() {
      return this != LAG;
    }
  }

  public Horizon {
    Objects.requireNonNull(mark, "mark");
    Objects.requireNonNull(proof, "proof");
    Objects.requireNonNull(age, "age");
  }
}
