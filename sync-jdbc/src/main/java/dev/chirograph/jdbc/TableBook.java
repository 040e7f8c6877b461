package dev.chirograph.jdbc;

import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.RowKey;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is kept about the replicas of one tenant: cursors, leases, and what writes tell of them.
 * Every method takes part in the caller's transaction. Immutable and safe for use by several
 * threads.
 */
final class TableBook {

  /**
   * Stands for customer and database where tenants do not share tables: nobody is named so. An
   * empty text is null to some sessions of MariaDB.
   */
  private static final String NOBODY = ".";

  private static final String COLUMNS =
      "table_name, cursor_mark, cursor_key, cursor_incarnation, agent, fence, leased, revision,"
          + " row_count, last_mark, ${now}";

  private static final String TENANT = " where customer = ? and database_name = ?";
  private static final String ONE = TENANT + " and table_name = ?";

  private final Database database;
  private final Dialect dialect;
  private final String customer;
  private final String databaseName;
  private final String schema;
  private final String all;
  private final String read;
  private final String lock;
  private final String insert;
  private final String lease;
  private final String release;
  private final String wrote;

  /**
   * The replicas of a host whose tables tenants do not share.
   *
   * @param schema of their tables; empty for the one that connections stand in
   */
  TableBook(Database database, String schema) {
    this(database, NOBODY, NOBODY, schema);
  }

  /**
   * The replicas of a tenant.
   *
   * @param schema of their tables; empty for the one that connections stand in
   */
  TableBook(Database database, String customer, String databaseName, String schema) {
    this.database = database;
    this.dialect = database.dialect();
    this.customer = customer;
    this.databaseName = databaseName;
    this.schema = schema;
    String select = "select " + COLUMNS + " from ${table_replica}";
    this.all = database.sql(select + TENANT);
    this.read = database.sql(select + ONE);
    this.lock = database.sql(select + ONE) + dialect.forUpdate();
    this.insert =
        database.sql(
            "insert into ${table_replica} (customer, database_name, table_name, fence, leased,"
                + " revision, row_count, last_mark) values (?, ?, ?, ${now}, 0, 0, ?, ?)");
    this.lease =
        database.sql("update ${table_replica} set agent = ?, fence = ?, leased = ${now} + ?" + ONE);
    this.release =
        database.sql("update ${table_replica} set agent = null" + ONE + " and fence = ?");
    this.wrote =
        database.sql(
            "update ${table_replica} set cursor_mark = ?, cursor_key = ?, cursor_incarnation = ?,"
                + " revision = ?, row_count = ?, last_mark = ?"
                + ONE);
  }

  /**
   * What is kept about a replica.
   *
   * @param agent who has the lease, be it over or not; empty when it was given back
   * @param leased until when, by the store's clock, in microseconds since 1970
   * @param now the time of that clock
   * @param revision grows with every write
   */
  record Entry(
      Optional<Cursor> cursor,
      Optional<String> agent,
      long fence,
      long leased,
      long now,
      long revision,
      long rows,
      Optional<Mark> last) {

    /** Whether another agent than this one has the lease still. */
    boolean isKeptFrom(String name) {
      return agent.isPresent() && !agent.get().equals(name) && now < leased;
    }

    /** The same after a write. */
    Entry after(Optional<Cursor> newCursor, long newRows, Optional<Mark> newLast) {
      return new Entry(
          newCursor.or(this::cursor), agent, fence, leased, now, revision + 1, newRows, newLast);
    }
  }

  /** Under which name something is kept about a table: another one in each schema. */
  String name(String table) {
    return (schema.isEmpty() ? "" : escaped(schema) + ".") + escaped(table);
  }

  private static String escaped(String name) {
    return name.replace("\\", "\\\\").replace(".", "\\.");
  }

  /** All replicas of the tenant, in all schemas, by what {@link #name} says. */
  Map<String, Entry> all(Connection connection) throws SQLException {
    Map<String, Entry> entries = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(database.timed(all))) {
      bindTenant(new Parameters(statement));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          entries.put(Column.readName(rows, 1, dialect), entry(rows));
        }
      }
    }
    return entries;
  }

  /** What is kept about a replica; empty when there is none yet. */
  Optional<Entry> read(Connection connection, String table) throws SQLException {
    return one(connection, read, table);
  }

  /** The same, and nobody else leases or writes it until the transaction ends. */
  Optional<Entry> lock(Connection connection, String table) throws SQLException {
    return one(connection, lock, table);
  }

  private Optional<Entry> one(Connection connection, String sql, String table) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(database.timed(sql))) {
      bind(new Parameters(statement), table);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? Optional.of(entry(rows)) : Optional.empty();
      }
    }
  }

  private Entry entry(ResultSet row) throws SQLException {
    return new Entry(
        cursor(row),
        agent(row),
        row.getLong(6),
        row.getLong(7),
        row.getLong(11),
        row.getLong(8),
        row.getLong(9),
        mark(row, 10));
  }

  private Optional<String> agent(ResultSet row) throws SQLException {
    return row.getObject(5) == null
        ? Optional.empty()
        : Optional.of(Column.readName(row, 5, dialect));
  }

  private static Optional<Cursor> cursor(ResultSet row) throws SQLException {
    Optional<Mark> mark = mark(row, 2);
    byte @Nullable [] key = row.getBytes(3);
    byte @Nullable [] incarnation = row.getBytes(4);
    return mark.map(
        at ->
            new Cursor(
                at,
                Optional.ofNullable(key).map(bytes -> new RowKey(text(bytes))),
                incarnation == null ? "" : text(incarnation)));
  }

  private static Optional<Mark> mark(ResultSet row, int index) throws SQLException {
    long value = row.getLong(index);
    return row.wasNull() ? Optional.empty() : Optional.of(new Mark(value));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /**
   * Begins to keep something about a replica that has these rows. Fences begin with the time, so
   * that none comes twice where something was kept before and was removed.
   */
  void insert(Connection connection, String table, long rows, Optional<Mark> last)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(database.timed(insert))) {
      bind(new Parameters(statement), table).add(rows);
      setMark(statement, 5, last);
      statement.executeUpdate();
    }
  }

  /** Gives an agent the lease from now on. */
  void lease(Connection connection, String table, String agent, long fence, long micros)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(database.timed(lease))) {
      Parameters parameters =
          new Parameters(statement).addName(agent, dialect).add(fence).add(micros);
      bind(parameters, table);
      statement.executeUpdate();
    }
  }

  /** Ends a lease, unless it has ended before. */
  void release(Connection connection, String table, long fence) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(release)) {
      bind(new Parameters(statement), table).add(fence);
      statement.executeUpdate();
    }
  }

  /** Keeps what a write left behind: everything but the lease. */
  void wrote(Connection connection, String table, Entry now) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(wrote)) {
      setMark(statement, 1, now.cursor().map(Cursor::mark));
      setText(statement, 2, now.cursor().flatMap(Cursor::key).map(RowKey::text));
      setText(statement, 3, now.cursor().map(Cursor::incarnation));
      statement.setLong(4, now.revision());
      statement.setLong(5, now.rows());
      setMark(statement, 6, now.last());
      Column.bindName(statement, 7, customer, dialect);
      Column.bindName(statement, 8, databaseName, dialect);
      Column.bindName(statement, 9, name(table), dialect);
      statement.executeUpdate();
    }
  }

  private static void setMark(PreparedStatement statement, int index, Optional<Mark> mark)
      throws SQLException {
    if (mark.isPresent()) {
      statement.setLong(index, mark.get().value());
    } else {
      statement.setNull(index, Types.BIGINT);
    }
  }

  private static void setText(PreparedStatement statement, int index, Optional<String> text)
      throws SQLException {
    statement.setBytes(index, text.map(one -> one.getBytes(StandardCharsets.UTF_8)).orElse(null));
  }

  private Parameters bindTenant(Parameters parameters) throws SQLException {
    return parameters.addName(customer, dialect).addName(databaseName, dialect);
  }

  private Parameters bind(Parameters parameters, String table) throws SQLException {
    return bindTenant(parameters).addName(name(table), dialect);
  }
}
