package dev.chirograph.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** The leases in their table. Every method takes part in the caller's transaction. */
final class LeaseTable {

  private final Database database;
  private final String end;
  private final String extend;
  private final String lock;
  private final String lockWithJobs;
  private final String save;
  private final String lockExpired;

  LeaseTable(Database database) {
    this.database = database;
    boolean sqlite = database.dialect() == Dialect.SQLITE;
    this.end = database.sql("delete from ${lease} where fence = ? and lane = ?");
    this.extend =
        database.sql("update ${lease} set expires = ${now} + ? where fence = ? and lane = ?");
    this.lock = lock(database.dialect() == Dialect.POSTGRESQL ? "''::bytea" : "null", sqlite);
    this.lockWithJobs = lock("jobs", sqlite);
    this.save =
        database.sql(
            "update ${lease} set expires = ${now} + ?, settled = ?, notes = ? where fence = ?");
    this.lockExpired =
        database.sql(
                "select fence, slots, run, settled, notes, jobs from ${lease} where lane = ? and expires <= ${now}"
                    + " order by expires limit 1")
            + (sqlite ? "" : " for update skip locked");
  }

  private String lock(String jobs, boolean sqlite) {
    return database.sql(
            "select fence, slots, run, settled, notes, "
                + jobs
                + " from ${lease} where fence = ? and lane = ?")
        + (sqlite ? "" : " for update");
  }

  /**
   * A lease as it stands.
   *
   * @param run the run of all its jobs, or -1
   * @param settled the slots that have ended
   * @param notes those written since it began, by slot
   * @param rows its jobs by slot with their present notes; empty when they were not read
   */
  record Held(
      long fence,
      int slots,
      long run,
      BitSet settled,
      Map<Integer, byte[]> notes,
      List<JobRow> rows) {

    boolean isComplete() {
      return settled.cardinality() == slots;
    }

    /** The rows that are not settled. */
    List<JobRow> open() {
      return IntStream.range(0, rows.size())
          .filter(slot -> !settled.get(slot))
          .mapToObj(rows::get)
          .toList();
    }
  }

  /** Removes a lease; false when it is gone. */
  boolean end(Connection connection, long fence, int lane) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(end)) {
      new Parameters(statement).add(fence).add(lane);
      return statement.executeUpdate() > 0;
    }
  }

  /** Lets a lease hold on from now; false when it is gone. */
  boolean extend(Connection connection, long fence, int lane, long micros) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(database.timed(extend))) {
      new Parameters(statement).add(micros).add(fence).add(lane);
      return statement.executeUpdate() > 0;
    }
  }

  /**
   * Locks a lease so that nobody else settles or gives back its jobs; empty when it is gone.
   *
   * @param withJobs whether its jobs are needed; they are many bytes
   */
  Optional<Held> lock(Connection connection, long fence, int lane, boolean withJobs)
      throws SQLException {
    String sql = withJobs ? lockWithJobs : lock;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      new Parameters(statement).add(fence).add(lane);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(held(row, lane)) : Optional.empty();
      }
    }
  }

  /** Keeps what was settled, and lets the lease hold on from now. */
  void save(Connection connection, Held lease, long micros) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(database.timed(save))) {
      new Parameters(statement)
          .add(micros)
          .add(LeasePayload.encodeSettled(lease.settled(), lease.slots()))
          .add(LeasePayload.encodeNotes(lease.notes()))
          .add(lease.fence());
      statement.executeUpdate();
    }
  }

  /** Locks a lease of a lane whose time is over; empty when there is none, or others hold them. */
  Optional<Held> lockExpired(Connection connection, int lane) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(database.timed(lockExpired))) {
      new Parameters(statement).add(lane);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(held(row, lane)) : Optional.empty();
      }
    }
  }

  /** A lease from a row of fence, slots, run, settled slots, notes and jobs. */
  static Held held(ResultSet row, int lane) throws SQLException {
    Map<Integer, byte[]> notes = LeasePayload.decodeNotes(PortableRows.bytes(row, 5));
    return new Held(
        row.getLong(1),
        row.getInt(2),
        row.getLong(3),
        BitSet.valueOf(PortableRows.bytes(row, 4)),
        notes,
        LeasePayload.decode(lane, PortableRows.bytes(row, 6), notes));
  }
}
