package dev.chirograph.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What was written last in each commit of a log. Every method takes part in the caller's
 * transaction. Immutable and safe for use by several threads.
 */
final class LogCommits {

  private final String place;
  private final String blocked;
  private final String before;
  private final String old;
  private final String drop;
  private final Bulk insert;

  LogCommits(Database database) {
    this.place =
        database.sql(
            "select c.mark, case when exists (select 1 from ${log_item} i"
                + " where i.log_id = c.log_id and i.number > ?) then 1 else 0 end"
                + " from ${log_commit} c where c.log_id = ? and c.number >= ?"
                + " order by c.number limit 1");
    this.blocked =
        database.sql(
            "select number from ${log_commit} where log_id = ? and number > ? and at >= ?"
                + " order by number limit 1");
    this.before =
        database.sql(
            "select number from ${log_commit} where log_id = ? and number < ?"
                + " order by number desc limit 1");
    this.old =
        database.sql(
            "select number from ${log_commit} where log_id = ? and number < ?"
                + " order by number limit ?");
    this.drop =
        database.sql("delete from ${log_commit} where log_id = ? and number <= ? and number < ?");
    this.insert =
        Bulk.insert(
            database,
            "log_commit",
            List.of(
                Column.integer("log_id"),
                Column.number("number"),
                Column.bytes("mark"),
                Column.number("at")));
  }

  /**
   * The commit that holds a number.
   *
   * @param mark what was written there
   * @param more whether there are items above the number
   */
  record Place(UUID mark, boolean more) {}

  /**
   * The commit that holds a number.
   *
   * @param number from the floor to the head
   * @throws dev.chirograph.SyncException of kind CORRUPT when there is none
   */
  Place place(Connection connection, int log, long number) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(place)) {
      new Parameters(statement).add(number).add(log).add(number);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw LogBytes.corrupt("no mark for the number " + number, null);
        }
        return new Place(LogBytes.uuid(row.getBytes(1)), row.getInt(2) == 1);
      }
    }
  }

  /**
   * The largest number at which a commit ended that everybody has passed, or that is old, with all
   * before it.
   *
   * @param passed what everybody has passed
   * @param micros what was committed before is old
   */
  long forgettable(Connection connection, LogHead head, long passed, long micros)
      throws SQLException {
    Optional<Long> kept =
        number(connection, blocked, head.log(), Math.max(passed, head.floor()), micros);
    return kept.isEmpty()
        ? head.number()
        : Math.max(head.floor(), number(connection, before, head.log(), kept.get()).orElse(0L));
  }

  private static Optional<Long> number(Connection connection, String sql, int log, long... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      Parameters parameters = new Parameters(statement).add(log);
      for (long value : values) {
        parameters.add(value);
      }
      return PortableRows.numbers(statement).stream().findFirst();
    }
  }

  Bulk.Step insert(LogHead head, long micros) {
    List<@Nullable Object[]> row =
        List.<@Nullable Object[]>of(
            new @Nullable Object[] {head.log(), head.number(), LogBytes.of(head.mark()), micros});
    return new Bulk.Step(insert, row);
  }

  /**
   * Drops commits below the floor, at most so many.
   *
   * @return whether there were so many
   */
  boolean drop(Connection connection, LogHead head, int limit) throws SQLException {
    List<Long> numbers;
    try (PreparedStatement statement = connection.prepareStatement(old)) {
      new Parameters(statement).add(head.log()).add(head.floor()).add(limit);
      numbers = PortableRows.numbers(statement);
    }
    if (!numbers.isEmpty()) {
      try (PreparedStatement statement = connection.prepareStatement(drop)) {
        new Parameters(statement)
            .add(head.log())
            .add(numbers.get(numbers.size() - 1))
            .add(head.floor());
        statement.executeUpdate();
      }
    }
    return numbers.size() == limit;
  }
}
