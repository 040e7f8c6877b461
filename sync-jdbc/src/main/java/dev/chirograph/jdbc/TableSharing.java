package dev.chirograph.jdbc;

import static java.util.stream.Collectors.joining;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import java.sql.Connection;
import java.sql.SQLException;

/** Refuses tables in which one tenant could get in the way of another. */
final class TableSharing {

  private TableSharing() {}

  /**
   * Looks whether a table tells tenants apart.
   *
   * @throws SyncException of kind UNSUPPORTED when it does not
   */
  static void check(
      Connection connection, Dialect dialect, TableMeta meta, TableFacts facts, TableScope scope)
      throws SQLException {
    if (scope.columns().isEmpty()) {
      return;
    }
    String table = meta.shape().name();
    facts
        .indexes()
        .forEach(
            (name, index) -> {
              if (index.unique() && !index.columns().containsAll(scope.columns())) {
                throw refused(
                    table,
                    "its unique index or rule over "
                        + index.columns()
                        + " is not over "
                        + scope.columns()
                        + " too, so that one tenant's rows would stand in the way of another's");
              }
            });
    if (confuses(connection, dialect, meta, scope)) {
      throw refused(
          table,
          "its columns "
              + scope.columns()
              + " take different names for one, as their collation says; give them a binary one");
    }
  }

  private static SyncException refused(String table, String why) {
    return new SyncException(
        Kind.UNSUPPORTED, "tenants cannot share the table " + table + ": " + why);
  }

  /** Whether names of tenants that differ are equal to the columns: asked of the database. */
  private static boolean confuses(
      Connection connection, Dialect dialect, TableMeta meta, TableScope scope)
      throws SQLException {
    String sum =
        scope.columns().stream()
            .map(
                column ->
                    "(select count(*) from (select "
                        + dialect.quoted(column)
                        + " as c from "
                        + meta.qualified(dialect)
                        + " where 1 = 0 union all select 'a' union all select 'ab') p"
                        + " where c in ('A', 'a-b', 'a_b', 'AB'))")
            .collect(joining(" + "));
    return TableQuery.of("select " + sum)
        .read(connection, 0, row -> row.next() && row.getLong(1) > 0);
  }
}
