package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The heads of logs. Every method takes part in the caller's transaction. Immutable and safe for
 * use by several threads.
 */
final class LogHeads {

  private static final List<Column> KEY = List.of(Column.integer("log_id"));
  private static final List<Column> VALUES =
      List.of(
          Column.name("node"),
          Column.number("life"),
          Column.bytes("epoch"),
          Column.number("number"),
          Column.bytes("mark"),
          Column.number("floor_number"),
          Column.bytes("floor_mark"),
          Column.number("held"));

  private static final String COLUMNS =
      "log_id, node, epoch, number, mark, floor_number, floor_mark, held";

  private final Database database;
  private final String find;
  private final String read;
  private final String lock;
  private final String tryLock;
  private final String insert;
  private final Bulk update;

  LogHeads(Database database) {
    this.database = database;
    Dialect dialect = database.dialect();
    this.find =
        database.sql("select " + COLUMNS + " from ${log_head} where tenant = ? and name = ?");
    this.read =
        database.sql(
            "select "
                + COLUMNS
                + ", case when exists (select 1 from ${log_inbox} i where i.log_id = h.log_id)"
                + " then 1 else 0 end from ${log_head} h where log_id = ?");
    String row = "select " + COLUMNS + ", ${now} from ${log_head} where log_id = ?";
    this.lock = database.sql(row) + dialect.forUpdate();
    this.tryLock = lock + (dialect.forUpdate().isEmpty() ? "" : " skip locked");
    this.insert =
        database.sql(
            "insert into ${log_head} (tenant, name, node, life, epoch, number, mark, floor_number,"
                + " floor_mark, held) values (?, ?, ?, ?, ?, 0, ?, 0, ?, 0)");
    this.update = Bulk.update(database, "log_head", KEY, VALUES);
  }

  /**
   * A head that is locked until the transaction ends.
   *
   * @param micros the store's time
   */
  record Locked(LogHead head, long micros) {}

  /**
   * What is said before the head is locked. On PostgreSQL, nobody waits for the lock without end,
   * the transaction of a process that was stopped while it had the lock is ended, and what is read
   * after the lock is what was committed before it, whatever the isolation of the connection.
   */
  List<Query> beforeLock() {
    if (database.dialect() != Dialect.POSTGRESQL) {
      return List.of();
    }
    long millis = database.patience().toMillis();
    return List.of(
        Query.setting("set transaction isolation level read committed"),
        Query.setting("set local lock_timeout = " + millis),
        Query.setting("set local idle_in_transaction_session_timeout = " + millis));
  }

  /**
   * Waits for the log, and keeps all other writers out: what they have committed is seen by every
   * later query. There is no row when the log is gone.
   */
  Query lock(int log, Consumer<Locked> locked) {
    return query(lock, log, locked);
  }

  /** The same; there is no row either when somebody else has it, where the database can tell. */
  Query tryLock(int log, Consumer<Locked> locked) {
    return query(tryLock, log, locked);
  }

  private Query query(String sql, int log, Consumer<Locked> locked) {
    return new Query(
        database.timed(sql),
        parameters -> parameters.add(log),
        row -> locked.accept(new Locked(head(row), row.getLong(9))));
  }

  /**
   * A head as it was at one moment.
   *
   * @param mail whether entries of the host's transactions wait
   */
  record Seen(LogHead head, boolean mail) {}

  /**
   * Reads the head.
   *
   * @throws SyncException of kind NOT_FOUND when the log is gone
   */
  Seen read(Connection connection, int log) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(read)) {
      statement.setInt(1, log);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw missing(log);
        }
        return new Seen(head(row), row.getInt(9) == 1);
      }
    }
  }

  /** Finds a log; empty when there is none. */
  Optional<LogHead> find(Connection connection, String tenant, String name) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(find)) {
      Column.bindName(statement, 1, tenant, database.dialect());
      Column.bindName(statement, 2, name, database.dialect());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(head(row)) : Optional.empty();
      }
    }
  }

  /** Adds a log in which nothing has been written; its number is given by the database. */
  void insert(Connection connection, String tenant, String name, LogHead head) throws SQLException {
    Dialect dialect = database.dialect();
    try (PreparedStatement statement = connection.prepareStatement(insert)) {
      Column.bindName(statement, 1, tenant, dialect);
      Column.bindName(statement, 2, name, dialect);
      Column.bindName(statement, 3, head.node(), dialect);
      statement.setLong(4, LogBytes.life(head.node(), head.epoch()));
      statement.setBytes(5, LogBytes.of(head.epoch()));
      statement.setBytes(6, LogBytes.of(head.mark()));
      statement.setBytes(7, LogBytes.of(head.floorMark()));
      statement.executeUpdate();
    }
  }

  /** Writes a head. */
  Bulk.Step update(LogHead head) {
    List<@Nullable Object[]> row =
        List.<@Nullable Object[]>of(
            new @Nullable Object[] {
              head.log(),
              head.node(),
              LogBytes.life(head.node(), head.epoch()),
              LogBytes.of(head.epoch()),
              head.number(),
              LogBytes.of(head.mark()),
              head.floor(),
              LogBytes.of(head.floorMark()),
              head.held()
            });
    return new Bulk.Step(update, row);
  }

  private LogHead head(ResultSet row) throws SQLException {
    return new LogHead(
        row.getInt(1),
        Column.readName(row, 2, database.dialect()),
        LogBytes.uuid(row.getBytes(3)),
        row.getLong(4),
        LogBytes.uuid(row.getBytes(5)),
        row.getLong(6),
        LogBytes.uuid(row.getBytes(7)),
        row.getLong(8));
  }

  static SyncException missing(int log) {
    return new SyncException(
        SyncException.Kind.NOT_FOUND,
        "log number "
            + log
            + " is not in the database any more, which was restored or replaced; open it again");
  }
}
