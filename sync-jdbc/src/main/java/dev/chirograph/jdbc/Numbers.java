package dev.chirograph.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Numbers that no other handle, in any JVM, was ever given: taken from the database in blocks,
 * handed out from memory. What a closed JVM did not use of its block is lost, which does no harm.
 *
 * <p>Safe for use by several threads.
 */
final class Numbers {

  private static final int BLOCK = 10_000;

  private final Database database;
  private final String advance;
  private final String read;
  private long next;
  private long end;

  /**
   * Numbers from a table of one row.
   *
   * @param table the table, without prefix
   */
  Numbers(Database database, String table) {
    this.database = database;
    this.advance = database.sql("update ${" + table + "} set next_number = next_number + ?");
    this.read = database.sql("select next_number from ${" + table + "}");
  }

  /**
   * Takes consecutive numbers; answers the first.
   *
   * @throws dev.chirograph.SyncException when the database cannot be asked; nothing is lost then
   */
  synchronized long take(int count) {
    if (end - next < count) {
      int block = Math.max(BLOCK, count);
      end = database.transaction("taking numbers", connection -> advance(connection, block));
      next = end - block;
    }
    long first = next;
    next += count;
    return first;
  }

  private long advance(Connection connection, int block) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(advance)) {
      statement.setInt(1, block);
      statement.executeUpdate();
    }
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(read)) {
      if (!rows.next()) {
        throw new SQLException("the table of numbers is empty", "02000");
      }
      return rows.getLong(1);
    }
  }
}
