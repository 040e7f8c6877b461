package dev.chirograph;

import java.util.Iterator;

/**
 * A stream of values that holds something open, such as a cursor or a connection. For one thread;
 * closing twice is harmless.
 *
 * @param <T> the type of the values
 */
public interface CloseableIterator<T> extends Iterator<T>, AutoCloseable {
  @Override
  void close();
}
