package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The leases in their table. Every method takes part in the caller's transaction. */
final class LeaseTable {

  private static final Logger LOG = LoggerFactory.getLogger(LeaseTable.class);

  /** How long a lease is left alone that cannot be read. */
  private static final Duration PUT_OFF = Duration.ofHours(1);

  private final Database database;
  private final UnreadableRows unreadable = new UnreadableRows();
  private final String table;
  private final String end;
  private final String extend;
  private final String lock;
  private final String lockWithJobs;
  private final String save;
  private final String note;
  private final String lockExpired;
  private final String putOff;

  LeaseTable(Database database) {
    this.database = database;
    boolean sqlite = database.dialect() == Dialect.SQLITE;
    this.table = database.sql("${lease}");
    this.end = database.sql("delete from ${lease} where fence = ? and lane = ?");
    this.extend =
        database.sql("update ${lease} set expires = ${now} + ? where fence = ? and lane = ?");
    this.lock = lock("null", sqlite);
    this.lockWithJobs = lock("jobs", sqlite);
    this.save =
        database.sql(
            "update ${lease} set expires = ${now} + ?, settled = ?, notes = ? where fence = ?");
    this.note =
        database.sql(
            "update ${lease} set expires = ${now} + ?, notes = ? where fence = ? and lane = ?");
    this.lockExpired =
        database.sql(
                "select fence, slots, run, settled, notes, jobs from ${lease} where lane = ? and expires <= ${now}"
                    + " order by expires limit 1")
            + (sqlite ? "" : " for update skip locked");
    this.putOff = database.sql("update ${lease} set expires = ${now} + ? where fence = ?");
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
        return row.next() ? Optional.of(held(row, lane, withJobs)) : Optional.empty();
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

  /**
   * Keeps the note of the only job of a lease, and lets the lease hold on from now; false when it
   * is gone, as it is once its job is settled.
   */
  boolean note(Connection connection, long fence, int lane, long micros, byte[] text)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(database.timed(note))) {
      new Parameters(statement)
          .add(micros)
          .add(LeasePayload.encodeNotes(Map.of(0, text)))
          .add(fence)
          .add(lane);
      return statement.executeUpdate() > 0;
    }
  }

  /**
   * A lease whose time is over.
   *
   * @param held empty when it cannot be read
   */
  record Expired(long fence, Optional<Held> held) {}

  /** Locks a lease of a lane whose time is over; empty when there is none, or others hold them. */
  Optional<Expired> lockExpired(Connection connection, int lane) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(database.timed(lockExpired))) {
      new Parameters(statement).add(lane);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(expired(row, lane)) : Optional.empty();
      }
    }
  }

  private Expired expired(ResultSet row, int lane) throws SQLException {
    long fence = row.getLong(1);
    try {
      return new Expired(fence, Optional.of(held(row, lane, true)));
    } catch (SyncException e) {
      LOG.error(
          "{}. Its jobs are not given back: they stay in that row, jobs of their keys wait, and it"
              + " is looked at again in {}. Repair the row, or remove it and reconcile",
          e.getMessage(),
          PUT_OFF);
      return new Expired(fence, Optional.empty());
    }
  }

  /** Leaves a lease that cannot be read as it is for a while, so that it stands in no way. */
  void putOff(Connection connection, long fence) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(database.timed(putOff))) {
      new Parameters(statement).add(JobRow.micros(PUT_OFF)).add(fence);
      statement.executeUpdate();
    }
  }

  /**
   * A lease from a row of fence, slots, run, settled slots, notes and jobs; empty, and the log
   * tells, when it cannot be read.
   */
  Optional<Held> readable(ResultSet row, int lane, boolean withJobs) throws SQLException {
    try {
      return Optional.of(held(row, lane, withJobs));
    } catch (SyncException e) {
      unreadable.tell(row.getLong(1), e);
      return Optional.empty();
    }
  }

  private Held held(ResultSet row, int lane, boolean withJobs) throws SQLException {
    long fence = row.getLong(1);
    int slots = row.getInt(2);
    try {
      Map<Integer, byte[]> notes = LeasePayload.decodeNotes(row.getBytes(5));
      List<JobRow> rows = withJobs ? LeasePayload.decode(lane, row.getBytes(6), notes) : List.of();
      if (withJobs && rows.size() != slots) {
        throw new SyncException(
            SyncException.Kind.CORRUPT,
            "a lease of " + slots + " slots holds " + rows.size() + " jobs; its row was changed");
      }
      BitSet settled = BitSet.valueOf(row.getBytes(4));
      return new Held(fence, slots, row.getLong(3), settled, notes, rows);
    } catch (SyncException e) {
      throw new SyncException(
          SyncException.Kind.CORRUPT,
          "the lease with fence " + fence + " in " + table + " cannot be read: " + e.getMessage(),
          e);
    }
  }
}
