package dev.chirograph.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.chirograph.Digest;
import dev.chirograph.Guard;
import dev.chirograph.Outcome;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.http.TableRequests.Manifest;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.ReplicaDatabase.State;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.TableInfo;
import dev.chirograph.spi.table.TableShape;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The bodies of answers about tables. */
final class TableAnswers {

  static final int MOST_TABLES = 100_000;

  private TableAnswers() {}

  // ---- what tables are like

  /** What there is to say of a table; empty what was not asked for. */
  record About(
      Optional<TableShape> shape,
      Optional<TableInfo> info,
      Optional<Cursor> cursor,
      Optional<TableLimits> limits) {

    void write(JsonGenerator out) throws IOException {
      out.writeStartObject();
      if (shape.isPresent()) {
        out.writeFieldName("shape");
        FormatWire.write(out, shape.get());
      }
      if (info.isPresent()) {
        out.writeFieldName("info");
        RowWire.write(out, info.get());
      }
      if (cursor.isPresent()) {
        out.writeFieldName("cursor");
        RowWire.write(out, cursor.get());
      }
      if (limits.isPresent()) {
        out.writeFieldName("limits");
        TableLimits.write(out, limits.get());
      }
      out.writeEndObject();
    }

    static About read(JsonIn in) throws IOException {
      Member<TableShape> shape = Member.of("shape", FormatWire::shape);
      Member<TableInfo> info = Member.of("info", RowWire::info);
      Member<Cursor> cursor = Member.of("cursor", RowWire::cursor);
      Member<TableLimits> limits = Member.of("limits", TableLimits::read);
      in.object(shape, info, cursor, limits);
      return new About(shape.optional(), info.optional(), cursor.optional(), limits.optional());
    }
  }

  static void write(JsonGenerator out, State state) throws IOException {
    out.writeStartObject();
    out.writeStringField("tag", state.tag());
    out.writeArrayFieldStart("tables");
    for (TableInfo info : state.tables()) {
      RowWire.write(out, info);
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  static State state(JsonIn in) throws IOException {
    Member<String> tag = Member.text("tag");
    Member<List<TableInfo>> tables =
        Member.of("tables", value -> value.array(MOST_TABLES, RowWire::info));
    in.object(tag, tables);
    Set<String> names = new HashSet<>();
    for (TableInfo info : tables.required(in)) {
      if (!names.add(info.table())) {
        throw in.wrong("a table comes twice");
      }
    }
    return new State(tag.required(in), tables.required(in));
  }

  // ---- comparing

  static void digests(JsonGenerator out, List<Digest> digests) throws IOException {
    out.writeStartObject();
    out.writeArrayFieldStart("digests");
    for (Digest digest : digests) {
      out.writeString(Scalars.digest(digest));
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  static List<Digest> digests(JsonIn in, int number) throws IOException {
    return exactly(in, "digests", number, Scalars::digest);
  }

  /** A page of a manifest, and whether there may be more. */
  record Page(List<RowVersion> rows, boolean more) {

    void write(JsonGenerator out) throws IOException {
      out.writeStartObject();
      out.writeBooleanField("more", more);
      out.writeArrayFieldStart("rows");
      for (RowVersion row : rows) {
        RowWire.write(out, row);
      }
      out.writeEndArray();
      out.writeEndObject();
    }

    /** Reads the answer to a request: one that goes on, or has come to an end. */
    static Page read(JsonIn in, Manifest asked) throws IOException {
      Member<Boolean> more = Member.of("more", JsonIn::truth);
      Member<List<RowVersion>> rows =
          Member.of("rows", value -> value.array(asked.limit(), RowWire::version));
      in.object(more, rows);
      Page page = new Page(rows.required(in), more.required(in));
      if (page.more() && page.rows().isEmpty()) {
        throw in.wrong("a page is empty though there are more rows");
      }
      for (RowVersion row : page.rows()) {
        if (asked.after().filter(row.key()::equals).isPresent()) {
          throw in.wrong("a page does not begin behind the one before");
        }
      }
      return page;
    }
  }

  static void found(JsonGenerator out, List<Optional<RowVersion>> rows) throws IOException {
    out.writeStartObject();
    out.writeArrayFieldStart("rows");
    for (Optional<RowVersion> row : rows) {
      if (row.isPresent()) {
        RowWire.write(out, row.get());
      } else {
        out.writeNull();
      }
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  /** Reads what was found of each key. */
  static List<Optional<RowVersion>> found(JsonIn in, List<RowKey> keys) throws IOException {
    List<Optional<RowVersion>> found =
        exactly(in, "rows", keys.size(), value -> value.orNull(RowWire::version));
    checkKeys(in, keys, found, RowVersion::key);
    return found;
  }

  /** An answer to another question is not taken for one to this. */
  private static <T> void checkKeys(
      JsonIn in, List<RowKey> keys, List<Optional<T>> found, Function<T, RowKey> key)
      throws IOException {
    for (int i = 0; i < found.size(); i++) {
      if (!found.get(i).map(key).orElse(keys.get(i)).equals(keys.get(i))) {
        throw in.wrong("there is another row than the one that was asked for");
      }
    }
  }

  static void rows(JsonGenerator out, RowFormat format, List<Optional<Row>> rows)
      throws IOException {
    out.writeStartObject();
    out.writeArrayFieldStart("rows");
    for (Optional<Row> row : rows) {
      if (row.isPresent()) {
        RowWire.write(out, format, row.get());
      } else {
        out.writeNull();
      }
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  /**
   * Reads rows.
   *
   * @param keys that were asked for; fewer rows may come, but one
   */
  static List<Optional<Row>> rows(JsonIn in, RowFormat format, List<RowKey> keys)
      throws IOException {
    Member<List<Optional<Row>>> rows =
        Member.of(
            "rows",
            value ->
                value.array(
                    keys.size(),
                    one -> one.orNull(row -> RowWire.row(row, format, Long.MAX_VALUE))));
    in.object(rows);
    List<Optional<Row>> found = rows.required(in);
    if (found.isEmpty() && !keys.isEmpty()) {
      throw in.wrong("there is no row where one belongs");
    }
    checkKeys(in, keys, found, Row::key);
    return found;
  }

  static void parts(JsonGenerator out, List<Slice.Marks> parts) throws IOException {
    out.writeStartObject();
    out.writeFieldName("parts");
    SliceWire.write(out, parts);
    out.writeEndObject();
  }

  /** Reads the parts of a range: one behind the other, from its beginning to its end. */
  static List<Slice.Marks> parts(JsonIn in, Slice.Marks range) throws IOException {
    Member<List<Slice.Marks>> parts =
        Member.of("parts", value -> value.array(TableRequests.MOST_PARTS + 1, SliceWire::range));
    in.object(parts);
    long after = range.after();
    for (Slice.Marks part : parts.required(in)) {
      if (part.after() != after) {
        throw in.wrong("the parts of a range are not one behind the other");
      }
      after = part.through();
    }
    if (after != range.through() || parts.required(in).isEmpty()) {
      throw in.wrong("the parts of a range do not reach its end");
    }
    return parts.required(in);
  }

  // ---- writing

  static void fence(JsonGenerator out, long fence) throws IOException {
    out.writeStartObject();
    out.writeNumberField("fence", fence);
    out.writeEndObject();
  }

  static long fence(JsonIn in) throws IOException {
    Member<Long> fence = Member.whole("fence");
    in.object(fence);
    return fence.required(in);
  }

  static void outcomes(JsonGenerator out, List<Outcome> outcomes) throws IOException {
    out.writeStartObject();
    out.writeArrayFieldStart("outcomes");
    for (Outcome outcome : outcomes) {
      write(out, outcome);
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private static void write(JsonGenerator out, Outcome outcome) throws IOException {
    out.writeStartObject();
    if (outcome instanceof Outcome.Applied applied) {
      out.writeStringField("result", "deleted");
      out.writeStringField("guard", Words.word(applied.guard()));
    } else if (outcome instanceof Outcome.Unchanged) {
      out.writeStringField("result", "unchanged");
    } else if (outcome instanceof Outcome.Conflict) {
      out.writeStringField("result", "conflict");
    } else if (outcome instanceof Outcome.Rejected rejected) {
      trouble(out, "rejected", rejected.why());
    } else if (outcome instanceof Outcome.Unsure unsure) {
      trouble(out, "unsure", unsure.why());
    }
    out.writeEndObject();
  }

  private static void trouble(JsonGenerator out, String result, SyncException why)
      throws IOException {
    Problem problem = Problem.of(why);
    out.writeStringField("result", result);
    out.writeStringField("kind", Words.word(problem.kind()));
    out.writeStringField("detail", problem.detail());
  }

  static List<Outcome> outcomes(JsonIn in, int number) throws IOException {
    return exactly(in, "outcomes", number, TableAnswers::outcome);
  }

  private static Outcome outcome(JsonIn in) throws IOException {
    Member<String> result = Member.text("result");
    Member<Guard> guard = Member.of("guard", value -> value.word(Words.GUARDS));
    Member<SyncException.Kind> kind = Member.of("kind", value -> value.word(Words.KINDS));
    Member<String> detail = Member.text("detail");
    in.object(result, guard, kind, detail);
    return switch (result.required(in)) {
      case "deleted" -> Outcome.deleted(guard.or(Guard.NONE));
      case "unchanged" -> Outcome.unchanged();
      case "conflict" -> Outcome.conflict();
      case "rejected" -> Outcome.rejected(new SyncException(kind.required(in), detail.or("")));
      case "unsure" -> Outcome.unsure(new SyncException(kind.required(in), detail.or("")));
      default -> throw in.wrong("a result is none that is known");
    };
  }

  /**
   * What became of a range.
   *
   * @param deleted how many rows were
   * @param changed how many stayed, since somebody had changed them in between
   * @param more whether there may be more to delete: the same is asked again then
   */
  record Cleared(long deleted, long changed, boolean more) {
    void write(JsonGenerator out) throws IOException {
      out.writeStartObject();
      out.writeNumberField("deleted", deleted);
      out.writeNumberField("changed", changed);
      out.writeBooleanField("more", more);
      out.writeEndObject();
    }
  }

  // ---- databases

  static void databases(JsonGenerator out, List<String> names) throws IOException {
    out.writeStartObject();
    out.writeArrayFieldStart("databases");
    for (String name : names) {
      out.writeString(name);
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  static List<String> databases(JsonIn in) throws IOException {
    Member<List<String>> names =
        Member.of("databases", value -> value.array(MOST_TABLES, JsonIn::text));
    in.object(names);
    return names.required(in);
  }

  static void health(JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("status", "up");
    out.writeArrayFieldStart("versions");
    out.writeString(TableRoute.VERSION);
    out.writeEndArray();
    out.writeEndObject();
  }

  private static <T> List<T> exactly(JsonIn in, String member, int number, JsonIn.Value<T> value)
      throws IOException {
    Member<List<T>> values = Member.of(member, one -> one.array(number, value));
    in.object(values);
    if (values.required(in).size() != number) {
      throw in.wrong("there are fewer values than were asked for");
    }
    return values.required(in);
  }
}
