package dev.chirograph;

/**
 * How much one run may delete in one pair of stores. When it finds more, it deletes nothing and
 * says so.
 *
 * @param count the largest number of items
 * @param ratio the largest part of the replica's items in the scope, from 0 to 1; {@value #SMALL}
 *     items or fewer are always within it
 * @param emptySource whether a source without any item may empty its replica
 */
public record DeleteLimit(long count, double ratio, EmptySource emptySource) {

  /** So few items are not measured by the ratio. */
  public static final long SMALL = 10;

  /** What to do when the source holds nothing at all. */
  public enum EmptySource {
    /** Nothing is deleted: more likely the wrong source was mounted than that all is gone. */
    REFUSED,
    /** It is as good a state as any other. */
    ALLOWED
  }

  public DeleteLimit {
    if (count < 0) {
      throw SyncException.invalid("a delete limit must not be negative: " + count);
    }
    if (!(ratio >= 0 && ratio <= 1)) {
      throw SyncException.invalid("the ratio of a delete limit lies between 0 and 1: " + ratio);
    }
  }

  /** At most 1,000 items and a tenth of the replica; an empty source deletes nothing. */
  public static DeleteLimit standard() {
    return new DeleteLimit(1_000, 0.1, EmptySource.REFUSED);
  }

  /** At most so many items and so large a part of the replica; an empty source deletes nothing. */
  public static DeleteLimit of(long count, double ratio) {
    return new DeleteLimit(count, ratio, EmptySource.REFUSED);
  }

  /** Nothing is ever deleted. */
  public static DeleteLimit none() {
    return of(0, 0);
  }

  /** The same limit, and a source without any item may empty its replica, within the limit. */
  public DeleteLimit allowEmptySource() {
    return new DeleteLimit(count, ratio, EmptySource.ALLOWED);
  }

  /** The largest number of deletes for a replica of this size. */
  public long allowed(long replicaSize) {
    return Math.min(count, Math.max(SMALL, (long) (ratio * replicaSize + 1e-6)));
  }
}
