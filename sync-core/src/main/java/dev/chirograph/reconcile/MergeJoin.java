package dev.chirograph.reconcile;

import dev.chirograph.Entry;
import dev.chirograph.Key;
import dev.chirograph.Listing;
import org.jspecify.annotations.Nullable;

/**
 * The walk over two listings in key order. Each key is given once: only left, only right, or both.
 *
 * <p>That a key is only on one side is said only while the other side's listing still goes on or
 * has ended as complete: when either listing breaks off, the walk ends there.
 */
final class MergeJoin {

  /** What is called back; answering false ends the walk before the next key. */
  interface Visitor {
    boolean onlyLeft(Entry left);

    boolean onlyRight(Entry right);

    boolean both(Entry left, Entry right);
  }

  private MergeJoin() {}

  static void walk(Listing left, Listing right, Visitor visitor) {
    Entry l = next(left);
    Entry r = next(right);
    boolean on = true;
    while (on && (l != null || r != null)) {
      if ((l == null && broken(left)) || (r == null && broken(right))) {
        return;
      }
      int order = l == null ? 1 : r == null ? -1 : compare(l.key(), r.key());
      if (order < 0) {
        on = visitor.onlyLeft(notNull(l));
        l = on ? next(left) : null;
      } else if (order > 0) {
        on = visitor.onlyRight(notNull(r));
        r = on ? next(right) : null;
      } else {
        on = visitor.both(notNull(l), notNull(r));
        l = on ? next(left) : null;
        r = on ? next(right) : null;
      }
    }
  }

  private static int compare(Key left, Key right) {
    return left.compareTo(right);
  }

  private static boolean broken(Listing listing) {
    return listing.end() != Listing.End.COMPLETE;
  }

  private static @Nullable Entry next(Listing listing) {
    return listing.hasNext() ? listing.next() : null;
  }

  private static Entry notNull(@Nullable Entry entry) {
    if (entry == null) {
      throw new IllegalStateException("the order of two entries was decided without an entry");
    }
    return entry;
  }
}
