package dev.chirograph.testkit;

import dev.chirograph.spi.BlobStore.Content;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/** Contents that make trouble, and contents that are too large to be held. */
final class Streams {

  private static final int PIECE = 64 * 1024;

  private Streams() {}

  /** So many equal bytes. */
  static InputStream repeating(char value, long size) {
    return new Generated(size, Integer.MAX_VALUE, Long.MAX_VALUE, position -> value);
  }

  /** So many bytes of a pattern, at most 64 KiB in one read. */
  static InputStream inPieces(long size) {
    return new Generated(size, PIECE, Long.MAX_VALUE, position -> (int) ((position * 31) >>> 3));
  }

  /** A stream that fails after so many bytes. */
  static InputStream breakingAfter(long size) {
    return new Generated(Long.MAX_VALUE, PIECE, size, position -> 'x');
  }

  /** The SHA-256 of everything that is left, in hexadecimal. */
  static String digest(InputStream in) throws IOException {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[PIECE];
      DigestInputStream digesting = new DigestInputStream(in, sha);
      while (digesting.read(buffer) >= 0) {
        Objects.requireNonNull(buffer);
      }
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** What stands at a position. */
  private interface Pattern {
    int at(long position);
  }

  private static final class Generated extends InputStream {
    private final long size;
    private final int piece;
    private final long breaksAt;
    private final Pattern pattern;
    private long position;

    private Generated(long size, int piece, long breaksAt, Pattern pattern) {
      this.size = size;
      this.piece = piece;
      this.breaksAt = breaksAt;
      this.pattern = pattern;
    }

    @Override
    public int read() throws IOException {
      if (position >= breaksAt) {
        throw new IOException("the content broke off after " + position + " bytes");
      }
      return position >= size ? -1 : pattern.at(position++) & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, buffer.length);
      int read = 0;
      while (read < Math.min(length, piece)) {
        int value = read();
        if (value < 0) {
          return read == 0 ? -1 : read;
        }
        buffer[offset + read++] = (byte) value;
      }
      return read;
    }
  }

  /** Bytes that count how often they are opened and closed. */
  static final class Counting implements Content {
    private final byte[] bytes;
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();

    Counting(byte[] bytes) {
      this.bytes = bytes;
    }

    int opened() {
      return opened.get();
    }

    int closed() {
      return closed.get();
    }

    @Override
    public InputStream open() {
      opened.incrementAndGet();
      return new FilterInputStream(new ByteArrayInputStream(bytes)) {
        private boolean open = true;

        @Override
        public void close() {
          if (open) {
            open = false;
            closed.incrementAndGet();
          }
        }
      };
    }
  }
}
