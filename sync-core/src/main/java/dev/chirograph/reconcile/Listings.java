package dev.chirograph.reconcile;

import dev.chirograph.Entry;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.Pacing;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.spi.Source;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Opens listings as the merge needs them: in key order, taken up again after a break, and never
 * complete when they were not.
 */
final class Listings {

  private final RetryPolicy retries;
  private final Pacing pacing;
  private final RandomGenerator random;

  Listings(RetryPolicy retries, Pacing pacing, RandomGenerator random) {
    this.retries = retries;
    this.pacing = pacing;
    this.random = random;
  }

  /** A listing in key order; a source without order is sorted on disk first. */
  Listing open(Source<?> source, KeyRange range) {
    return source.capabilities().ordered() ? new Resuming(source, range) : sorted(source, range);
  }

  /** Sorting needs the whole, so a broken listing is taken up from its beginning. */
  private Listing sorted(Source<?> source, KeyRange range) {
    for (int failures = 1; ; failures++) {
      Listing sorted = ExternalSort.sort(source.list(range));
      Optional<SyncException> why = sorted.why();
      if (why.isEmpty() || !retries.again(why.get(), failures)) {
        return sorted;
      }
      sorted.close();
      pacing.await(retries.pause(failures, random));
    }
  }

  /** Goes on after the last key when a listing breaks off, and notices keys out of order. */
  private final class Resuming implements Listing {
    private final Source<?> source;
    private final KeyRange range;
    private Listing current;
    private @Nullable Key last;
    private @Nullable Entry ahead;
    private @Nullable End end;
    private @Nullable SyncException why;
    private int failures;

    Resuming(Source<?> source, KeyRange range) {
      this.source = source;
      this.range = range;
      this.current = source.list(range);
    }

    @Override
    public boolean hasNext() {
      while (ahead == null && end == null) {
        if (current.hasNext()) {
          accept(current.next());
        } else if (!resumed()) {
          end = current.end();
          why = current.why().orElse(null);
        }
      }
      return ahead != null;
    }

    private void accept(Entry entry) {
      if ((last != null && entry.key().compareTo(last) <= 0) || !range.contains(entry.key())) {
        end = End.UNSORTED;
        why =
            new SyncException(
                SyncException.Kind.CORRUPT,
                "the listing of "
                    + source
                    + " gave the key "
                    + entry.key()
                    + (last == null ? "" : " after " + last)
                    + ", which is not in the order or range that was asked for; declare the source as"
                    + " unordered if this is how it lists");
        return;
      }
      ahead = entry;
      last = entry.key();
      failures = 0;
    }

    private boolean resumed() {
      SyncException error = current.why().orElse(null);
      if (current.end() != End.CUT || error == null || !retries.again(error, ++failures)) {
        return false;
      }
      current.close();
      pacing.await(retries.pause(failures, random));
      current = source.list(last == null ? range : range.after(last));
      return true;
    }

    @Override
    public Entry next() {
      if (!hasNext() || ahead == null) {
        throw new NoSuchElementException();
      }
      Entry entry = ahead;
      ahead = null;
      return entry;
    }

    @Override
    public End end() {
      if (end == null) {
        throw new IllegalStateException("the listing has not ended yet");
      }
      return end;
    }

    @Override
    public Optional<SyncException> why() {
      return Optional.ofNullable(why);
    }

    @Override
    public void close() {
      current.close();
    }
  }
}
