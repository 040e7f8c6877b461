package dev.chirograph.jdbc;

import dev.chirograph.spi.SupportsContents.State;
import dev.chirograph.spi.SupportsContents.Stored;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The contents that items refer to. Every method takes part in the caller's transaction. Immutable
 * and safe for use by several threads.
 */
final class LogContentTable {

  private static final String[] BY_DIGEST = {"log_id", "sha256"};

  /** By their numbers, which never change. */
  private static final List<State> STATES =
      List.of(State.WANTED, State.RESERVED, State.HELD, State.DOOMED);

  private static final Column SHA256 = Column.bytes("sha256");
  private static final List<Column> KEY = List.of(Column.integer("log_id"), SHA256);
  private static final List<Column> VALUES =
      List.of(
          Column.number("size"),
          Column.number("refs"),
          Column.integer("state"),
          Column.integer("pending"),
          Column.number("reserved"));

  private final Dialect dialect;
  private final String find;
  private final String pending;
  private final Bulk insert;
  private final Bulk update;
  private final Bulk delete;

  LogContentTable(Database database) {
    this.dialect = database.dialect();
    String rows = "select sha256, size, refs, state, reserved from ${log_content} where ";
    this.find = database.sql(rows + ":listed");
    this.pending =
        database.sql(rows + "log_id = ? and pending = 1 and sha256 > ? order by sha256 limit ?");
    this.insert =
        Bulk.insert(database, "log_content", Stream.concat(KEY.stream(), VALUES.stream()).toList());
    this.update = Bulk.update(database, "log_content", KEY, VALUES);
    this.delete = Bulk.delete(database, "log_content", KEY);
  }

  /**
   * A content.
   *
   * @param reserved when it was reserved last, in microseconds since 1970; 0 when never
   */
  record Row(Stored stored, long reserved) {

    static Row of(String sha256, long size, long references, State state, long reserved) {
      return new Row(new Stored(sha256, size, references, state), reserved);
    }

    Row with(State state, long references) {
      return of(stored.sha256(), stored.size(), references, state, reserved);
    }

    /** What it takes of the quota. */
    long held() {
      return stored.state() == State.WANTED ? 0 : stored.size();
    }

    private boolean isPending() {
      return stored.state() != State.HELD || stored.references() == 0;
    }
  }

  /** The rows of some contents, as far as there are, in no order. */
  List<Query> find(int log, Collection<String> digests, Consumer<Row> found) {
    return InList.chunks(digests).stream()
        .map(
            some ->
                new Query(
                    InList.sql(find, some.size(), dialect, BY_DIGEST),
                    parameters ->
                        parameters
                            .add(log)
                            .addList(
                                SHA256,
                                some.stream().map(HexFormat.of()::parseHex).toArray(byte[][]::new),
                                dialect),
                    row -> found.accept(read(row))))
        .toList();
  }

  /** Contents for which something remains to be done, in ascending order of their digests. */
  Query pending(int log, String after, int limit, Consumer<Row> found) {
    return new Query(
        pending,
        parameters -> parameters.add(log).add(HexFormat.of().parseHex(after)).add(limit),
        row -> found.accept(read(row)));
  }

  private static Row read(ResultSet row) throws SQLException {
    return Row.of(
        HexFormat.of().formatHex(row.getBytes(1)),
        row.getLong(2),
        row.getLong(3),
        state(row.getInt(4)),
        row.getLong(5));
  }

  private static State state(int number) {
    if (number < 0 || number >= STATES.size()) {
      throw LogBytes.corrupt("a content in the unknown state " + number, null);
    }
    return STATES.get(number);
  }

  // ---- writing

  Bulk.Step insert(int log, List<Row> rows) {
    return new Bulk.Step(insert, values(log, rows));
  }

  Bulk.Step update(int log, List<Row> rows) {
    return new Bulk.Step(update, values(log, rows));
  }

  Bulk.Step delete(int log, List<Row> rows) {
    List<@Nullable Object[]> values = new ArrayList<>();
    rows.forEach(row -> values.add(new @Nullable Object[] {log, digest(row)}));
    return new Bulk.Step(delete, values);
  }

  private static List<@Nullable Object[]> values(int log, List<Row> rows) {
    List<@Nullable Object[]> values = new ArrayList<>();
    for (Row row : rows) {
      values.add(
          new @Nullable Object[] {
            log,
            digest(row),
            row.stored().size(),
            row.stored().references(),
            STATES.indexOf(row.stored().state()),
            row.isPending() ? 1 : 0,
            row.reserved()
          });
    }
    return values;
  }

  private static byte[] digest(Row row) {
    return HexFormat.of().parseHex(row.stored().sha256());
  }
}
