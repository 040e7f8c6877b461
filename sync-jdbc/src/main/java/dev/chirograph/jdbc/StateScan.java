package dev.chirograph.jdbc;

import dev.chirograph.CloseableIterator;
import dev.chirograph.KeyRange;
import dev.chirograph.spi.StateStore.Stored;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The records of a range, a page at a time; nothing is open between two pages. */
final class StateScan implements CloseableIterator<Stored> {

  private static final int PAGE_RECORDS = 500;
  private static final long PAGE_BYTES = 4 << 20;

  private final StateTable table;
  private final String space;
  private Iterator<Stored> page = Collections.emptyIterator();

  /** What is not read yet; null when nothing is left. */
  private @Nullable KeyRange rest;

  StateScan(StateTable table, String space, KeyRange range) {
    this.table = table;
    this.space = space;
    this.rest = range.isEmpty() ? null : range;
  }

  @Override
  public boolean hasNext() {
    // What a page was to hold may have been removed meanwhile; the next one may have records.
    while (!page.hasNext() && rest != null) {
      StateTable.Page next = table.page(space, rest, PAGE_RECORDS, PAGE_BYTES);
      page = next.records().iterator();
      rest = next.rest().orElse(null);
    }
    return page.hasNext();
  }

  @Override
  public Stored next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the scan has ended");
    }
    return page.next();
  }

  @Override
  public void close() {
    page = Collections.emptyIterator();
    rest = null;
  }
}
