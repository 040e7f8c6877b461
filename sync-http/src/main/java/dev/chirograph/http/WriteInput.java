package dev.chirograph.http;

import dev.chirograph.spi.table.ReplicaTable.Write;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A write as it is sent, made while it is read: a few lines at a time are in memory, or one where
 * it is large. Not safe for use by several threads.
 */
final class WriteInput extends InputStream {

  private static final int PIECE = 1 << 15;

  private final Write write;
  private final Piece piece = new Piece();
  private final boolean gzip;
  private Gzip.@Nullable Stream zipped;
  private int line;
  private boolean finished;

  /**
   * @param gzip whether it is compressed
   */
  WriteInput(Write write, boolean gzip) {
    this.write = write;
    this.gzip = gzip;
  }

  /** What is ready to be read. */
  private static final class Piece extends ByteArrayOutputStream {
    private int read;

    int left() {
      return count - read;
    }

    int take(byte[] to, int offset, int length) {
      int number = Math.min(length, left());
      System.arraycopy(buf, read, to, offset, number);
      read += number;
      if (left() == 0) {
        reset();
        read = 0;
      }
      return number;
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    while (piece.left() == 0 && !finished) {
      fill();
    }
    return piece.left() == 0 ? -1 : piece.take(bytes, offset, length);
  }

  private void fill() throws IOException {
    if (gzip && zipped == null) {
      zipped = new Gzip.Stream(piece);
    }
    OutputStream to = zipped == null ? piece : zipped;
    int lines = RowStream.lines(write);
    while (line < lines && piece.left() < PIECE) {
      RowStream.line(write, line++, to);
    }
    if (line == lines) {
      finished = true;
      if (zipped != null) {
        zipped.finish();
        zipped.end();
      }
    }
  }

  @Override
  public void close() {
    finished = true;
    if (zipped != null) {
      zipped.end();
    }
  }
}
