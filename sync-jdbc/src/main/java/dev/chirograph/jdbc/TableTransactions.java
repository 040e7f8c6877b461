package dev.chirograph.jdbc;

import dev.chirograph.Pacing;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Transactions that are running on MariaDB: statements first, since one may draw its number before
 * it has a transaction, and then transactions. What has not written yet may go on as one that
 * writes, under another number.
 *
 * <p>The list of transactions is a copy that the server keeps for a tenth of a second, and longer
 * when others look at it often. So a look counts only if it shows itself: our own transaction, in
 * it the text of this very statement.
 */
final class TableTransactions {

  private static final String STATEMENTS =
      """
      select concat(id, ' ', query_id), command like 'Slave%'
      from information_schema.processlist
      where id <> connection_id() and command not in ('Sleep', 'Daemon', 'Binlog Dump')""";

  /** Rows of a replica or of a cluster may have been numbered where nobody sees it from here. */
  private static final String ELSEWHERE =
      """
      select count(*) from information_schema.global_variables
      where (variable_name = 'READ_ONLY' and variable_value <> 'OFF')
        or (variable_name = 'WSREP_ON' and variable_value = 'ON')""";

  private static final String TRANSACTIONS =
      """
       trx_mysql_thread_id = connection_id(), trx_query, trx_id,
        concat(trx_mysql_thread_id, ' ', trx_started)
      from information_schema.innodb_trx
      where trx_is_read_only = 0 or trx_mysql_thread_id = connection_id()""";

  /** A transaction that has not written yet has no number of its own, or one from here on. */
  private static final long NOT_WRITING = 1L << 47;

  private static final int LOOKS = 20;
  private static final Duration BETWEEN = Duration.ofMillis(120);

  private TableTransactions() {}

  /** Nothing where the server does not tell, as MySQL does not tell one statement from the next. */
  static TableRunning.Told of(Database database, Pacing pacing) {
    for (int look = 0; look < LOOKS; look++) {
      Look seen = database.snapshot("looking at transactions", TableTransactions::look);
      if (seen.fresh() || !seen.told().why().isEmpty()) {
        return seen.told();
      }
      pacing.await(BETWEEN);
    }
    return TableRunning.Told.nothing("its list of transactions is never up to date");
  }

  private record Look(boolean fresh, TableRunning.Told told) {

    static Look nothing(String why) {
      return new Look(false, TableRunning.Told.nothing(why));
    }
  }

  private static Look look(Connection connection) throws SQLException {
    if (!TableIncarnation.isMariaDb(connection)) {
      return Look.nothing("MySQL does not tell who is writing");
    }
    Set<String> under = new HashSet<>();
    boolean[] elsewhere = {
      TableQuery.of(ELSEWHERE).read(connection, 0, rows -> rows.next() && rows.getLong(1) > 0)
    };
    TableQuery.of(STATEMENTS)
        .each(
            connection,
            0,
            row -> {
              under.add(row.getString(1));
              elsewhere[0] |= row.getBoolean(2);
            });
    if (elsewhere[0]) {
      return Look.nothing("it is read-only, a replica or in a cluster: others write elsewhere");
    }
    Set<String> writing = new HashSet<>();
    String sign =
        TableQuery.of("select concat('look ', uuid_short())")
            .read(connection, 0, rows -> rows.next() ? rows.getString(1) : "");
    boolean[] fresh = {false};
    TableQuery.of("select /* " + sign + " */" + TRANSACTIONS)
        .each(
            connection,
            0,
            row -> {
              long id = row.getLong(3);
              if (row.getBoolean(1)) {
                fresh[0] = fresh[0] || String.valueOf(row.getString(2)).contains(sign);
              } else if (id == 0 || id >= NOT_WRITING) {
                under.add("reading " + row.getString(4));
              } else {
                writing.add(Long.toString(id));
              }
            });
    return new Look(fresh[0], TableRunning.Told.of(new TableRunning(under, writing)));
  }
}
