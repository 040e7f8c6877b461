package dev.chirograph.jdbc;

import dev.chirograph.spi.SupportsRuns.Release;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What concerns the jobs of one run in one queue. Every method takes part in the caller's
 * transaction.
 */
final class RunTable {

  private final Database database;
  private final QueueNames names;
  private final LeaseTable leases;
  private final String countHeld;
  private final String released;
  private final String spend;
  private final String open;
  private final String release;
  private final String discard;
  private final String discardAll;
  private final String cancel;
  private final String forget;
  private final String remaining;

  RunTable(Database database, QueueNames names, LeaseTable leases) {
    this.database = database;
    this.names = names;
    this.leases = leases;
    String ours = "lane in (select id from ${lane} where tenant = ? and queue = ?)";
    String held =
        " where run = ? and state = 2 and scope in (select s.id from ${scope} s join ${lane} l"
            + " on l.id = s.lane where l.tenant = ? and l.queue = ? and s.name = ?)";
    this.countHeld = database.sql("select count(*) from ${job}" + held);
    String row = " where tenant = ? and queue = ? and run = ? and scope = ?";
    this.released = database.sql("select released from ${run}" + row);
    this.spend =
        database.sql("update ${run} set released = released + ?" + row + " and released = ?");
    this.open =
        database.sql(
            "insert into ${run} (tenant, queue, run, scope, released) values (?, ?, ?, ?, ?)");
    this.forget = database.sql("delete from ${run} where run = ? and tenant = ? and queue = ?");
    this.release =
        database.sql(
            "update ${job} set state = 0, at = ${now}, flags = case when flags >= 2 then flags"
                + " else flags + 2 end"
                + held);
    this.discard = database.sql("delete from ${job}" + held);
    this.discardAll = database.sql("delete from ${job} where run = ? and state = 2 and " + ours);
    // As the condition of the index of runs says it, which leaves out what is held.
    this.cancel =
        database.sql("delete from ${job} where run = ? and run <> 0 and state <> 2 and " + ours);
    // One statement, so that a job which is put back or leased meanwhile is counted in one place.
    this.remaining =
        database.sql(
            """
            select null as fence, waiting.number as slots, 0 as run, null as settled, null as notes,
                   null as jobs
            from (select count(*) as number from
              (select run from ${job} where run = ? and run <> 0 and state <> 2 and %1$s limit ?) w) waiting
            union all
            select fence, slots, run, settled, notes, case when run = -1 then jobs else null end
            from ${lease} where run in (?, -1) and %1$s
            """
                .formatted(ours));
  }

  /** Makes held jobs ready, if all that is released of their run and scope is within the limit. */
  Release release(Connection connection, long run, String scope, long limit) throws SQLException {
    long held = countHeld(connection, run, scope);
    if (held == 0) {
      return new Release(0, true);
    }
    Long before = released(connection, run, scope);
    if ((before == null ? 0 : before) + held > limit) {
      return new Release(held, false);
    }
    if (changeHeld(connection, database.timed(release), run, scope) != held
        || !spend(connection, run, scope, before, held)) {
      // Somebody holds or releases at the same time: as if we had lost a lock, so that all is
      // undone and counted again.
      throw new SQLException("what the run holds or has released changed meanwhile", "40001");
    }
    return new Release(held, true);
  }

  private long countHeld(Connection connection, long run, String scope) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(countHeld)) {
      set(statement, run).add(scope);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /** How many were released before; null without a row. */
  private @Nullable Long released(Connection connection, long run, String scope)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(released)) {
      row(new Parameters(statement), run, scope);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getLong(1) : null;
      }
    }
  }

  /** Writes down what is released; false when somebody else did so since it was read. */
  private boolean spend(
      Connection connection, long run, String scope, @Nullable Long before, long more)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(before == null ? open : spend)) {
      if (before == null) {
        row(new Parameters(statement), run, scope).add(more);
      } else {
        row(new Parameters(statement).add(more), run, scope).add(before);
      }
      return statement.executeUpdate() == 1;
    } catch (SQLException e) {
      if (SqlErrors.alreadyExists(e)) {
        return false;
      }
      throw e;
    }
  }

  private Parameters row(Parameters parameters, long run, String scope) throws SQLException {
    return parameters.add(names.tenant()).add(names.queue()).add(run).add(scope);
  }

  long discard(Connection connection, long run, String scope) throws SQLException {
    return changeHeld(connection, discard, run, scope);
  }

  private long changeHeld(Connection connection, String sql, long run, String scope)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      set(statement, run).add(scope);
      return statement.executeLargeUpdate();
    }
  }

  long forget(Connection connection, long run) throws SQLException {
    change(connection, forget, run);
    return change(connection, discardAll, run);
  }

  long cancel(Connection connection, long run) throws SQLException {
    return change(connection, cancel, run) + change(connection, discardAll, run);
  }

  private long change(Connection connection, String sql, long run) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      set(statement, run);
      return statement.executeLargeUpdate();
    }
  }

  private Parameters set(PreparedStatement statement, long run) throws SQLException {
    return new Parameters(statement).add(run).add(names.tenant()).add(names.queue());
  }

  long remaining(Connection connection, long run, long atMost) throws SQLException {
    long count = 0;
    try (PreparedStatement statement = connection.prepareStatement(remaining)) {
      set(statement, run).add(atMost).add(run).add(names.tenant()).add(names.queue());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          count += rows.getLong(1) == 0 ? rows.getLong(2) : running(rows, run);
        }
      }
    }
    return Math.min(count, atMost);
  }

  /** How many open jobs of a lease belong to a run; of one that cannot be read, all may. */
  private long running(ResultSet row, long run) throws SQLException {
    boolean several = row.getLong(3) == -1;
    Optional<LeaseTable.Held> held = leases.readable(row, 0, several);
    if (held.isEmpty()) {
      return Math.max(1, row.getLong(2));
    }
    return several
        ? held.get().open().stream().filter(job -> job.run == run).count()
        : held.get().slots() - held.get().settled().cardinality();
  }
}
