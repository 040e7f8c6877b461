package dev.chirograph.s3.batch;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows of fields with commas between them, as RFC 4180 has them: a field in quotes may hold
 * commas, line ends, and quotes that are doubled. Rows of any length would take any memory, so they
 * have a longest.
 */
final class CsvReader {

  private static final int LONGEST_ROW = 1 << 20;
  private static final int END = -1;

  private final InputStream in;
  private final ByteArrayOutputStream field = new ByteArrayOutputStream();
  private int length;
  private long row;

  CsvReader(InputStream in) {
    this.in = new BufferedInputStream(in, 1 << 16);
  }

  /** The number of the row that was read last; the first is 1. */
  long row() {
    return row;
  }

  /**
   * The fields of the next row that is not empty; null at the end.
   *
   * @throws SyncException CORRUPT when it is none
   */
  @Nullable List<String> next() throws IOException {
    while (true) {
      length = 0;
      int first = read();
      if (first == END) {
        return null;
      }
      row++;
      if (first == '\n' || (first == '\r' && read() == '\n')) {
        continue;
      }
      return row(first);
    }
  }

  private List<String> row(int first) throws IOException {
    List<String> fields = new ArrayList<>();
    int next = first;
    while (true) {
      int end = next == '"' ? quoted() : plain(next);
      fields.add(field.toString(StandardCharsets.UTF_8));
      field.reset();
      if (end == '\r') {
        end = read();
        if (end != '\n') {
          throw corrupt("has a carriage return that ends no line");
        }
      }
      if (end != ',') {
        return fields;
      }
      next = read();
    }
  }

  /** Reads a field whose first byte was read; answers what ended it. */
  private int plain(int first) throws IOException {
    int next = first;
    while (next != ',' && next != '\n' && next != '\r' && next != END) {
      field.write(next);
      next = read();
    }
    return next;
  }

  /** Reads the rest of a field in quotes; answers what came behind it. */
  private int quoted() throws IOException {
    while (true) {
      int next = read();
      if (next == END) {
        throw corrupt("ends inside of quotes");
      }
      if (next != '"') {
        field.write(next);
        continue;
      }
      int behind = read();
      if (behind != '"') {
        if (behind != ',' && behind != '\n' && behind != '\r' && behind != END) {
          throw corrupt("goes on behind closing quotes");
        }
        return behind;
      }
      field.write('"');
    }
  }

  private int read() throws IOException {
    if (++length > LONGEST_ROW) {
      throw corrupt("is longer than " + LONGEST_ROW + " bytes");
    }
    return in.read();
  }

  private SyncException corrupt(String what) {
    return new SyncException(Kind.CORRUPT, what);
  }
}
