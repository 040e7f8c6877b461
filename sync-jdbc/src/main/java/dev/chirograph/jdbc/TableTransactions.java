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
 * it has a transaction, and then transactions.
 *
 * <p>The list of transactions is a copy that the server keeps for a tenth of a second, and longer
 * when others look at it often. So a look counts only if it shows itself: our own transaction, in
 * it the text of this very statement.
 */
final class TableTransactions {

  private static final int LOOKS = 20;
  private static final Duration BETWEEN = Duration.ofMillis(120);

  private TableTransactions() {}

  /** Empty where the server does not tell, as MySQL does not tell one statement from the next. */
  static Optional<TableRunning> of(Database database, Pacing pacing) {
    for (int look = 0; look < LOOKS; look++) {
      long number = pacing.nanoTime();
      Look seen =
          database.snapshot("looking at transactions", connection -> look(connection, number));
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

  private static Look look(Connection connection, long number) throws SQLException {
    Set<String> statements = new HashSet<>();
    Set<String> transactions = new HashSet<>();
    boolean told = TableIncarnation.isMariaDb(connection);
    if (told) {
      TableQuery.of(
              """
              select concat(id, ' ', query_id) from information_schema.processlist
              where id <> connection_id()
                and command not in ('Sleep', 'Daemon', 'Binlog Dump', 'Slave_IO', 'Slave_SQL')""")
          .each(connection, 0, row -> statements.add(row.getString(1)));
    }
    boolean[] fresh = {false};
    if (told) {
      String sign = "look " + number;
      TableQuery.of("select /* " + sign + " */ trx_mysql_thread_id = connection_id(),")
          .add(
              " trx_query, concat(trx_mysql_thread_id, ' ', trx_started), trx_started, trx_mysql_thread_id")
          .add(" from information_schema.innodb_trx")
          .each(
              connection,
              0,
              row -> {
                if (row.getBoolean(1)) {
                  fresh[0] = fresh[0] || String.valueOf(row.getString(2)).contains(sign);
                } else {
                  transactions.add(row.getString(3));
                }
              });
    }
    return new Look(told, fresh[0], new TableRunning(statements, transactions));
  }
}
