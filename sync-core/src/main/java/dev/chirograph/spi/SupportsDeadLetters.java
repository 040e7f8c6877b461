package dev.chirograph.spi;

import dev.chirograph.CloseableIterator;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.SyncException;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A queue that keeps the jobs that failed for good.
 *
 * <ul>
 *   <li><b>DLQ-1</b> Listing gives every dead letter that the selection names, in the order of
 *       kind, scope and key, and changes nothing.
 *   <li><b>DLQ-2</b> Replaying enqueues each anew, ready at once, without attempts and without
 *       leave to delete, and removes the dead letter, in one step.
 *   <li><b>DLQ-3</b> Dropping removes dead letters and nothing else.
 *   <li><b>DLQ-4</b> Burying a job whose key has a dead letter replaces that one.
 * </ul>
 */
public interface SupportsDeadLetters {

  /** The dead letters of a selection. The caller closes the iterator. */
  CloseableIterator<DeadLetter> deadLetters(Selection selection);

  /** Enqueues dead letters anew; answers how many. */
  long replay(Selection selection);

  /** Removes dead letters for good; answers how many. */
  long drop(Selection selection);

  /**
   * Which dead letters are meant.
   *
   * @param kind only this kind; empty means all
   * @param scope only this scope; empty means all
   * @param keys only these keys
   */
  record Selection(Optional<String> kind, Optional<String> scope, KeyRange keys) {
    public Selection {
      Objects.requireNonNull(kind, "kind");
      Objects.requireNonNull(scope, "scope");
      Objects.requireNonNull(keys, "keys");
    }

    /** All dead letters of the queue. */
    public static Selection all() {
      return new Selection(Optional.empty(), Optional.empty(), KeyRange.all());
    }

    /** The dead letters of one scope. */
    public static Selection scope(String scope) {
      return new Selection(Optional.empty(), Optional.of(scope), KeyRange.all());
    }

    /** The dead letter of one job. */
    public static Selection job(String kind, String scope, Key key) {
      if (key.isEmpty()) {
        throw SyncException.invalid("a dead letter has a key that is not empty");
      }
      return new Selection(Optional.of(kind), Optional.of(scope), KeyRange.only(key));
    }
  }

  /**
   * A job that failed for good.
   *
   * @param job as it was leased, with its last note
   * @param attempts how often it was tried, the last time included
   * @param error why it was buried
   * @param buried when, by the store's clock
   */
  record DeadLetter(Job job, int attempts, String error, Instant buried) {
    public DeadLetter {
      Objects.requireNonNull(job, "job");
      Objects.requireNonNull(error, "error");
      Objects.requireNonNull(buried, "buried");
    }
  }
}
