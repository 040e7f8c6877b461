package dev.chirograph.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Numbers of new rows on MariaDB and MySQL, in the order in which they were asked for, without one
 * waiting for another: a row in a table that counts by itself is a ticket for a thousand of them.
 *
 * <p>Immutable and safe for use by several threads.
 */
final class JobNumbers {

  private static final Logger LOG = LoggerFactory.getLogger(JobNumbers.class);

  /** More than the rows of any call. */
  private static final long TOGETHER = 1_024;

  private final String take;
  private final String giveBack;
  private final String given;
  private final String last;
  private final String startBehind;

  JobNumbers(Database database) {
    // Locking reads: a caller's transaction may have a snapshot that is older than those rows.
    this.given =
        database.sql(
            "select seq from ${job} force index (primary) where seq in (%s) lock in share mode");
    this.last =
        database.sql(
            "select seq from ${job} force index (primary) order by seq desc limit 1"
                + " lock in share mode");
    this.startBehind = database.sql("insert ignore into ${job_ticket} (ticket) values (?)");
    this.take = database.sql("insert into ${job_ticket} () values ()");
    this.giveBack = database.sql("delete from ${job_ticket} where ticket = ?");
  }

  /** Gives a number to each row that has none, in their order. */
  void fill(Connection connection, List<JobRow> rows) throws SQLException {
    long next = 0;
    for (JobRow row : rows) {
      if (row.seq == JobRow.NEW) {
        if (next % TOGETHER == 0) {
          next = ticket(connection) * TOGETHER;
        }
        row.seq = next++;
      }
    }
  }

  /**
   * Gives other numbers to those rows whose numbers stand in the table: of a lease that was given
   * back, or because tickets began anew below them, as when a database is restored without the
   * counters of its empty tables. From then on tickets lie behind all numbers in the table.
   *
   * @return whether there were such rows
   */
  boolean renew(Connection connection, List<JobRow> rows) throws SQLException {
    Set<Long> used = used(connection, rows);
    if (used.isEmpty()) {
      return false;
    }
    LOG.warn("Numbers of jobs were given twice; new ones begin behind the last");
    startBehindLast(connection);
    List<JobRow> inOrder = new ArrayList<>(rows);
    inOrder.sort(Comparator.comparingLong(row -> row.seq));
    for (JobRow row : inOrder) {
      row.seq = used.contains(row.seq) ? JobRow.NEW : row.seq;
    }
    fill(connection, inOrder);
    return true;
  }

  private Set<Long> used(Connection connection, List<JobRow> rows) throws SQLException {
    String sql = given.formatted(PortableRows.list(rows.stream().map(row -> row.seq).toList()));
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      return new HashSet<>(PortableRows.numbers(statement));
    }
  }

  /** A row with a higher ticket makes the table count on from there; two may do so at once. */
  private void startBehindLast(Connection connection) throws SQLException {
    long behind;
    try (PreparedStatement statement = connection.prepareStatement(last)) {
      List<Long> numbers = PortableRows.numbers(statement);
      behind = (numbers.isEmpty() ? 0 : numbers.get(0)) / TOGETHER + 1;
    }
    try (PreparedStatement statement = connection.prepareStatement(startBehind)) {
      new Parameters(statement).add(behind);
      statement.executeUpdate();
    }
    giveBack(connection, behind);
  }

  private long ticket(Connection connection) throws SQLException {
    long ticket;
    try (PreparedStatement statement = connection.prepareStatement(take, new String[] {"ticket"})) {
      statement.executeUpdate();
      try (ResultSet keys = statement.getGeneratedKeys()) {
        keys.next();
        ticket = keys.getLong(1);
      }
    }
    giveBack(connection, ticket);
    return ticket;
  }

  private void giveBack(Connection connection, long ticket) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(giveBack)) {
      new Parameters(statement).add(ticket);
      statement.executeUpdate();
    }
  }
}
