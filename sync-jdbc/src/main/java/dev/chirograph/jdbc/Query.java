package dev.chirograph.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A query with its parameters, and what is done with its rows.
 *
 * @param binding sets the parameters
 * @param taking is told of each row
 */
record Query(String sql, Binding binding, Taking taking) {

  /** Sets the parameters of a query. */
  @FunctionalInterface
  interface Binding {
    void bind(Parameters parameters) throws SQLException;
  }

  /** Takes the row at which a result stands. */
  @FunctionalInterface
  interface Taking {
    void take(ResultSet row) throws SQLException;
  }

  /** A statement that sets something and has no rows; to be run with others on PostgreSQL. */
  static Query setting(String sql) {
    return new Query(sql, parameters -> {}, row -> {});
  }

  void run(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      binding.bind(new Parameters(statement));
      takeAll(statement.executeQuery());
    }
  }

  private void takeAll(ResultSet result) throws SQLException {
    try (result) {
      while (result.next()) {
        taking.take(result);
      }
    }
  }

  /**
   * Runs queries one after another, each of which sees what was committed before it; on PostgreSQL
   * in one round trip.
   */
  static void runAll(Connection connection, Dialect dialect, List<Query> queries)
      throws SQLException {
    if (dialect != Dialect.POSTGRESQL || queries.size() < 2) {
      for (Query query : queries) {
        query.run(connection);
      }
      return;
    }
    String sql = queries.stream().map(Query::sql).collect(Collectors.joining(";\n"));
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      Parameters parameters = new Parameters(statement);
      for (Query query : queries) {
        query.binding.bind(parameters);
      }
      statement.execute();
      for (Query query : queries) {
        @Nullable ResultSet result = statement.getResultSet();
        if (result != null) { // else it sets something
          query.takeAll(result);
        }
        statement.getMoreResults();
      }
    }
  }
}
