package dev.chirograph.s3;

import dev.chirograph.Entry;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A listing of a bucket: pages turned into the entries of a range, and trouble into an ending. */
final class S3Listing implements Listing {

  private final String bucket;
  private final KeyRange range;
  private final boolean ordered;
  private final EntryPages pages;
  private Iterator<Entry> page = Collections.emptyIterator();
  private @Nullable Entry next;
  private @Nullable Key last;
  private @Nullable End end;
  private @Nullable SyncException why;

  S3Listing(String bucket, KeyRange range, boolean ordered, EntryPages pages) {
    this.bucket = bucket;
    this.range = range;
    this.ordered = ordered;
    this.pages = pages;
    if (range.isEmpty()) {
      finish(End.COMPLETE, null);
    }
  }

  @Override
  public boolean hasNext() {
    while (next == null && end == null) {
      if (page.hasNext()) {
        take(page.next());
      } else {
        turnPage();
      }
    }
    return next != null;
  }

  @Override
  public Entry next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException("the listing of " + bucket + " has ended");
    }
    Entry entry = next;
    next = null;
    return entry;
  }

  private void take(Entry entry) {
    Key key = entry.key();
    if (ordered) {
      if (last != null && key.compareTo(last) <= 0) {
        finish(End.UNSORTED, unsorted(key, last));
        return;
      }
      last = key;
      if (isBeyond(key)) {
        finish(End.COMPLETE, null);
        return;
      }
    }
    if (range.contains(key)) {
      next = entry;
    }
  }

  private boolean isBeyond(Key key) {
    return range.to().filter(to -> key.compareTo(to) >= 0).isPresent();
  }

  private SyncException unsorted(Key key, Key before) {
    return new SyncException(
        Kind.UNSUPPORTED,
        "the listing of "
            + bucket
            + " gave "
            + key
            + " after "
            + before
            + ", which is not the order of bytes; declare the bucket as unordered()");
  }

  private void turnPage() {
    try {
      List<Entry> entries = pages.next();
      if (entries == null) {
        finish(End.COMPLETE, null);
      } else {
        page = entries.iterator();
      }
    } catch (SyncException e) {
      finish(isRefusal(e) ? End.REFUSED : End.CUT, e);
    } catch (RuntimeException e) {
      finish(End.CUT, S3Errors.of("listing", bucket, e));
    }
  }

  private static boolean isRefusal(SyncException e) {
    return e.kind() == Kind.PERMISSION_DENIED || e.kind() == Kind.NOT_FOUND;
  }

  private void finish(End how, @Nullable SyncException cause) {
    end = how;
    why = cause;
    page = Collections.emptyIterator();
    pages.close();
  }

  @Override
  public End end() {
    if (end == null || next != null) {
      throw new IllegalStateException(
          "the listing of " + bucket + " has not ended: read it until hasNext() is false");
    }
    return end;
  }

  @Override
  public Optional<SyncException> why() {
    return Optional.ofNullable(why);
  }

  @Override
  public void close() {
    if (end == null) {
      next = null;
      finish(
          End.CUT,
          new SyncException(
              Kind.UNAVAILABLE, "the listing of " + bucket + " was closed before its end"));
    }
  }
}
