package dev.chirograph.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Bytes of which there may not be more than so many. */
final class LimitedInput extends FilterInputStream {

  private final long most;
  private long left;

  LimitedInput(InputStream in, long most) {
    super(in);
    this.most = most;
    this.left = most;
  }

  /** There are more bytes than allowed. */
  static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    TooLongException(long most) {
      super("there are more than " + most + " bytes");
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    // One more than is left, so that whoever ends exactly at the limit is not refused.
    int read = in.read(bytes, offset, (int) Math.min(length, left + 1));
    if (read > left) {
      throw new TooLongException(most);
    }
    left -= Math.max(read, 0);
    return read;
  }

  @Override
  public long skip(long bytes) {
    return 0; // whoever wants to skip has to read
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
