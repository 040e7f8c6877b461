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
    return new Resuming(source, range, !source.capabilities().ordered());
  }

  /** All of a source in its own order: to see whether it holds anything. */
  Listing openUnsorted(Source<?> source) {
    return new Resuming(source, KeyRange.all(), false);
  }

  /** Goes on after the last key when a listing breaks off, and notices keys out of order. */
  private final class Resuming implements Listing {
    private final Source<?> source;
    private final KeyRange range;
    private final boolean sorting;
    private @Nullable Listing current;
    private @Nullable Key last;
    private @Nullable Entry ahead;
    private @Nullable End end;
    private @Nullable SyncException why;
    private int failures;

    Resuming(Source<?> source, KeyRange range, boolean sorting) {
      this.source = source;
      this.range = range;
      this.sorting = sorting;
    }

    @Override
    public boolean hasNext() {
      while (ahead == null && end == null) {
        advance();
      }
      return ahead != null;
    }

    private void advance() {
      try {
        Listing listing = current == null ? opened() : current;
        if (listing.hasNext()) {
          accept(listing.next());
        } else if (listing.end() == End.COMPLETE) {
          end = End.COMPLETE;
        } else {
          broke(listing.end(), listing.why().orElseGet(this::unexplained));
        }
      } catch (RuntimeException e) {
        broke(End.CUT, SyncException.of(e)); // SRC-3 forbids it; a host's own source may still do
      }
    }

    private Listing opened() {
      Listing raw = source.list(last == null ? range : range.after(last));
      Listing opened = sorting ? ExternalSort.sort(raw) : raw;
      current = opened;
      return opened;
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

    private SyncException unexplained() {
      return new SyncException(
          SyncException.Kind.UNEXPECTED, "the listing of " + source + " did not say why it ended");
    }

    /** Only what was cut is taken up again; what was refused will be refused again. */
    private void broke(End how, SyncException error) {
      close();
      if (how == End.CUT && retries.again(error, ++failures)) {
        pacing.await(retries.pause(failures, random));
      } else {
        end = how;
        why = error;
      }
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
      if (current != null) {
        current.close();
        current = null;
      }
    }
  }
}
