package dev.chirograph.jdbc;

import dev.chirograph.spi.WorkQueue.Enqueued;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * The waiting jobs in their table: the statements that differ between databases. Every method takes
 * part in the caller's transaction.
 */
interface JobTable {

  /**
   * Adds rows, or upgrades those that wait (QUE-1).
   *
   * @param rows of different keys, in the order in which they are to be leased
   */
  Enqueued put(Connection connection, List<JobRow> rows) throws SQLException;

  /**
   * Puts back rows that were in a lease; a follow-up that waits is the newer one (QUE-8). Rows keep
   * their number or, without one, go to the end.
   */
  void putBack(Connection connection, List<JobRow> rows) throws SQLException;

  /**
   * Makes those ready whose time has come, and moves the first ones of a lane into a lease.
   *
   * @param micros how long the lease holds
   * @param behind where to begin; empty for the front
   */
  Taken take(Connection connection, int lane, int limit, long micros, Optional<Mark.Place> behind)
      throws SQLException;

  /**
   * What a lease found.
   *
   * @param batch empty when no job is ready there
   * @param promoted the lowest number of those that became ready; 0 when none did
   * @param expired whether the lane has leases whose time is over
   */
  record Taken(Optional<Batch> batch, long promoted, boolean expired) {}

  /** Jobs in a lease, by slot. */
  record Batch(long fence, List<JobRow> rows) {
    Mark.Place last() {
      JobRow row = rows.get(rows.size() - 1);
      return new Mark.Place(row.rank, row.seq);
    }
  }
}
