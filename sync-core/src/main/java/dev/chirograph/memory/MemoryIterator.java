package dev.chirograph.memory;

import dev.chirograph.CloseableIterator;
import java.util.Iterator;

/** An iterator that holds nothing open. */
final class MemoryIterator<T> implements CloseableIterator<T> {

  private final Iterator<T> values;

  MemoryIterator(Iterator<T> values) {
    this.values = values;
  }

  @Override
  public boolean hasNext() {
    return values.hasNext();
  }

  @Override
  public T next() {
    return values.next();
  }

  @Override
  public void close() {}
}
