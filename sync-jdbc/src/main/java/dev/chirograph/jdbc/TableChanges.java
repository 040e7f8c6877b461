package dev.chirograph.jdbc;

import dev.chirograph.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What one write does to the rows of a table, in the caller's transaction: first the deletes. */
interface TableChanges {

  /** Deletes rows as they were seen; answers by position. */
  List<Outcome> delete(Connection connection) throws SQLException;

  /** Writes rows, whatever was there in their place. */
  void put(Connection connection, TablePuts puts) throws SQLException;
}
