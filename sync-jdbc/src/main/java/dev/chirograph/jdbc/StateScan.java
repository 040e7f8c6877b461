package dev.chirograph.jdbc;

import dev.chirograph.CloseableIterator;
import dev.chirograph.KeyRange;
import dev.chirograph.spi.StateStore.Stored;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** The records of a range, a page at a time; nothing is open between two pages. */
final class StateScan implements CloseableIterator<Stored> {

  private static final int PAGE_RECORDS = 500;
  private static final long PAGE_BYTES = 4 << 20;

  private final StateTable table;
  private final String space;
  private KeyRange rest;
  private Iterator<Stored> page = Collections.emptyIterator();
  private boolean last;

  StateScan(StateTable table, String space, KeyRange range) {
    this.table = table;
    this.space = space;
    this.rest = range;
    this.last = range.isEmpty();
  }

  @Override
  public boolean hasNext() {
    if (!page.hasNext() && !last) {
      turn();
    }
    return page.hasNext();
  }

  private void turn() {
    List<Stored> records = table.page(space, rest, PAGE_RECORDS, PAGE_BYTES);
    long bytes = records.stream().mapToLong(record -> record.value().length).sum();
    last = records.size() < PAGE_RECORDS && bytes < PAGE_BYTES;
    if (!records.isEmpty()) {
      rest = rest.after(records.get(records.size() - 1).key());
      last = last || rest.isEmpty();
    }
    page = records.iterator();
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
    last = true;
  }
}
