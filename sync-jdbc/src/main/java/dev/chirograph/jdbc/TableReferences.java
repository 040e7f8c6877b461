package dev.chirograph.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Other tables that refer to one. */
final class TableReferences {

  private static final String POSTGRESQL =
      "select count(*) from pg_constraint where contype = 'f' and confdeltype not in ('a', 'r')"
          + " and confrelid = to_regclass(?)";

  private static final String MARIADB =
      "select count(*) from information_schema.referential_constraints"
          + " where delete_rule not in ('NO ACTION', 'RESTRICT') and referenced_table_name = ?"
          + " and unique_constraint_schema = coalesce(nullif(?, ''), database())";

  private static final String H2 =
      "select count(*) from information_schema.referential_constraints r"
          + " join information_schema.table_constraints c"
          + " on c.constraint_schema = r.unique_constraint_schema"
          + " and c.constraint_name = r.unique_constraint_name"
          + " where r.delete_rule not in ('NO ACTION', 'RESTRICT') and c.table_name = ?"
          + " and c.table_schema = coalesce(nullif(cast(? as varchar), ''), current_schema)";

  private static final String SQLITE =
      "select count(*) from (select name as child from sqlite_master where type = 'table') m"
          + " join pragma_foreign_key_list(m.child) f"
          + " where f.\"table\" = ? collate nocase and f.on_delete not in ('NO ACTION', 'RESTRICT')";

  private TableReferences() {}

  /** Whether deleting a row deletes or changes rows of other tables, too. */
  static boolean takeOthersAlong(Connection connection, Dialect dialect, TableMeta table)
      throws SQLException {
    String sql =
        switch (dialect) {
          case POSTGRESQL -> POSTGRESQL;
          case MARIADB -> MARIADB;
          case H2 -> H2;
          case SQLITE -> SQLITE;
        };
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      boolean one = dialect == Dialect.POSTGRESQL;
      statement.setString(1, one ? table.qualified(dialect) : table.shape().name());
      if (dialect == Dialect.MARIADB || dialect == Dialect.H2) {
        statement.setString(2, table.schema());
      }
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getLong(1) > 0;
      }
    }
  }
}
