package dev.chirograph.jdbc;

import dev.chirograph.spi.LogContext.Life;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The lives that items of a log name, and what was seen of them. Every method takes part in the
 * caller's transaction. Immutable and safe for use by several threads.
 */
final class LogLives {

  private static final String[] BY_LIFE = {"log_id", "life"};
  private static final Column LIFE = Column.number("life");
  private static final List<Column> KEY = List.of(Column.integer("log_id"), LIFE);
  private static final List<Column> SEEN = List.of(Column.number("seen"));

  private final Dialect dialect;
  private final String seen;
  private final String byLife;
  private final Bulk insert;
  private final Bulk update;

  LogLives(Database database) {
    this.dialect = database.dialect();
    String rows = "select life, node, epoch, seen, forgotten from ${log_life} where ";
    this.seen = database.sql(rows + "log_id = ? and seen is not null");
    this.byLife = database.sql(rows + ":listed");
    this.insert =
        Bulk.insert(
            database,
            "log_life",
            List.of(
                Column.integer("log_id"),
                LIFE,
                Column.bytes("node"),
                Column.bytes("epoch"),
                Column.number("seen")));
    this.update = Bulk.update(database, "log_life", KEY, SEEN);
  }

  /**
   * A life, and up to which number it was seen.
   *
   * @param seen null when nothing is known
   * @param forgotten up to which number what is not held counts as deleted; the least there is when
   *     nothing does
   */
  record Row(Life life, @Nullable Long seen, long forgotten) {

    /** Of which nothing is known. */
    static Row of(Life life) {
      return new Row(life, null, Long.MIN_VALUE);
    }

    Row withSeen(long number) {
      return new Row(life, number, forgotten);
    }
  }

  /** All lives of which something was seen, each with the number that stands for it. */
  Query seen(int log, BiConsumer<Long, Row> found) {
    return new Query(
        seen, parameters -> parameters.add(log), row -> found.accept(row.getLong(1), read(row)));
  }

  /** The lives that some numbers stand for, as far as there are. */
  List<Query> find(int log, Collection<Long> numbers, BiConsumer<Long, Row> found) {
    return InList.chunks(numbers).stream()
        .map(
            some ->
                new Query(
                    InList.sql(byLife, some.size(), dialect, BY_LIFE),
                    parameters ->
                        parameters.add(log).addList(LIFE, some.toArray(Long[]::new), dialect),
                    row -> found.accept(row.getLong(1), read(row))))
        .toList();
  }

  private static Row read(ResultSet row) throws SQLException {
    long number = row.getLong(4);
    Long seen = row.wasNull() ? null : number;
    long until = row.getLong(5);
    long forgotten = row.wasNull() ? Long.MIN_VALUE : until;
    Life life = new Life(LogBytes.text(row.getBytes(2)), LogBytes.uuid(row.getBytes(3)));
    return new Row(life, seen, forgotten);
  }

  Bulk.Step insert(int log, Map<Long, Row> lives) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    lives.forEach(
        (number, row) ->
            rows.add(
                new @Nullable Object[] {
                  log,
                  number,
                  LogBytes.of(row.life().node()),
                  LogBytes.of(row.life().epoch()),
                  row.seen()
                }));
    return new Bulk.Step(insert, rows);
  }

  Bulk.Step update(int log, Map<Long, Row> lives) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    lives.forEach((number, row) -> rows.add(new @Nullable Object[] {log, number, row.seen()}));
    return new Bulk.Step(update, rows);
  }
}
