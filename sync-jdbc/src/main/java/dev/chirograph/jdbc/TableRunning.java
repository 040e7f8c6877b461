package dev.chirograph.jdbc;

import dev.chirograph.Pacing;
import dev.chirograph.SyncException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Transactions that are running.
 *
 * @param under those that are being worked on
 * @param later those into which one of the others may have turned: prepared for a second phase, or
 *     begun by a statement
 */
record TableRunning(Set<String> under, Set<String> later) {

  TableRunning {
    under = Set.copyOf(under);
    later = Set.copyOf(later);
  }

  boolean isEmpty() {
    return under.isEmpty() && later.isEmpty();
  }

  /**
   * Which of these may be running still, given those that are running now. When one is not to be
   * seen any more, it may be among those into which it could turn, all of which are waited for.
   */
  TableRunning left(TableRunning now) {
    Set<String> stillUnder = new HashSet<>(under);
    stillUnder.retainAll(now.under);
    Set<String> stillLater = new HashSet<>(later);
    stillLater.retainAll(now.later);
    if (stillUnder.size() < under.size()) {
      stillLater.addAll(now.later);
    }
    return new TableRunning(stillUnder, stillLater);
  }

  /** Those that are running now, without our own; empty where the database does not tell. */
  static Optional<TableRunning> now(Database database, Pacing pacing) {
    try {
      return switch (database.dialect()) {
        case POSTGRESQL -> database.read("looking at transactions", TableRunning::postgres);
        case H2 -> database.read("looking at transactions", TableRunning::h2);
        case MARIADB -> TableTransactions.of(database, pacing);
        case SQLITE -> Optional.of(new TableRunning(Set.of(), Set.of()));
      };
    } catch (SyncException e) {
      if (e.kind() == SyncException.Kind.PERMISSION_DENIED) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Every transaction holds a lock on its own virtual id, from its first moment on, until it is
   * visible; a prepared one is listed before it gives that lock up. Elsewhere than on the primary
   * nobody knows who runs.
   */
  private static Optional<TableRunning> postgres(Connection connection) throws SQLException {
    Set<String> under = new HashSet<>();
    boolean primary =
        TableQuery.of("select pg_is_in_recovery()")
            .read(connection, 0, rows -> rows.next() && !rows.getBoolean(1));
    if (!primary) {
      return Optional.empty();
    }
    TableQuery.of(
            """
            select l.virtualxid
            from pg_locks l
            left join pg_stat_get_activity(null) a on a.pid = l.pid
            where l.locktype = 'virtualxid' and l.pid <> pg_backend_pid()
              and (a.datid is null or a.datid = 0
                or a.datid = (select oid from pg_database where datname = current_database()))""")
        .each(connection, 0, row -> under.add(row.getString(1)));
    Set<String> prepared = new HashSet<>();
    TableQuery.of(
            "select transaction::text || ' ' || prepared from pg_prepared_xacts"
                + " where database = current_database()")
        .each(connection, 0, row -> prepared.add(row.getString(1)));
    return Optional.of(new TableRunning(under, prepared));
  }

  /** Statements that run, and after them sessions that have not committed what they wrote. */
  private static Optional<TableRunning> h2(Connection connection) throws SQLException {
    Set<String> under = new HashSet<>();
    TableQuery.of(
            """
            select session_id || ' ' || session_start || ' ' || executing_statement_start
            from information_schema.sessions
            where executing_statement is not null and session_id <> session_id()""")
        .each(connection, 0, row -> under.add(row.getString(1)));
    Set<String> open = new HashSet<>();
    TableQuery.of(
            """
            select session_id || ' ' || session_start
            from information_schema.sessions
            where contains_uncommitted and session_id <> session_id()""")
        .each(connection, 0, row -> open.add(row.getString(1)));
    return Optional.of(new TableRunning(under, open));
  }
}
