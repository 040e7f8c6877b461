package dev.chirograph.jdbc;

import dev.chirograph.Pacing;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
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
      select concat(id, ' ', query_id) from information_schema.processlist
      where id <> connection_id()
        and command not in ('Sleep', 'Daemon', 'Binlog Dump', 'Slave_IO', 'Slave_SQL')""";

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

  /** Empty where the server does not tell, as MySQL does not tell one statement from the next. */
  static Optional<TableRunning> of(Database database, Pacing pacing) {
    for (int look = 0; look < LOOKS; look++) {
      Look seen = database.snapshot("looking at transactions", TableTransactions::look);
      if (!seen.told()) {
        return Optional.empty();
      }
      if (seen.fresh()) {
        return Optional.of(seen.running());
      }
      pacing.await(BETWEEN);
    }
    return Optional.empty();
  }

  private record Look(boolean told, boolean fresh, TableRunning running) {}

  private static Look look(Connection connection) throws SQLException {
    if (!TableIncarnation.isMariaDb(connection)) {
      return new Look(false, false, new TableRunning(Set.of(), Set.of()));
    }
    Set<String> under = new HashSet<>();
    Set<String> writing = new HashSet<>();
    TableQuery.of(STATEMENTS).each(connection, 0, row -> under.add(row.getString(1)));
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
    return new Look(true, fresh[0], new TableRunning(under, writing));
  }
}
