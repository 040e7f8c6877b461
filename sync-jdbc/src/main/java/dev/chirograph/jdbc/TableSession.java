package dev.chirograph.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** Settings of a session on which the texts of values depend: as we need them, then as before. */
final class TableSession {

  /** Until the end of the transaction. */
  private static final String POSTGRES =
      """
      set local timezone = 'UTC'; set local datestyle = 'ISO, YMD';
      set local extra_float_digits = 1; set local intervalstyle = 'postgres';
      set local bytea_output = 'hex'""";

  /**
   * Keys are sorted as a whole, and not by their first kilobyte: an index has no more of one than
   * these bytes. An empty text is no null.
   */
  private static final String MARIADB =
      "set @chirograph_time_zone = @@session.time_zone, session time_zone = '+00:00',"
          + " @chirograph_sort = @@session.max_sort_length,"
          + " session max_sort_length = greatest(@@session.max_sort_length, 16384),"
          + " @chirograph_mode = @@session.sql_mode,"
          + " session sql_mode = replace(@@session.sql_mode, 'EMPTY_STRING_IS_NULL', '')";

  private static final String MARIADB_BEFORE =
      "set session time_zone = @chirograph_time_zone, session max_sort_length = @chirograph_sort,"
          + " session sql_mode = @chirograph_mode";

  private TableSession() {}

  /** Reads, all of one moment, on a connection that writes values as we want them. */
  static <T extends @Nullable Object> T read(Database database, String operation, Work<T> work) {
    return database.snapshot(
        operation, connection -> prepared(database.dialect(), connection, work));
  }

  /** Work in a transaction that has begun, in which values are written as we want them. */
  static <T extends @Nullable Object> T prepared(
      Dialect dialect, Connection connection, Work<T> work) throws SQLException {
    return switch (dialect) {
      case POSTGRESQL -> {
        execute(connection, POSTGRES);
        yield work.run(connection);
      }
      case MARIADB -> {
        execute(connection, MARIADB);
        yield Afterwards.always(
            () -> work.run(connection), () -> execute(connection, MARIADB_BEFORE));
      }
      default -> work.run(connection);
    };
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
