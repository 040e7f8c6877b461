package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.WorkQueue.Settled;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Ends jobs of leases: by their workers, or because time is over. Each method is one transaction,
 * or a part of one.
 */
final class Settling {

  private final JobTable jobs;
  private final LeaseTable leases;
  private final DeadTable dead;

  Settling(JobTable jobs, LeaseTable leases, DeadTable dead) {
    this.jobs = jobs;
    this.leases = leases;
    this.dead = dead;
  }

  /** Refuses what cannot be settled, before anything is done. */
  static void check(Lease lease, List<Settlement> settlements) {
    BitSet seen = new BitSet();
    for (Settlement settlement : settlements) {
      int slot = settlement.slot();
      if (slot < 0 || slot >= lease.jobs().size()) {
        throw SyncException.invalid(
            "cannot settle: the lease has no slot " + slot + ", only " + lease.jobs().size());
      }
      if (seen.get(slot)) {
        throw SyncException.invalid("cannot settle: slot " + slot + " is named twice in one call");
      }
      seen.set(slot);
      if (settlement instanceof Settlement.Hold && lease.jobs().get(slot).job().run() == 0) {
        throw SyncException.invalid(
            "cannot hold "
                + lease.jobs().get(slot).job()
                + ": it belongs to no run that could release it");
      }
    }
  }

  /** Whether all jobs of the lease are done, so that it can go in one statement. */
  static boolean endsAll(Lease lease, List<Settlement> settlements) {
    return settlements.size() == lease.jobs().size()
        && settlements.stream().allMatch(Settlement.Done.class::isInstance);
  }

  /**
   * The note, where a lease of one job gets another one and nothing else happens to it: there are
   * no others that would have to be kept, so that it takes one statement.
   */
  static Optional<byte[]> onlyNote(Lease lease, List<Settlement> settlements) {
    return lease.jobs().size() == 1 && settlements.get(0) instanceof Settlement.Note note
        ? Optional.of(note.note().getBytes(StandardCharsets.UTF_8))
        : Optional.empty();
  }

  /** Settles under the lock of the lease's row: its fence. */
  Settled settle(Connection connection, int lane, Lease lease, List<Settlement> settlements)
      throws SQLException {
    boolean moves = settlements.stream().anyMatch(Settling::movesJob);
    Optional<LeaseTable.Held> found = leases.lock(connection, lease.fence(), lane, moves);
    if (found.isEmpty()) {
      return Settled.STALE;
    }
    LeaseTable.Held held = found.get();
    List<JobRow> back = new ArrayList<>();
    List<JobRow> buried = new ArrayList<>();
    for (Settlement settlement : settlements) {
      if (!held.settled().get(settlement.slot())) {
        settleOne(held, settlement, back, buried);
      }
    }
    jobs.putBack(connection, back);
    dead.bury(connection, buried);
    if (held.isComplete()) {
      leases.end(connection, held.fence(), lane);
    } else {
      leases.save(connection, held, JobRow.micros(lease.duration()));
    }
    return Settled.DONE;
  }

  private static boolean movesJob(Settlement settlement) {
    return !(settlement instanceof Settlement.Done || settlement instanceof Settlement.Note);
  }

  private static void settleOne(
      LeaseTable.Held held, Settlement settlement, List<JobRow> back, List<JobRow> buried) {
    int slot = settlement.slot();
    if (settlement instanceof Settlement.Note note) {
      held.notes().put(slot, note.note().getBytes(StandardCharsets.UTF_8));
      return;
    }
    held.settled().set(slot);
    held.notes().remove(slot);
    if (!movesJob(settlement)) {
      return;
    }
    JobRow row = held.rows().get(slot);
    if (settlement instanceof Settlement.Retry retry) {
      countAttempt(row);
      row.error = JobRow.error(retry.error());
      row.seq = JobRow.NEW;
      row.delay(retry.in());
      back.add(row);
    } else if (settlement instanceof Settlement.Release) {
      back.add(row);
    } else if (settlement instanceof Settlement.Hold) {
      row.state = JobRow.HELD;
      row.flags &= ~JobRow.MAY_DELETE;
      back.add(row);
    } else if (settlement instanceof Settlement.Bury bury) {
      countAttempt(row);
      row.error = JobRow.error(bury.error());
      buried.add(row);
    }
  }

  /**
   * Gives back the open jobs of one lease whose time is over (QUE-6). One that cannot be read is
   * put off, so that those behind it have their turn.
   *
   * @return whether there was one
   */
  boolean giveBackExpired(Connection connection, int lane) throws SQLException {
    Optional<LeaseTable.Expired> expired = leases.lockExpired(connection, lane);
    if (expired.isEmpty()) {
      return false;
    }
    long fence = expired.get().fence();
    if (expired.get().held().isEmpty()) {
      leases.putOff(connection, fence);
      return true;
    }
    List<JobRow> open = expired.get().held().get().open();
    open.forEach(Settling::countAttempt);
    jobs.putBack(connection, open);
    leases.end(connection, fence, lane);
    return true;
  }

  /**
   * Ends a lease that no worker has got: its jobs wait again as if they had not been leased.
   *
   * @param unfit those that no worker can be given, by slot, with the reason: they become dead
   *     letters
   */
  boolean undo(Connection connection, int lane, long fence, Map<Integer, String> unfit)
      throws SQLException {
    Optional<LeaseTable.Held> held = leases.lock(connection, fence, lane, true);
    if (held.isEmpty()) {
      return false;
    }
    List<JobRow> back = new ArrayList<>();
    List<JobRow> buried = new ArrayList<>();
    List<JobRow> rows = held.get().rows();
    for (int slot = 0; slot < rows.size(); slot++) {
      JobRow row = rows.get(slot);
      String reason = unfit.get(slot);
      if (reason == null) {
        back.add(row);
      } else {
        row.error = JobRow.error(reason);
        buried.add(row);
      }
    }
    jobs.putBack(connection, back);
    dead.bury(connection, buried);
    return leases.end(connection, fence, lane);
  }

  private static void countAttempt(JobRow row) {
    row.attempts = Math.min(row.attempts + 1, Short.MAX_VALUE);
  }
}
