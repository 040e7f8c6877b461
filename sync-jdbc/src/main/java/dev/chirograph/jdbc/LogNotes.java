package dev.chirograph.jdbc;

import dev.chirograph.spi.LogContext;
import dev.chirograph.spi.LogContext.Life;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;

/**
 * What was noted of a log to be forgotten later: deletes up to a number, and what had been seen by
 * then. Only who has locked the head writes it. Every method takes part in the caller's
 * transaction. Immutable and safe for use by several threads.
 */
final class LogNotes {

  private final String find;
  private final String note;
  private final String noteSeen;
  private final String noteOwn;
  private final String forget;
  private final String forgetUpTo;

  LogNotes(Database database) {
    this.find =
        database.sql(
            "select noted_number, noted_at from ${log_head}"
                + " where log_id = ? and noted_at is not null");
    this.note =
        database.sql("update ${log_head} set noted_number = ?, noted_at = ? where log_id = ?");
    this.noteSeen =
        database.sql("update ${log_life} set noted = seen where log_id = ? and seen is not null");
    this.noteOwn = database.sql("update ${log_life} set noted = ? where log_id = ? and life = ?");
    this.forget =
        database.sql(
            "update ${log_life} set forgotten = noted where log_id = ? and noted is not null"
                + " and (forgotten is null or forgotten < noted)");
    this.forgetUpTo =
        database.sql(
            "update ${log_life} set forgotten = ? where log_id = ? and life = ?"
                + " and (forgotten is null or forgotten < ?)");
  }

  /**
   * A note.
   *
   * @param number deletes up to it may be forgotten
   * @param at when it was made, in microseconds since 1970
   */
  record Note(long number, long at) {}

  Optional<Note> find(Connection connection, int log) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(find)) {
      statement.setInt(1, log);
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(new Note(row.getLong(1), row.getLong(2)))
            : Optional.empty();
      }
    }
  }

  /** Notes a number, and all that was seen by now. */
  void put(Connection connection, LogHead head, Note made) throws SQLException {
    run(connection, note, made.number(), made.at(), head.log());
    run(connection, noteSeen, head.log());
    long own = LogBytes.life(head.node(), head.epoch());
    run(connection, noteOwn, head.number(), head.log(), own);
  }

  /** What had been seen when the note was made, and is not held, counts as deleted from now on. */
  void forget(Connection connection, int log) throws SQLException {
    run(connection, forget, log);
  }

  /** What stands up to some places, and is not held, counts as deleted from now on. */
  void forget(Connection connection, int log, LogContext places) throws SQLException {
    for (Map.Entry<Life, Long> place : places.seen().entrySet()) {
      long life = LogBytes.life(place.getKey().node(), place.getKey().epoch());
      run(connection, forgetUpTo, place.getValue(), log, life, place.getValue());
    }
  }

  private static void run(Connection connection, String sql, long... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      Parameters parameters = new Parameters(statement);
      for (long value : values) {
        parameters.add(value);
      }
      statement.executeUpdate();
    }
  }
}
