package dev.chirograph.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * Numbers of new rows on MariaDB and MySQL, in the order in which they were asked for, without one
 * waiting for another: a row in a table that counts by itself is a ticket for a thousand of them.
 *
 * <p>Immutable and safe for use by several threads.
 */
final class JobNumbers {

  /** More than the rows of any call. */
  private static final long TOGETHER = 1_024;

  private final String take;
  private final String giveBack;

  JobNumbers(Database database) {
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

  private long ticket(Connection connection) throws SQLException {
    long ticket;
    try (PreparedStatement statement = connection.prepareStatement(take, new String[] {"ticket"})) {
      statement.executeUpdate();
      try (ResultSet keys = statement.getGeneratedKeys()) {
        keys.next();
        ticket = keys.getLong(1);
      }
    }
    try (PreparedStatement statement = connection.prepareStatement(giveBack)) {
      new Parameters(statement).add(ticket);
      statement.executeUpdate();
    }
    return ticket;
  }
}
