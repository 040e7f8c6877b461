package dev.chirograph.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.chirograph.SyncException;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.TableInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Rows, their versions, and what a table is like, as JSON. */
final class RowWire {

  private static final int HEX_DIGITS = 16;
  private static final int MOST_INCARNATION = 10_000;
  private static final HexFormat HEX = HexFormat.of();

  private RowWire() {}

  // ---- rows

  /** A row of an answer; its version is told where it is not the one in the cells. */
  static void write(JsonGenerator out, RowFormat format, Row row) throws IOException {
    boolean told = row.mark().equals(format.mark(row.cells()));
    write(out, row, told ? Optional.empty() : Optional.of(row.mark()));
  }

  /** A row to be put; key and version are in its cells, if they are any. */
  static void writePut(JsonGenerator out, Row row) throws IOException {
    write(out, row, Optional.empty());
  }

  /** The texts of the cells; an object where there is more to say. */
  private static void write(JsonGenerator out, Row row, Optional<Mark> mark) throws IOException {
    if (mark.isEmpty() && row.count() == 1) {
      cells(out, row.cells());
      return;
    }
    out.writeStartObject();
    out.writeFieldName("cells");
    cells(out, row.cells());
    if (mark.isPresent()) {
      out.writeNumberField("mark", mark.get().value());
    }
    if (row.count() != 1) {
      out.writeNumberField("count", row.count());
    }
    out.writeEndObject();
  }

  private static void cells(JsonGenerator out, List<@Nullable String> cells) throws IOException {
    out.writeStartArray();
    for (String cell : cells) {
      if (cell == null) {
        out.writeNull();
      } else {
        out.writeString(cell);
      }
    }
    out.writeEndArray();
  }

  /**
   * Reads a row of an answer.
   *
   * @param most about how many bytes it may have
   */
  static Row row(JsonIn in, RowFormat format, long most) throws IOException {
    return row(in, format, most, (cells, told) -> told.orElseGet(() -> format.mark(cells)));
  }

  /**
   * Reads a row to be put, whose version is the one in its cells, whatever else is said. Where
   * there is none in them, the table says so: what it thinks of the fence comes first.
   */
  static Row put(JsonIn in, RowFormat format, long most) throws IOException {
    return row(in, format, most, (cells, told) -> markOrFirst(format, cells));
  }

  private static Mark markOrFirst(RowFormat format, List<@Nullable String> cells) {
    try {
      return format.mark(cells);
    } catch (SyncException e) {
      return Mark.FIRST;
    }
  }

  /** Which version a row has. */
  private interface Versioning {
    Mark mark(List<@Nullable String> cells, Optional<Mark> told);
  }

  private static Row row(JsonIn in, RowFormat format, long most, Versioning versions)
      throws IOException {
    if (in.isArray()) {
      List<@Nullable String> cells = cells(in, format, most);
      return new Row(format.key(cells), versions.mark(cells, Optional.empty()), cells, 1);
    }
    Member<List<@Nullable String>> cells = Member.of("cells", value -> cells(value, format, most));
    Member<Long> mark = Member.whole("mark");
    Member<Long> count = Member.whole("count");
    in.object(cells, mark, count);
    if (count.or(1L) < 1) {
      throw in.wrong("a row stands for less than one");
    }
    List<@Nullable String> read = cells.required(in);
    Mark version = versions.mark(read, mark.optional().map(Mark::new));
    return new Row(format.key(read), version, read, count.or(1L));
  }

  private static List<@Nullable String> cells(JsonIn in, RowFormat format, long most)
      throws IOException {
    long[] left = {most};
    List<Optional<String>> read =
        in.array(
            FormatWire.MOST_COLUMNS,
            cell -> {
              Optional<String> text = cell.orNull(JsonIn::text);
              left[0] -= text.map(String::length).orElse(0);
              if (left[0] < 0) {
                throw new WireException.TooLarge("a row has more than " + most + " bytes");
              }
              return text;
            });
    if (read.size() != format.columns().size()) {
      throw in.wrong("a row has not as many cells as the format has columns");
    }
    List<@Nullable String> cells = new ArrayList<>(read.size());
    for (Optional<String> cell : read) {
      cells.add(cell.isPresent() ? cell.get() : null);
    }
    checkKey(in, format, cells);
    return cells;
  }

  /** Nothing that identifies a row is null. */
  private static void checkKey(JsonIn in, RowFormat format, List<@Nullable String> cells)
      throws IOException {
    for (String column : format.key()) {
      if (cells.get(format.indexOf(column)) == null) {
        throw in.wrong("a row has no value in a column of its key");
      }
    }
  }

  // ---- versions

  /** Key, version and hash; and how many rows, where that is not one. */
  static void write(JsonGenerator out, RowVersion row) throws IOException {
    out.writeStartArray();
    out.writeString(row.key().text());
    out.writeNumber(row.mark().value());
    out.writeString(HEX.toHexDigits(row.hash()));
    if (row.count() != 1) {
      out.writeNumber(row.count());
    }
    out.writeEndArray();
  }

  static RowVersion version(JsonIn in) throws IOException {
    Parts parts = new Parts();
    int number = in.array(4, parts::read).size();
    if (number < 3 || parts.count < 1) {
      throw in.wrong("a version is not key, version, hash, and how many");
    }
    return new RowVersion(parts.key, parts.mark, parts.hash, parts.count);
  }

  private static final class Parts {
    private int at;
    private RowKey key = new RowKey("");
    private Mark mark = Mark.FIRST;
    private long hash;
    private long count = 1;

    private int read(JsonIn in) throws IOException {
      switch (at) {
        case 0 -> key = new RowKey(in.text());
        case 1 -> mark = new Mark(in.whole());
        case 2 -> hash = hash(in);
        default -> count = in.whole();
      }
      return at++;
    }
  }

  private static long hash(JsonIn in) throws IOException {
    String digits = in.text();
    if (digits.length() != HEX_DIGITS) {
      throw in.wrong("a hash does not have 16 digits");
    }
    try {
      return HexFormat.fromHexDigitsToLong(digits);
    } catch (IllegalArgumentException e) {
      throw in.wrong("a hash is not hexadecimal");
    }
  }

  // ---- keys

  static void writeKeys(JsonGenerator out, List<RowKey> keys) throws IOException {
    out.writeArrayFieldStart("keys");
    for (RowKey key : keys) {
      out.writeString(key.text());
    }
    out.writeEndArray();
  }

  static RowKey key(JsonIn in) throws IOException {
    return new RowKey(in.text());
  }

  // ---- cursors and infos

  static void write(JsonGenerator out, Cursor cursor) throws IOException {
    out.writeStartObject();
    out.writeNumberField("mark", cursor.mark().value());
    if (cursor.key().isPresent()) {
      out.writeStringField("key", cursor.key().get().text());
    }
    out.writeStringField("incarnation", cursor.incarnation());
    out.writeEndObject();
  }

  static Cursor cursor(JsonIn in) throws IOException {
    Member<Long> mark = Member.whole("mark");
    Member<RowKey> key = Member.of("key", RowWire::key);
    Member<String> incarnation = Member.of("incarnation", value -> value.text(MOST_INCARNATION));
    in.object(mark, key, incarnation);
    return new Cursor(new Mark(mark.required(in)), key.optional(), incarnation.required(in));
  }

  static void write(JsonGenerator out, TableInfo info) throws IOException {
    out.writeStartObject();
    out.writeStringField("table", info.table());
    out.writeNumberField("rows", info.rows());
    if (info.last().isPresent()) {
      out.writeNumberField("last", info.last().get().value());
    }
    out.writeStringField("fingerprint", info.fingerprint());
    out.writeStringField("incarnation", info.incarnation());
    out.writeEndObject();
  }

  static TableInfo info(JsonIn in) throws IOException {
    Member<String> table = Member.text("table");
    Member<Long> rows = Member.whole("rows");
    Member<Long> last = Member.whole("last");
    Member<String> fingerprint = Member.text("fingerprint");
    Member<String> incarnation = Member.text("incarnation");
    in.object(table, rows, last, fingerprint, incarnation);
    return new TableInfo(
        table.required(in),
        rows.required(in),
        last.optional().map(Mark::new),
        fingerprint.required(in),
        incarnation.required(in));
  }
}
