package dev.chirograph.spi;

import dev.chirograph.SyncException;
import java.time.Duration;
import java.util.Objects;

/** What a worker says of one job of its lease. Errors are cut to 1,000 characters by the queue. */
public sealed interface Settlement
    permits Settlement.Done,
        Settlement.Retry,
        Settlement.Bury,
        Settlement.Release,
        Settlement.Hold,
        Settlement.Note {

  /** The job's number in the lease. */
  int slot();

  /** The job is done and gone. */
  record Done(int slot) implements Settlement {}

  /** The job failed and comes back after a while, with one attempt more. */
  record Retry(int slot, Duration in, String error) implements Settlement {
    public Retry {
      Objects.requireNonNull(error, "error");
      if (in.isNegative()) {
        throw SyncException.invalid("a retry must not lie in the past: " + in);
      }
    }
  }

  /** The job failed for good and becomes a dead letter. */
  record Bury(int slot, String error) implements Settlement {
    public Bury {
      Objects.requireNonNull(error, "error");
    }
  }

  /** The job goes back as it was, ready at once, without counting an attempt. */
  record Release(int slot) implements Settlement {}

  /**
   * The job goes back as held under its run, without counting an attempt: it found that a delete is
   * due and has no leave for one. A job of no run cannot be held, because nothing would release it.
   */
  record Hold(int slot) implements Settlement {}

  /** The job goes on; from now on it carries this note. */
  record Note(int slot, String note) implements Settlement {
    public Note {
      Job.checkedNote(note);
    }
  }
}
