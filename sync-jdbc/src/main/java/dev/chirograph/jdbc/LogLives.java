package dev.chirograph.jdbc;

import dev.chirograph.spi.LogContext.Life;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The lives that items of a log name, and what was seen of them. Every method takes part in the
 * caller's transaction. Immutable and safe for use by several threads.
 */
final class LogLives {

  private static final String[] BY_LIFE = {"log_id", "life"};
  private static final List<Column> KEY = List.of(Column.integer("log_id"), Column.number("life"));
  private static final List<Column> SEEN = List.of(Column.number("seen"));
  private static final int LISTED = 1_000;

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
                Column.number("life"),
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

  /** All lives of which something was seen, by the numbers that stand for them. */
  Map<Long, Row> seen(Connection connection, int log) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(seen)) {
      statement.setInt(1, log);
      return read(statement, new HashMap<>());
    }
  }

  /** Adds the lives that some numbers stand for, as far as there are. */
  void add(Connection connection, int log, Collection<Long> numbers, Map<Long, Row> to)
      throws SQLException {
    List<Long> missing = numbers.stream().filter(life -> !to.containsKey(life)).distinct().toList();
    for (int start = 0; start < missing.size(); start += LISTED) {
      Long[] some =
          missing.subList(start, Math.min(missing.size(), start + LISTED)).toArray(Long[]::new);
      String sql = InList.sql(byLife, some.length, dialect, BY_LIFE);
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        statement.setInt(1, log);
        InList.bind(connection, statement, 2, Column.number("life"), some, dialect);
        read(statement, to);
      }
    }
  }

  private static Map<Long, Row> read(PreparedStatement statement, Map<Long, Row> into)
      throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        long number = rows.getLong(4);
        Long seen = rows.wasNull() ? null : number;
        Life life = new Life(LogBytes.text(rows.getBytes(2)), LogBytes.uuid(rows.getBytes(3)));
        long until = rows.getLong(5);
        long forgotten = rows.wasNull() ? Long.MIN_VALUE : until;
        into.put(rows.getLong(1), new Row(life, seen, forgotten));
      }
    }
    return into;
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
