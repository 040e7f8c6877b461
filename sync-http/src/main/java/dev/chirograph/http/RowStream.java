package dev.chirograph.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.chirograph.http.TableRequests.Head;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * A write as lines of JSON: what it is, then the rows to put, then those to delete. The first line
 * says how many there are, so that nobody takes a part for the whole, and what is too much is
 * refused before it is read.
 */
final class RowStream {

  static final String TYPE = "application/x-ndjson";

  private RowStream() {}

  // ---- writing

  static Head head(Write write) {
    return new Head(
        write.fence(),
        write.format(),
        write.salt(),
        write.cursor(),
        write.puts().size(),
        write.deletes().size());
  }

  /** One line of a write: the first is 0. */
  static void line(Write write, int line, OutputStream to) throws IOException {
    try (JsonGenerator out = Json.writer(to)) {
      int put = line - 1;
      int delete = put - write.puts().size();
      if (line == 0) {
        head(write).write(out);
      } else if (delete < 0) {
        RowWire.writePut(out, write.puts().get(put));
      } else {
        RowWire.write(out, write.deletes().get(delete));
      }
    }
    to.write('\n');
  }

  static int lines(Write write) {
    return 1 + write.puts().size() + write.deletes().size();
  }

  // ---- reading

  /** Looks at the first line before more is read. */
  interface HeadCheck {
    void check(Head head) throws RefusedException;
  }

  /** Reads a write to its end, and no row more than is allowed. */
  static Write read(JsonFactory factory, InputStream from, TableLimits limits, HeadCheck check)
      throws IOException, RefusedException {
    try (JsonIn in = Json.reader(factory, from)) {
      Head head = JsonIn.next(in, Head::read);
      if ((long) head.puts() + head.deletes() > limits.rows()) {
        throw new WireException.TooLarge("a write has more than " + limits.rows() + " rows");
      }
      check.check(head);
      List<Row> puts = puts(in, head, limits);
      List<RowVersion> deletes = deletes(in, head, limits);
      in.end();
      return new Write(head.fence(), head.format(), head.salt(), puts, deletes, head.cursor());
    }
  }

  private static List<Row> puts(JsonIn in, Head head, TableLimits limits) throws IOException {
    List<Row> puts = new ArrayList<>();
    long most = limits.bytesOf(head.puts());
    EqualRows equal = new EqualRows();
    long bytes = 0;
    for (int i = 0; i < head.puts(); i++) {
      Row row = JsonIn.next(in, value -> RowWire.put(value, head.format(), limits.row()));
      bytes += row.bytes();
      checkBytes(bytes, most);
      if (!equal.takes(row)) {
        throw new WireException.TooLarge("the rows of a write stand for too many equal ones");
      }
      puts.add(row);
    }
    return puts;
  }

  private static List<RowVersion> deletes(JsonIn in, Head head, TableLimits limits)
      throws IOException {
    List<RowVersion> deletes = new ArrayList<>();
    long bytes = 0;
    for (int i = 0; i < head.deletes(); i++) {
      RowVersion row = JsonIn.next(in, RowWire::version);
      bytes += row.key().text().length();
      checkBytes(bytes, limits.bytesOf(head.deletes()));
      deletes.add(row);
    }
    return deletes;
  }

  private static void checkBytes(long bytes, long most) throws IOException {
    if (bytes > most) {
      throw new WireException.TooLarge("the rows of a write have more than " + most + " bytes");
    }
  }
}
