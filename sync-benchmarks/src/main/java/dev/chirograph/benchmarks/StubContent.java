package dev.chirograph.benchmarks;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The bytes of an object. Those of large ones are not kept: they are stretches of one endless
 * sequence of words, each of which tells its own place in it. So what arrives is compared with the
 * sequence, byte for byte, and only remembered as a place and a length.
 */
sealed interface StubContent {

  /** Contents of at most so many bytes may be anything. */
  int SMALL = 1 << 16;

  long size();

  /** The bytes from a position on. */
  InputStream open(long from);

  /** A name of these bytes: equal for equal ones, and for no others. */
  String digest();

  /** What follows when the other is appended, if it is where this one's stretch goes on. */
  Optional<StubContent> with(StubContent other);

  /**
   * Reads a content to its end.
   *
   * @return empty where it is large and not a stretch of the sequence
   */
  static Optional<StubContent> read(InputStream in) throws IOException {
    byte[] block = in.readNBytes(SMALL);
    if (block.length < SMALL) {
      return Optional.of(new Small(block));
    }
    long first = Stretch.place(ByteBuffer.wrap(block).getLong());
    long size = 0;
    boolean same = true;
    byte[] expected = new byte[SMALL];
    while (block.length > 0) {
      Stretch.fill(expected, first + size / Long.BYTES);
      same &= Arrays.equals(block, 0, block.length, expected, 0, block.length);
      size += block.length;
      block = in.readNBytes(SMALL);
    }
    return same ? Optional.of(new Stretch(first, size)) : Optional.empty();
  }

  /** A stretch of the sequence, which is computed when it is read. */
  record Stretch(long first, long size) implements StubContent {

    private static final long FACTOR = 0x9E3779B97F4A7C15L;

    /** Its inverse modulo 2^64. */
    private static final long BACK = 0xF1DE83E19937733DL;

    private static long place(long word) {
      return word * BACK;
    }

    private static void fill(byte[] bytes, long place) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      long word = place * FACTOR;
      for (int at = 0; at < bytes.length; at += Long.BYTES) {
        buffer.putLong(at, word);
        word += FACTOR;
      }
    }

    @Override
    public InputStream open(long from) {
      return new Generator(this, from);
    }

    @Override
    public String digest() {
      return "%016x%016x".formatted(first, size);
    }

    @Override
    public Optional<StubContent> with(StubContent other) {
      return size % Long.BYTES == 0
              && other instanceof Stretch next
              && next.first == first + size / Long.BYTES
          ? Optional.of(new Stretch(first, size + next.size))
          : Optional.empty();
    }
  }

  /** Bytes that are kept. */
  final class Small implements StubContent {
    private final byte[] bytes;

    private Small(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public InputStream open(long from) {
      return new ByteArrayInputStream(bytes, (int) from, bytes.length - (int) from);
    }

    @Override
    public String digest() {
      try {
        return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e); // every JDK has it
      }
    }

    @Override
    public Optional<StubContent> with(StubContent other) {
      return Optional.empty();
    }
  }

  /** Computes a stretch, block by block. */
  final class Generator extends InputStream {
    private final Stretch stretch;
    private final byte[] block = new byte[SMALL];
    private long position;

    private Generator(Stretch stretch, long from) {
      this.stretch = stretch;
      this.position = from;
      fill();
    }

    private void fill() {
      Stretch.fill(block, stretch.first() + position / SMALL * (SMALL / Long.BYTES));
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
      int inBlock = (int) (position % SMALL);
      long most = Math.min(SMALL - inBlock, stretch.size() - position);
      if (most <= 0) {
        return -1;
      }
      int read = (int) Math.min(most, length);
      System.arraycopy(block, inBlock, buffer, offset, read);
      position += read;
      if (position % SMALL == 0) {
        fill();
      }
      return read;
    }
  }
}
