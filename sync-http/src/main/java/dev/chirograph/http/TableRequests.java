package dev.chirograph.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.chirograph.Slice;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The bodies of requests to a table, but for rows that are written. */
final class TableRequests {

  static final int MOST_SALT = 200;
  static final int MOST_PARTS = 1_024;

  private TableRequests() {}

  /** A body that can be written. */
  interface Body {
    void write(JsonGenerator out) throws IOException;
  }

  /** Asks for the digests of slices. */
  record Digests(Selection selection, List<? extends Slice> slices) implements Body {
    @Override
    public void write(JsonGenerator out) throws IOException {
      out.writeStartObject();
      TableRequests.write(out, selection);
      out.writeFieldName("slices");
      SliceWire.write(out, slices);
      out.writeEndObject();
    }

    static Digests read(JsonIn in, TableLimits limits) throws IOException {
      Selected selected = new Selected();
      Member<List<Slice>> slices = slicesOf(limits);
      in.object(selected.format, selected.salt, selected.horizon, slices);
      return new Digests(selected.read(in), slices.required(in));
    }
  }

  /** Asks for the rows of slices. */
  record Manifest(
      Selection selection, List<? extends Slice> slices, Optional<RowKey> after, int limit)
      implements Body {
    @Override
    public void write(JsonGenerator out) throws IOException {
      out.writeStartObject();
      TableRequests.write(out, selection);
      out.writeFieldName("slices");
      SliceWire.write(out, slices);
      if (after.isPresent()) {
        out.writeStringField("after", after.get().text());
      }
      out.writeNumberField("limit", limit);
      out.writeEndObject();
    }

    static Manifest read(JsonIn in, TableLimits limits) throws IOException {
      Selected selected = new Selected();
      Member<List<Slice>> slices = slicesOf(limits);
      Member<RowKey> after = Member.of("after", RowWire::key);
      Member<Integer> limit = number("limit");
      in.object(selected.format, selected.salt, selected.horizon, slices, after, limit);
      return new Manifest(
          selected.read(in), slices.required(in), after.optional(), limit.or(limits.page()));
    }
  }

  /** Asks for the versions of rows by their keys. */
  record Find(RowFormat format, String salt, List<RowKey> keys) implements Body {
    @Override
    public void write(JsonGenerator out) throws IOException {
      out.writeStartObject();
      writeFormat(out, format);
      out.writeStringField("salt", salt);
      RowWire.writeKeys(out, keys);
      out.writeEndObject();
    }

    static Find read(JsonIn in, TableLimits limits) throws IOException {
      Member<RowFormat> format = formatOf();
      Member<String> salt = saltOf();
      Member<List<RowKey>> keys = keysOf(limits);
      in.object(format, salt, keys);
      return new Find(format.required(in), salt.required(in), keys.required(in));
    }
  }

  /** Asks for rows by their keys. */
  record Rows(RowFormat format, List<RowKey> keys, long bytes) implements Body {
    @Override
    public void write(JsonGenerator out) throws IOException {
      out.writeStartObject();
      writeFormat(out, format);
      RowWire.writeKeys(out, keys);
      out.writeNumberField("bytes", bytes);
      out.writeEndObject();
    }

    static Rows read(JsonIn in, TableLimits limits) throws IOException {
      Member<RowFormat> format = formatOf();
      Member<List<RowKey>> keys = keysOf(limits);
      Member<Long> bytes = Member.whole("bytes");
      in.object(format, keys, bytes);
      return new Rows(format.required(in), keys.required(in), bytes.or(limits.bytes()));
    }
  }

  /** Asks for a range to be cut. */
  record Split(RowFormat format, Slice.Marks range, int parts) implements Body {
    @Override
    public void write(JsonGenerator out) throws IOException {
      out.writeStartObject();
      writeFormat(out, format);
      out.writeFieldName("range");
      SliceWire.write(out, range);
      out.writeNumberField("parts", parts);
      out.writeEndObject();
    }

    static Split read(JsonIn in) throws IOException {
      Member<RowFormat> format = formatOf();
      Member<Slice.Marks> range = Member.of("range", SliceWire::range);
      Member<Integer> parts = Member.of("parts", value -> value.whole(1, MOST_PARTS));
      in.object(format, range, parts);
      return new Split(format.required(in), range.required(in), parts.required(in));
    }
  }

  /** Asks for the right to write. */
  record Lease(String agent, Duration duration) implements Body {
    private static final int MOST_AGENT = 200;
    private static final long MOST_MILLIS = Duration.ofDays(1).toMillis();

    @Override
    public void write(JsonGenerator out) throws IOException {
      out.writeStartObject();
      out.writeStringField("agent", agent);
      out.writeNumberField("millis", duration.toMillis());
      out.writeEndObject();
    }

    static Lease read(JsonIn in) throws IOException {
      Member<String> agent = Member.text("agent");
      Member<Long> millis = Member.whole("millis");
      in.object(agent, millis);
      String name = agent.required(in);
      long time = millis.required(in);
      if (name.isEmpty() || name.length() > MOST_AGENT || time < 1 || time > MOST_MILLIS) {
        throw in.wrong(
            "a lease is for an agent with a name of 1 to 200 characters, and for a day at most");
      }
      return new Lease(name, Duration.ofMillis(time));
    }
  }

  /** Deletes rows as they were seen; without a fence under a lease of its own. */
  record Deletes(Optional<Long> fence, RowFormat format, String salt, List<RowVersion> rows)
      implements Body {
    @Override
    public void write(JsonGenerator out) throws IOException {
      out.writeStartObject();
      if (fence.isPresent()) {
        out.writeNumberField("fence", fence.get());
      }
      writeFormat(out, format);
      out.writeStringField("salt", salt);
      out.writeArrayFieldStart("rows");
      for (RowVersion row : rows) {
        RowWire.write(out, row);
      }
      out.writeEndArray();
      out.writeEndObject();
    }

    static Deletes read(JsonIn in, TableLimits limits) throws IOException {
      Member<Long> fence = Member.whole("fence");
      Member<RowFormat> format = formatOf();
      Member<String> salt = saltOf();
      Member<List<RowVersion>> rows =
          Member.of("rows", value -> value.array(limits.rows(), RowWire::version));
      in.object(fence, format, salt, rows);
      return new Deletes(
          fence.optional(), format.required(in), salt.required(in), rows.required(in));
    }
  }

  /** The first line of a write, which says what follows: rows to put, then rows to delete. */
  record Head(
      long fence, RowFormat format, String salt, Optional<Cursor> cursor, int puts, int deletes)
      implements Body {
    @Override
    public void write(JsonGenerator out) throws IOException {
      out.writeStartObject();
      out.writeNumberField("fence", fence);
      writeFormat(out, format);
      out.writeStringField("salt", salt);
      if (cursor.isPresent()) {
        out.writeFieldName("cursor");
        RowWire.write(out, cursor.get());
      }
      out.writeNumberField("puts", puts);
      out.writeNumberField("deletes", deletes);
      out.writeEndObject();
    }

    static Head read(JsonIn in) throws IOException {
      Member<Long> fence = Member.whole("fence");
      Member<RowFormat> format = formatOf();
      Member<String> salt = saltOf();
      Member<Cursor> cursor = Member.of("cursor", RowWire::cursor);
      Member<Integer> puts = count("puts");
      Member<Integer> deletes = count("deletes");
      in.object(fence, format, salt, cursor, puts, deletes);
      return new Head(
          fence.required(in),
          format.required(in),
          salt.required(in),
          cursor.optional(),
          puts.required(in),
          deletes.required(in));
    }

    private static Member<Integer> count(String name) {
      return Member.of(name, in -> in.whole(0, Integer.MAX_VALUE));
    }
  }

  // ---- what they share

  private static void write(JsonGenerator out, Selection selection) throws IOException {
    writeFormat(out, selection.format());
    out.writeStringField("salt", selection.salt());
    if (!selection.horizon().equals(Mark.LAST)) {
      out.writeNumberField("horizon", selection.horizon().value());
    }
  }

  private static void writeFormat(JsonGenerator out, RowFormat format) throws IOException {
    out.writeFieldName("format");
    FormatWire.write(out, format);
  }

  private static final class Selected {
    private final Member<RowFormat> format = formatOf();
    private final Member<String> salt = saltOf();
    private final Member<Long> horizon = Member.whole("horizon");

    Selection read(JsonIn in) throws IOException {
      return new Selection(
          format.required(in), salt.required(in), new Mark(horizon.or(Long.MAX_VALUE)));
    }
  }

  private static Member<String> saltOf() {
    return Member.of("salt", TableRequests::salt);
  }

  /** Every row is hashed with it. */
  private static String salt(JsonIn in) throws IOException {
    String salt = in.text();
    if (salt.length() > MOST_SALT) {
      throw in.wrong("a salt has more than " + MOST_SALT + " characters");
    }
    return salt;
  }

  private static Member<RowFormat> formatOf() {
    return Member.of("format", FormatWire::format);
  }

  private static Member<List<Slice>> slicesOf(TableLimits limits) {
    return Member.of("slices", in -> SliceWire.slices(in, limits.slices()));
  }

  private static Member<List<RowKey>> keysOf(TableLimits limits) {
    return Member.of("keys", in -> in.array(limits.keys(), RowWire::key));
  }

  private static Member<Integer> number(String name) {
    return Member.of(name, in -> in.whole(1, Integer.MAX_VALUE));
  }
}
