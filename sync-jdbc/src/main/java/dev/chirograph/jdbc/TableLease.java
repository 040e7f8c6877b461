package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.jdbc.TableBook.Entry;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.TableInfo;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Who may write to one replica, and how far it has caught up. Immutable and safe for use by several
 * threads.
 */
final class TableLease {

  private static final int MAX_AGENT = 200;

  private final Database database;
  private final TableBook book;
  private final String table;

  /** Tells what the table is like, when nothing is kept about it yet. */
  private final Supplier<TableInfo> info;

  TableLease(Database database, TableBook book, String table, Supplier<TableInfo> info) {
    this.database = database;
    this.book = book;
    this.table = table;
    this.info = info;
  }

  Optional<Cursor> cursor() {
    return database
        .read("reading the cursor of " + table, connection -> book.read(connection, table))
        .flatMap(Entry::cursor);
  }

  Optional<Long> lease(String agent, Duration duration) {
    if (agent.isEmpty() || agent.length() > MAX_AGENT || Names.fault(agent).isPresent()) {
      throw SyncException.invalid(
          "an agent has 1 to " + MAX_AGENT + " characters of Unicode text without NUL");
    }
    if (duration.isNegative() || duration.isZero()) {
      throw SyncException.invalid("a lease lasts for some time, not " + duration);
    }
    String operation = "leasing " + table;
    if (database.read(operation, connection -> book.read(connection, table)).isEmpty()) {
      begin();
    }
    long micros = duration.toNanos() / 1_000;
    return database.transaction(
        operation,
        connection -> {
          Entry entry = book.lock(connection, table).orElseThrow(this::missing);
          if (entry.isKeptFrom(agent)) {
            return Optional.empty();
          }
          long fence = entry.fence() + 1;
          book.lease(connection, table, agent, fence, micros);
          return Optional.of(fence);
        });
  }

  /** Nobody has written here before. */
  private void begin() {
    TableInfo now = info.get();
    try {
      database.transaction(
          "keeping something about " + table,
          connection -> {
            book.insert(connection, table, now.rows(), now.last());
            return true;
          });
    } catch (SyncException e) {
      if (e.kind() != Kind.ALREADY_EXISTS) {
        throw e;
      }
      // Another agent has come at the same time.
    }
  }

  void release(long fence) {
    database.statement(
        "giving back the lease of " + table,
        connection -> {
          book.release(connection, table, fence);
          return true;
        });
  }

  private SyncException missing() {
    return new SyncException(
        Kind.UNAVAILABLE,
        "what was kept about the replica " + table + " was removed; trying again begins anew");
  }

  /**
   * What is kept about the replica, and nobody else leases or writes it until the transaction ends.
   *
   * @throws SyncException of kind CONFLICT when the fence is not the last one, or was given back
   */
  Entry hold(Connection connection, long fence) throws SQLException {
    Optional<Entry> entry = book.lock(connection, table);
    if (entry.isEmpty() || entry.get().agent().isEmpty() || entry.get().fence() != fence) {
      throw new SyncException(
          Kind.CONFLICT,
          SyncException.Advice.NEVER,
          "writing to "
              + table
              + " under the fence "
              + fence
              + ": the lease is over, another agent may write to it now",
          null);
    }
    return entry.get();
  }

  /** Keeps what a write did, whose lease is {@link #hold held}. */
  void wrote(Connection connection, Entry now) throws SQLException {
    book.wrote(connection, table, now);
  }
}
