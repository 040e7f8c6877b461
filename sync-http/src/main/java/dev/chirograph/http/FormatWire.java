package dev.chirograph.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.TableShape;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Columns, shapes of tables and formats of rows as JSON. */
final class FormatWire {

  static final int MOST_COLUMNS = 4_096;

  /** By so many digits may a number be filled up with zeros. */
  private static final int MOST_ZEROS = 100;

  /** No database has longer names. */
  private static final int MOST_NAME = 1_000;

  private FormatWire() {}

  // ---- writing

  static void write(JsonGenerator out, TableShape shape) throws IOException {
    out.writeStartObject();
    out.writeStringField("table", shape.name());
    columns(out, shape.columns());
    names(out, "key", shape.key());
    if (shape.mark().isPresent()) {
      out.writeStringField("mark", shape.mark().get());
    }
    out.writeEndObject();
  }

  static void write(JsonGenerator out, RowFormat format) throws IOException {
    out.writeStartObject();
    columns(out, format.columns());
    names(out, "key", format.key());
    if (format.mark().isPresent()) {
      out.writeStringField("mark", format.mark().get());
    }
    if (!format.ignored().isEmpty()) {
      names(out, "ignored", new TreeSet<>(format.ignored()));
    }
    out.writeEndObject();
  }

  private static void names(JsonGenerator out, String field, Iterable<String> names)
      throws IOException {
    out.writeArrayFieldStart(field);
    for (String name : names) {
      out.writeString(name);
    }
    out.writeEndArray();
  }

  private static void columns(JsonGenerator out, List<Column> columns) throws IOException {
    out.writeArrayFieldStart("columns");
    for (Column column : columns) {
      ColumnType type = column.type();
      out.writeStartObject();
      out.writeStringField("name", column.name());
      out.writeStringField("type", Words.word(type.kind()));
      if (type.digits() > 0) {
        out.writeNumberField("digits", type.digits());
      }
      if (type.size() > 0) {
        out.writeNumberField("size", type.size());
      }
      flag(out, "nullable", column.nullable());
      flag(out, "filled", column.filled());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private static void flag(JsonGenerator out, String name, boolean set) throws IOException {
    if (set) {
      out.writeBooleanField(name, true);
    }
  }

  // ---- reading

  static TableShape shape(JsonIn in) throws IOException {
    Member<String> table = name("table");
    Member<List<Column>> columns = columns();
    Member<List<String>> key = names("key");
    Member<String> mark = name("mark");
    in.object(table, columns, key, mark);
    return new TableShape(
        table.required(in), columns.required(in), key.required(in), mark.optional());
  }

  /** A format, whose names all belong to columns. */
  static RowFormat format(JsonIn in) throws IOException {
    Member<List<Column>> columns = columns();
    Member<List<String>> key = names("key");
    Member<String> mark = name("mark");
    Member<List<String>> ignored = names("ignored");
    in.object(columns, key, mark, ignored);
    RowFormat format =
        new RowFormat(
            columns.required(in),
            key.required(in),
            mark.optional(),
            Set.copyOf(ignored.or(List.of())));
    check(in, format);
    return format;
  }

  private static void check(JsonIn in, RowFormat format) throws IOException {
    Set<String> known = format.columns().stream().map(Column::name).collect(Collectors.toSet());
    if (known.isEmpty() || known.size() < format.columns().size()) {
      throw in.wrong("a format has no column, or two of one name");
    }
    Set<String> named = new HashSet<>(format.ignored());
    named.addAll(format.key());
    format.mark().ifPresent(named::add);
    if (!known.containsAll(named)) {
      throw in.wrong("a format names a column that it does not have");
    }
    Set<String> distinct = new HashSet<>(format.key());
    if (distinct.size() < format.key().size()) {
      throw in.wrong("a key names a column twice");
    }
    distinct.retainAll(format.ignored());
    boolean ordered = format.mark().filter(format.ignored()::contains).isEmpty();
    if (!distinct.isEmpty() || !ordered) {
      throw in.wrong("what identifies or orders rows is ignored");
    }
  }

  private static Member<List<String>> names(String member) {
    return Member.of(member, in -> in.array(MOST_COLUMNS, FormatWire::name));
  }

  private static Member<String> name(String member) {
    return Member.of(member, FormatWire::name);
  }

  private static String name(JsonIn in) throws IOException {
    return in.text(MOST_NAME);
  }

  private static Member<List<Column>> columns() {
    return Member.of("columns", in -> in.array(MOST_COLUMNS, FormatWire::column));
  }

  private static Column column(JsonIn in) throws IOException {
    Member<String> name = name("name");
    Member<ColumnType.Kind> type = Member.of("type", kind -> kind.word(Words.TYPES));
    Member<Integer> digits = Member.of("digits", FormatWire::size);
    Member<Integer> size = Member.of("size", FormatWire::size);
    Member<Boolean> nullable = Member.of("nullable", JsonIn::truth);
    Member<Boolean> filled = Member.of("filled", JsonIn::truth);
    in.object(name, type, digits, size, nullable, filled);
    return new Column(
        name.required(in),
        new ColumnType(type.required(in), digits.or(0), size.or(0)),
        nullable.or(false),
        filled.or(false));
  }

  private static int size(JsonIn in) throws IOException {
    return in.whole(0, Integer.MAX_VALUE);
  }

  // ---- agreeing

  /** Why rows of a format cannot be those of a table; empty when they can. */
  static Optional<String> misfit(RowFormat format, TableShape shape) {
    for (Column column : format.columns()) {
      Optional<Column> own = shape.column(column.name());
      if (own.isEmpty()) {
        return Optional.of("the format has a column that the table does not have");
      }
      if (column.type().digits() > own.get().type().digits() + MOST_ZEROS) {
        return Optional.of("a column of the format has many more digits than that of the table");
      }
    }
    return new HashSet<>(format.key()).equals(new HashSet<>(shape.key()))
        ? Optional.empty()
        : Optional.of("the format has another key than the table");
  }
}
