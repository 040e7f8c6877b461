package dev.chirograph.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** Settings of a session in which rows are written: as we need them, then as before. */
final class TableWriteSession {

  /** What does not fit is refused and not cut off, and a key of 0 is not a request for a number. */
  private static final String MARIADB =
      "set @chirograph_sql_mode = @@session.sql_mode, session sql_mode ="
          + " concat(@@session.sql_mode, ',STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO')";

  private static final String MARIADB_BEFORE = "set session sql_mode = @chirograph_sql_mode";

  private TableWriteSession() {}

  /** Work in a transaction that has begun. */
  static <T extends @Nullable Object> T run(Database database, Connection connection, Work<T> work)
      throws SQLException {
    Dialect dialect = database.dialect();
    return switch (dialect) {
      case POSTGRESQL -> {
        // What is read after the lock is what was committed before it; nobody waits without end,
        // and a process that was stopped while it had the lock keeps nobody else away.
        long millis = database.patience().toMillis();
        // Rows are found by their keys: a plan that reads the table instead, because nothing is
        // known of its size yet, would do so once for each batch.
        execute(
            connection,
            "set transaction isolation level read committed; set local lock_timeout = "
                + millis
                + "; set local idle_in_transaction_session_timeout = "
                + millis
                + "; set local enable_hashjoin = off; set local enable_mergejoin = off"
                + "; set local enable_seqscan = off");
        yield TableSession.prepared(dialect, connection, work);
      }
      case MARIADB -> {
        execute(connection, MARIADB);
        yield Afterwards.always(
            () -> TableSession.prepared(dialect, connection, work),
            () -> execute(connection, MARIADB_BEFORE));
      }
      default -> TableSession.prepared(dialect, connection, work);
    };
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
