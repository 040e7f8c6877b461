package dev.chirograph.spi;

import java.util.List;

/**
 * A queue that can take jobs inside the caller's own transaction: they appear when it commits, and
 * never when it rolls back.
 *
 * @param <T> what stands for the transaction, such as a {@code java.sql.Connection}
 */
public interface SupportsTransaction<T> {

  /** Adds jobs as {@link WorkQueue#enqueue} does; commits nothing. */
  WorkQueue.Enqueued enqueue(T transaction, List<Job> jobs);
}
