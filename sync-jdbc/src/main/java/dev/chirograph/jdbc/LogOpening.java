package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.LogContext.Life;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the log of a node, or makes it. Immutable and safe for use by several threads. */
final class LogOpening {

  private final LogTables tables;
  private final String tenant;
  private final String name;
  private final String node;

  LogOpening(LogTables tables, String tenant, String name, String node) {
    this.tables = tables;
    this.tenant = tenant;
    this.name = name;
    this.node = node;
  }

  /**
   * Answers the number of the log.
   *
   * @param adopt whether a log of another node is taken over
   * @throws SyncException of kind CONFLICT when it is that of another node and is not taken over
   */
  int open(boolean adopt) {
    LogHead head;
    try {
      head = tables.database.transaction("opening the log", this::findOrMake);
    } catch (SyncException e) {
      if (e.kind() != Kind.ALREADY_EXISTS) {
        throw e;
      }
      // Somebody else has just made it. Now it is seen.
      head = tables.database.transaction("opening the log", this::findOrMake);
    }
    if (!head.node().equals(node)) {
      if (!adopt) {
        throw LogWriter.belongsTo(head.node(), node);
      }
      Waking nobody = new Waking(tables.database, new Wakers(), null);
      new LogWriter(tables, head.log(), head.node(), nobody).adopt(node);
    }
    return head.log();
  }

  private LogHead findOrMake(Connection connection) throws SQLException {
    Optional<LogHead> found = tables.heads.find(connection, tenant, name);
    return found.isPresent() ? found.get() : make(connection);
  }

  private LogHead make(Connection connection) throws SQLException {
    Life life = new Life(node, tables.newId());
    tables.heads.insert(connection, tenant, name, LogHead.first(node, life.epoch()));
    LogHead head =
        tables
            .heads
            .find(connection, tenant, name)
            .orElseThrow(() -> LogBytes.corrupt("no head after one was made", null));
    long number = LogBytes.life(life.node(), life.epoch());
    Bulk.runAll(
        connection,
        List.of(
            tables.digests.none(head.log()),
            tables.lives.insert(head.log(), Map.of(number, LogLives.Row.of(life))),
            tables.commits.insert(head, 0)));
    return head;
  }
}
