package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.spi.LogEntry.Body;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Entries that were appended in transactions of the host. They have no position: whoever locks the
 * head next gives them one. Every method takes part in the caller's transaction. Safe for use by
 * several threads.
 */
final class LogInbox {

  /** How many entries are moved in one transaction. */
  static final int MOST = 1_000;

  private final Database database;
  private final UnreadableRows unreadable = new UnreadableRows();
  private final String first;
  private final Bulk insert;
  private final Bulk delete;

  LogInbox(Database database) {
    this.database = database;
    this.first =
        database.sql(
            "select id, at, entry from ${log_inbox} where log_id = ? order by id limit " + MOST);
    this.insert =
        Bulk.insert(
            database, "log_inbox", List.of(Column.integer("log_id"), Column.bytes("entry")), "at");
    this.delete =
        Bulk.delete(database, "log_inbox", List.of(Column.integer("log_id"), Column.number("id")));
  }

  /**
   * An entry that waits.
   *
   * @param at when it was appended
   */
  record Letter(long id, Instant at, Body body) {}

  /** Adds entries, which others see when the transaction is committed. */
  void put(Connection connection, int log, List<Body> bodies) throws SQLException {
    List<@Nullable Object[]> rows = new ArrayList<>(bodies.size());
    bodies.forEach(body -> rows.add(new @Nullable Object[] {log, StoredEntry.encodeWhole(body)}));
    insert.run(connection, rows);
  }

  /**
   * The first entries that wait, at most {@value #MOST}. One that cannot be read stays where it is
   * and is told to the log: it must not stand in the way of all others.
   */
  Query first(int log, Consumer<Letter> letters) {
    return new Query(
        first,
        parameters -> parameters.add(log),
        row -> {
          long id = row.getLong(1);
          try {
            Body body = StoredEntry.decodeWhole(row.getBytes(3));
            letters.accept(new Letter(id, Database.instant(row.getLong(2)), body));
          } catch (SyncException e) {
            unreadable.tell(List.of(database.sql("${log_inbox}"), id), e);
          }
        });
  }

  Bulk.Step delete(int log, List<Letter> letters) {
    List<@Nullable Object[]> rows = new ArrayList<>(letters.size());
    letters.forEach(letter -> rows.add(new @Nullable Object[] {log, letter.id()}));
    return new Bulk.Step(delete, rows);
  }
}
