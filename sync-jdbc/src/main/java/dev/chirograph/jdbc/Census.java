package dev.chirograph.jdbc;

import dev.chirograph.spi.QueueStatistics;
import dev.chirograph.spi.QueueStatistics.Counts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * Counts the jobs of a queue. Of each state at most {@value #LIMIT} rows are looked at, and at most
 * {@value #LEASES} leases, so that it stays quick; what was cut makes the answer inexact, and so
 * does what cannot be read.
 */
final class Census {

  private static final int LIMIT = 100_000;
  private static final int LEASES = 1_000;

  private final Database database;
  private final QueueNames names;
  private final LeaseTable leases;
  private final UnreadableRows unreadable = new UnreadableRows();
  private final String lanes;
  private final String time;
  private final String waiting;
  private final String due;
  private final String delayed;
  private final String held;
  private final String running;
  private final String dead;

  Census(Database database, QueueNames names, LeaseTable leases) {
    this.database = database;
    this.names = names;
    this.leases = leases;
    String count =
        "select scope, count(*), min(at) from (select scope, at from ${job} where lane = ? and state = ";
    String cut = " limit " + LIMIT + ") counted group by scope";
    this.lanes = database.sql("select id from ${lane} where tenant = ? and queue = ?");
    this.time = database.sql("select ${now}");
    this.waiting = database.sql(count + "0 order by ranking, seq" + cut);
    this.due = database.sql(count + "1 and at <= ${now} order by at" + cut);
    this.delayed = database.sql(count + "1 and at > ${now} order by at" + cut);
    this.held = database.sql(count + "2" + cut);
    this.running =
        database.sql(
            "select fence, slots, run, settled, notes, jobs from ${lease} where lane = ? limit "
                + LEASES);
    this.dead =
        database.sql(
            "select scope, count(*), 0 from (select scope from ${dead} where lane = ?" + cut);
  }

  QueueStatistics take(Connection connection) throws SQLException {
    Count total = new Count(connection);
    for (int lane : lanes(connection)) {
      total.lane(lane);
    }
    return total.statistics();
  }

  private List<Integer> lanes(Connection connection) throws SQLException {
    List<Integer> found = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(lanes)) {
      new Parameters(statement).add(names.tenant()).add(names.queue());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(rows.getInt(1));
        }
      }
    }
    return found;
  }

  /** One count. */
  private final class Count {
    private final Connection connection;
    private final Map<String, Counts> scopes = new HashMap<>();
    private final long now;
    private long oldest;
    private boolean exact = true;

    private Count(Connection connection) throws SQLException {
      this.connection = connection;
      try (PreparedStatement statement = connection.prepareStatement(database.timed(time));
          ResultSet row = statement.executeQuery()) {
        row.next();
        now = row.getLong(1);
        oldest = now;
      }
    }

    private void lane(int lane) throws SQLException {
      oldest = Math.min(oldest, rows(waiting, lane, n -> new Counts(n, 0, 0, 0, 0)));
      // Those that are due become ready when somebody leases.
      oldest = Math.min(oldest, rows(due, lane, n -> new Counts(n, 0, 0, 0, 0)));
      rows(delayed, lane, n -> new Counts(0, n, 0, 0, 0));
      rows(held, lane, n -> new Counts(0, 0, n, 0, 0));
      rows(dead, lane, n -> new Counts(0, 0, 0, 0, n));
      running(lane);
    }

    private long rows(String sql, int lane, LongFunction<Counts> counts) throws SQLException {
      long seen = 0;
      long first = now;
      try (PreparedStatement statement = connection.prepareStatement(database.timed(sql))) {
        new Parameters(statement).add(lane);
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            add(rows.getInt(1), counts.apply(rows.getLong(2)));
            seen += rows.getLong(2);
            first = Math.min(first, rows.getLong(3));
          }
        }
      }
      exact &= seen < LIMIT;
      return first;
    }

    private void running(int lane) throws SQLException {
      int seen = 0;
      try (PreparedStatement statement = connection.prepareStatement(running)) {
        new Parameters(statement).add(lane);
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            seen++;
            Optional<LeaseTable.Held> held = leases.readable(rows, lane, true);
            exact &= held.isPresent();
            for (JobRow row : held.map(LeaseTable.Held::open).orElse(List.of())) {
              add(row.scope, new Counts(0, 0, 0, 1, 0));
            }
          }
        }
      }
      exact &= seen < LEASES;
    }

    private void add(int scope, Counts counts) throws SQLException {
      Optional<String> name = names.nameOfScope(connection, scope);
      if (name.isPresent()) {
        scopes.merge(name.get(), counts, Counts::plus);
      } else {
        unreadable.tell(scope, QueueNames.missingScope(scope));
        exact = false;
      }
    }

    private QueueStatistics statistics() {
      return new QueueStatistics(scopes, Duration.ofNanos((now - oldest) * 1_000), exact);
    }
  }
}
