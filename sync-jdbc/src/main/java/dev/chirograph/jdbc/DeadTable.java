package dev.chirograph.jdbc;

import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.SyncException;
import dev.chirograph.spi.SupportsDeadLetters.DeadLetter;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The dead letters in their table. Every method takes part in the caller's transaction. */
final class DeadTable {

  static final int PAGE = 1000;

  /** Behind every key, which has at most 1,024 bytes. */
  private static final byte[] END = new byte[Key.MAX_LENGTH + 1];

  static {
    Arrays.fill(END, (byte) 0xff);
  }

  private final Database database;
  private final QueueNames names;
  private final UnreadableRows unreadable = new UnreadableRows();
  private final String table;
  private final String remove;
  private final String add;
  private final String scopes;
  private final String page;
  private final String lockPage;

  DeadTable(Database database, QueueNames names) {
    this.database = database;
    this.names = names;
    this.table = database.sql("${dead}");
    this.remove = database.sql("delete from ${dead} where scope = ? and item = ?");
    this.add =
        database.sql(
            "insert into ${dead}"
                + " (scope, item, lane, run, buried, ranking, flags, attempts, note, error)"
                + " values (?, ?, ?, ?, ${now}, ?, ?, ?, ?, ?)");
    this.scopes =
        database.sql(
            "select s.id, s.lane, l.kind, s.name from ${scope} s join ${lane} l on l.id = s.lane"
                + " where l.tenant = ? and l.queue = ?"
                + " and exists (select 1 from ${dead} d where d.scope = s.id)");
    this.page =
        database.sql(
            "select item, run, buried, ranking, flags, attempts, note, error from ${dead}"
                + " where scope = ? and item >= ? and item < ? order by item limit "
                + PAGE);
    this.lockPage = page + (database.dialect() == Dialect.SQLITE ? "" : " for update");
  }

  /** A scope that has dead letters. */
  record DeadScope(int id, int lane, String kind, String name) {}

  /** A dead letter with the row it would be replayed as. */
  record Dead(DeadLetter letter, JobRow row) {}

  /** Keeps rows that failed for good, in place of earlier ones of their keys. */
  void bury(Connection connection, List<JobRow> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    remove(connection, rows);
    try (PreparedStatement statement = connection.prepareStatement(database.timed(add))) {
      for (JobRow row : rows) {
        new Parameters(statement)
            .add(row.scope)
            .add(row.key.toBytes())
            .add(row.lane)
            .add(row.run)
            .add(row.rank)
            .add(row.flags & JobRow.FULL)
            .add(row.attempts)
            .add(row.note)
            .add(row.error);
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  void remove(Connection connection, List<JobRow> rows) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(remove)) {
      for (JobRow row : rows) {
        new Parameters(statement).add(row.scope).add(row.key.toBytes());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  /** The scopes of a selection that have dead letters, in the order of kind and name. */
  List<DeadScope> scopes(Connection connection, Selection selection) throws SQLException {
    List<DeadScope> found = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(scopes)) {
      new Parameters(statement).add(names.tenant()).add(names.queue());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          DeadScope scope =
              new DeadScope(rows.getInt(1), rows.getInt(2), rows.getString(3), rows.getString(4));
          if (selection.kind().map(scope.kind()::equals).orElse(true)
              && selection.scope().map(scope.name()::equals).orElse(true)) {
            found.add(scope);
          }
        }
      }
    }
    found.sort(Comparator.comparing(DeadScope::kind).thenComparing(DeadScope::name));
    return found;
  }

  /**
   * Some dead letters of a scope.
   *
   * @param letters those that can be read, in the order of their keys
   * @param next where the next page begins; empty after the last one
   */
  record Page(List<Dead> letters, Optional<byte[]> next) {}

  /** The first dead letters of a scope in a range of keys, from one of them on. */
  Page page(Connection connection, DeadScope scope, byte[] from, KeyRange keys)
      throws SQLException {
    return page(connection, page, scope, from, keys);
  }

  /** The same, locked until the transaction ends. */
  Page lockPage(Connection connection, DeadScope scope, byte[] from, KeyRange keys)
      throws SQLException {
    return page(connection, lockPage, scope, from, keys);
  }

  private Page page(Connection connection, String sql, DeadScope scope, byte[] from, KeyRange keys)
      throws SQLException {
    List<Dead> letters = new ArrayList<>();
    int seen = 0;
    byte[] last = from;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      new Parameters(statement)
          .add(scope.id())
          .add(from)
          .add(keys.to().map(Key::toBytes).orElse(END));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          seen++;
          last = rows.getBytes(1);
          readable(rows, scope, last).ifPresent(letters::add);
        }
      }
    }
    // Directly behind it is the same key with a zero at its end.
    return new Page(
        letters,
        seen < PAGE ? Optional.empty() : Optional.of(Arrays.copyOf(last, last.length + 1)));
  }

  private Optional<Dead> readable(ResultSet row, DeadScope scope, byte[] key) throws SQLException {
    try {
      return Optional.of(dead(row, scope, key));
    } catch (SyncException e) {
      // The reason may quote what is stored, which does not belong into a log.
      unreadable.tell(
          List.of(scope.id(), ByteBuffer.wrap(key)),
          new SyncException(
              SyncException.Kind.CORRUPT,
              "a dead letter of scope number " + scope.id() + " in " + table + " cannot be read",
              e));
      return Optional.empty();
    }
  }

  private static Dead dead(ResultSet row, DeadScope scope, byte[] key) throws SQLException {
    JobRow job = new JobRow(scope.lane(), scope.id(), Key.ofBytes(key));
    job.run = row.getLong(2);
    job.rank = row.getInt(4);
    job.flags = row.getInt(5);
    job.note = row.getBytes(7);
    return new Dead(
        new DeadLetter(
            job.job(scope.kind(), scope.name()),
            row.getInt(6),
            new String(row.getBytes(8), StandardCharsets.UTF_8),
            Database.instant(row.getLong(3))),
        job);
  }
}
