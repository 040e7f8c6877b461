package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.spi.LogEntry.Body;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Entries that were appended in transactions of the host. They have no position: whoever locks the
 * head next gives them one. Every method takes part in the caller's transaction. Safe for use by
 * several threads.
 */
final class LogInbox {

  /** How many entries are moved in one transaction. */
  static final int MOST = 1_000;

  /** How many bytes of them, if there is more than one. */
  static final long MOST_BYTES = 8L << 20;

  /** As the column is declared. */
  private static final int LARGEST_ENTRY = 2 << 20;

  /** How far one transaction goes. */
  private static final String LAST =
      """
      select max(id) from (
        select id, sum(weight) over (order by id) as total,
               row_number() over (order by id) as place
        from (select id, ${length}(entry) as weight from ${log_inbox}
              where log_id = ? order by id limit ${most}) few) summed
      where place = 1 or total <= ${bytes}""";

  private final Database database;
  private final UnreadableRows unreadable = new UnreadableRows();
  private final String first;
  private final Bulk insert;
  private final Bulk delete;

  LogInbox(Database database) {
    this.database = database;
    String last =
        LAST.replace("${length}", database.dialect() == Dialect.SQLITE ? "length" : "octet_length")
            .replace("${most}", Integer.toString(MOST))
            .replace("${bytes}", Long.toString(MOST_BYTES));
    this.first =
        database.sql(
            "select id, at, entry from ${log_inbox} where log_id = ? and id <= ("
                + last
                + ") order by id");
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

  /** The first entries that wait. Not safe for use by several threads. */
  static final class Mail {
    private final List<Letter> letters = new ArrayList<>();
    private int rows;
    private long bytes;

    /** Those that can be read. */
    List<Letter> letters() {
      return letters;
    }

    /** Whether others may wait behind them. */
    boolean mayGoOn() {
      return rows == MOST || bytes > MOST_BYTES - LARGEST_ENTRY;
    }

    private void count(byte[] entry) {
      rows++;
      bytes += entry.length;
    }
  }

  /**
   * The first entries that wait, at most {@value #MOST}. One that cannot be read stays where it is
   * and is told to the log: it must not stand in the way of all others.
   */
  Query first(int log, Mail mail) {
    return new Query(
        first,
        parameters -> parameters.add(log).add(log),
        row -> {
          long id = row.getLong(1);
          byte[] entry = row.getBytes(3);
          mail.count(entry);
          try {
            Body body = StoredEntry.decodeWhole(entry);
            mail.letters.add(new Letter(id, Database.instant(row.getLong(2)), body));
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
