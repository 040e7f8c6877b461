package dev.chirograph.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Which database this is, and which life of it, as far as it can tell by itself. */
final class TableIncarnation {

  /**
   * A restore in time or a promotion begins another timeline; a database made anew has another oid.
   */
  private static final String POSTGRES =
      """
      select concat_ws('/', 'postgresql',
        (select system_identifier from pg_control_system()),
        case when pg_is_in_recovery() then (select timeline_id from pg_control_checkpoint())
          else ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int end,
        (select oid from pg_database where datname = current_database()))""";

  private static final String MARIADB =
      "select concat_ws('/', 'mariadb', @@hostname, @@port, @@server_id, database())";

  private static final String MYSQL = "select concat_ws('/', 'mysql', @@server_uuid, database())";

  private static final String H2 = "select 'h2/' || coalesce(database_path(), database())";

  private static final String SQLITE =
      "select 'sqlite/' || coalesce(nullif(file, ''), 'memory') from pragma_database_list"
          + " where name = 'main'";

  private TableIncarnation() {}

  static String of(Connection connection, Dialect dialect) throws SQLException {
    String sql =
        switch (dialect) {
          case POSTGRESQL -> POSTGRES;
          case MARIADB -> isMariaDb(connection) ? MARIADB : MYSQL;
          case H2 -> H2;
          case SQLITE -> SQLITE;
        };
    return TableQuery.of(sql)
        .read(
            connection,
            0,
            rows -> {
              @Nullable String text = rows.next() ? rows.getString(1) : null;
              return text == null ? dialect.folder() : text;
            });
  }

  /** MySQL is like MariaDB in most, and not in what its catalogue tells of transactions. */
  static boolean isMariaDb(Connection connection) throws SQLException {
    return connection.getMetaData().getDatabaseProductVersion().contains("MariaDB");
  }
}
