package dev.chirograph.s3;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A content of a stated length, watched: it hands out its last bytes only after the content has
 * ended behind them. So a request whose content is too short or too long never becomes whole, and
 * the store discards it.
 */
class ExactStream extends FilterInputStream {

  private final long size;
  private final boolean endsWithContent;
  private long given;
  private boolean closed;
  private @Nullable IOException trouble;

  private ExactStream(InputStream content, long size, boolean endsWithContent) {
    super(content);
    this.size = size;
    this.endsWithContent = endsWithContent;
  }

  /** The whole of a content. */
  static ExactStream whole(InputStream content, long size) {
    return new ExactStream(content, size, true);
  }

  /** The next part of a content; closing it leaves the content open. */
  static ExactStream part(InputStream content, long size, boolean last) {
    return new ExactStream(content, size, last) {
      @Override
      public void close() {}
    };
  }

  /** The content has another length than was stated. */
  static final class Misstated extends IOException {
    private static final long serialVersionUID = 1L;

    private Misstated(String message) {
      super(message);
    }
  }

  /** What is wrong with the content; null when nothing was found. */
  @Nullable IOException trouble() {
    return trouble;
  }

  /** Reads all of it; for what is small enough. */
  void readInto(byte[] buffer) throws IOException {
    int filled = 0;
    while (filled < size) {
      filled += read(buffer, filled, (int) size - filled);
    }
  }

  /**
   * Makes sure that an empty content is empty, since nobody reads one.
   *
   * @throws IOException when it is not
   */
  void checkEmpty() throws IOException {
    if (size == 0 && endsWithContent) {
      checkEnd();
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (given == size) {
      return -1;
    }
    if (length == 0) {
      return 0;
    }
    int read = readContent(target, offset, (int) Math.min(length, size - given));
    if (read < 0) {
      throw failed(new Misstated("the content ended after " + given + " of " + size + " bytes"));
    }
    given += read;
    if (given == size && endsWithContent) {
      checkEnd();
    }
    return read;
  }

  private int readContent(byte[] target, int offset, int length) throws IOException {
    try {
      return in.read(target, offset, length);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void checkEnd() throws IOException {
    byte[] rest = new byte[1];
    if (readContent(rest, 0, 1) >= 0) {
      throw failed(new Misstated("the content goes on after " + size + " bytes"));
    }
  }

  private IOException failed(IOException why) {
    trouble = why;
    return why;
  }

  @Override
  public long skip(long bytes) throws IOException {
    byte[] skipped = new byte[(int) Math.min(Math.max(bytes, 0), 8_192)];
    return Math.max(0, read(skipped, 0, skipped.length));
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      super.close();
    }
  }

  @Override
  public int available() {
    return 0;
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
