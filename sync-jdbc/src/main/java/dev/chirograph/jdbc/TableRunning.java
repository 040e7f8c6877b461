package dev.chirograph.jdbc;

import dev.chirograph.Pacing;
import dev.chirograph.SyncException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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

  /**
   * What a database tells.
   *
   * @param running those that are running, without our own; null where it does not tell
   * @param why it does not; empty where it does
   */
  record Told(@Nullable TableRunning running, String why) {

    static Told of(TableRunning running) {
      return new Told(running, "");
    }

    static Told nothing(String why) {
      return new Told(null, why);
    }
  }

  /** Those that are running now and may write to a table. */
  static Told now(Database database, TableMeta table, Pacing pacing) {
    try {
      return switch (database.dialect()) {
        case POSTGRESQL ->
            database.read("looking at transactions", connection -> postgres(connection, table));
        case H2 -> database.read("looking at transactions", TableRunning::h2);
        case MARIADB -> TableTransactions.of(database, pacing);
        case SQLITE -> Told.of(new TableRunning(Set.of(), Set.of()));
      };
    } catch (SyncException e) {
      if (e.kind() == SyncException.Kind.PERMISSION_DENIED) {
        return Told.nothing("its user may not look at transactions: it lacks a privilege");
      }
      throw e;
    }
  }

  /**
   * Every transaction holds a lock on its own virtual id, from its first moment on, until it is
   * visible; a prepared one is listed before it gives that lock up. Elsewhere than on the primary
   * nobody knows who runs, and what a subscription brings was numbered elsewhere.
   */
  private static Told postgres(Connection connection, TableMeta table) throws SQLException {
    String name = table.qualified(Dialect.POSTGRESQL);
    String elsewhere =
        TableQuery.of("select case when pg_is_in_recovery() then 'it is a standby'")
            .add(
                " when exists (select from pg_subscription_rel where srrelid = to_regclass(?)",
                name)
            .add(
                " or srrelid in (select relid from pg_partition_tree(to_regclass(?))))"
                    + " then 'a subscription brings its rows' else '' end",
                name)
            .read(connection, 0, rows -> rows.next() ? rows.getString(1) : "");
    if (!elsewhere.isEmpty()) {
      return Told.nothing(elsewhere);
    }
    Set<String> under = new HashSet<>();
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
    return Told.of(new TableRunning(under, prepared));
  }

  /**
   * Statements that run, and after them sessions that have not committed what they wrote. Whoever
   * is no administrator sees none but its own.
   */
  private static Told h2(Connection connection) throws SQLException {
    boolean admin =
        TableQuery.of(
                "select is_admin from information_schema.users where user_name = current_user")
            .read(connection, 0, rows -> rows.next() && rows.getBoolean(1));
    if (!admin) {
      return Told.nothing("its user is no administrator, who alone sees other sessions");
    }
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
    return Told.of(new TableRunning(under, open));
  }
}
