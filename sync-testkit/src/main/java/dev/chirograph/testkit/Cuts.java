package dev.chirograph.testkit;

import dev.chirograph.CloseableIterator;
import dev.chirograph.Entry;
import dev.chirograph.Listing;
import dev.chirograph.SyncException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.NoSuchElementException;
import java.util.Optional;

/** Streams that break off. */
final class Cuts {

  private Cuts() {}

  /** A listing that ends in trouble before its first entry. */
  static final class Ended implements Listing {
    private final End end;
    private final SyncException why;

    Ended(End end, SyncException why) {
      this.end = end;
      this.why = why;
    }

    @Override
    public boolean hasNext() {
      return false;
    }

    @Override
    public Entry next() {
      throw new NoSuchElementException("the listing has ended: " + why);
    }

    @Override
    public End end() {
      return end;
    }

    @Override
    public Optional<SyncException> why() {
      return Optional.of(why);
    }

    @Override
    public void close() {}
  }

  /** A listing that is cut after so many entries, even when nothing would have followed. */
  static final class OfListing implements Listing {
    private final Listing whole;
    private final SyncException why;
    private int left;
    private boolean cut;

    OfListing(Listing whole, int entries, SyncException why) {
      this.whole = whole;
      this.left = entries;
      this.why = why;
    }

    @Override
    public boolean hasNext() {
      cut = cut || left == 0;
      return !cut && whole.hasNext();
    }

    @Override
    public Entry next() {
      if (!hasNext()) {
        throw new NoSuchElementException("the listing has ended");
      }
      left--;
      return whole.next();
    }

    @Override
    public End end() {
      return cut ? End.CUT : whole.end();
    }

    @Override
    public Optional<SyncException> why() {
      return cut ? Optional.of(why) : whole.why();
    }

    @Override
    public void close() {
      whole.close();
    }
  }

  /** An iterator that throws after so many values. */
  static final class OfIterator<T> implements CloseableIterator<T> {
    private final CloseableIterator<T> whole;
    private final SyncException why;
    private int left;

    OfIterator(CloseableIterator<T> whole, int values, SyncException why) {
      this.whole = whole;
      this.left = values;
      this.why = why;
    }

    @Override
    public boolean hasNext() {
      if (left == 0) {
        throw why;
      }
      return whole.hasNext();
    }

    @Override
    public T next() {
      if (left == 0) {
        throw why;
      }
      left--;
      return whole.next();
    }

    @Override
    public void close() {
      whole.close();
    }
  }

  /** A stream that fails after so many bytes. */
  static final class OfStream extends FilterInputStream {
    private final Exception why;
    private long left;

    OfStream(InputStream whole, long bytes, Exception why) {
      super(whole);
      this.left = bytes;
      this.why = why;
    }

    @Override
    public int read() throws IOException {
      check();
      int value = super.read();
      left -= value < 0 ? 0 : 1;
      return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      check();
      int read = super.read(buffer, offset, (int) Math.min(length, left));
      left -= Math.max(read, 0);
      return read;
    }

    @Override
    public long skip(long bytes) throws IOException {
      check();
      long skipped = super.skip(Math.min(bytes, left));
      left -= skipped;
      return skipped;
    }

    @Override
    public boolean markSupported() {
      return false;
    }

    private void check() throws IOException {
      if (left == 0) {
        throw new IOException("the stream broke off", why);
      }
    }
  }
}
