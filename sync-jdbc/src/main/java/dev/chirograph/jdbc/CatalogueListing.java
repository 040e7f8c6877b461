package dev.chirograph.jdbc;

import dev.chirograph.Entry;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.SyncException;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A listing read a page at a time, each after the last key of the one before. */
final class CatalogueListing implements Listing {

  /** Small ranges are many: they do not pay for the buffers of a large page. */
  private static final int FIRST_PAGE = 1_000;

  private static final int PAGE = 4_000;

  private final Pages pages;
  private KeyRange rest;
  private int size = FIRST_PAGE;
  private Iterator<Entry> page = Collections.emptyIterator();
  private @Nullable End end;
  private @Nullable SyncException why;

  CatalogueListing(Pages pages, KeyRange range) {
    this.pages = pages;
    this.rest = range;
    if (range.isEmpty()) {
      end = End.COMPLETE;
    }
  }

  /** Reads the first entries of a range. */
  @FunctionalInterface
  interface Pages {
    List<Entry> read(KeyRange range, int most);
  }

  @Override
  public boolean hasNext() {
    if (!page.hasNext() && end == null) {
      turn();
    }
    return page.hasNext();
  }

  private void turn() {
    try {
      List<Entry> entries = pages.read(rest, size);
      if (!entries.isEmpty()) {
        rest = rest.after(entries.get(entries.size() - 1).key());
      }
      if (entries.size() < size || rest.isEmpty()) {
        end = End.COMPLETE;
      }
      size = PAGE;
      page = entries.iterator();
    } catch (SyncException e) {
      end = refusal(e) ? End.REFUSED : End.CUT;
      why = e;
    }
  }

  private static boolean refusal(SyncException error) {
    return error.kind() == SyncException.Kind.PERMISSION_DENIED
        || error.kind() == SyncException.Kind.NOT_FOUND;
  }

  @Override
  public Entry next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the listing has ended");
    }
    return page.next();
  }

  @Override
  public End end() {
    End known = end;
    if (known == null || page.hasNext()) {
      throw new IllegalStateException("the listing has not ended: read it until hasNext is false");
    }
    return known;
  }

  @Override
  public Optional<SyncException> why() {
    return Optional.ofNullable(why);
  }

  @Override
  public void close() {
    if (end == null || page.hasNext()) {
      page = Collections.emptyIterator();
      end = End.CUT;
      why =
          new SyncException(
              SyncException.Kind.UNEXPECTED, "the listing was closed before it had ended");
    }
  }
}
