package dev.chirograph.jdbc;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.spi.WorkQueue.Enqueued;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The statements of MariaDB, MySQL, H2 and SQLite: rows are locked, merged here and written back.
 *
 * <p>On MariaDB and MySQL, where several write at once, new rows come in the order of their keys,
 * so that those who add the same keys wait for each other in one direction; the order of the caller
 * is in their numbers.
 */
final class PortableJobTable implements JobTable {

  private static final int ROWS_PER_INSERT = 100;

  /** How often rows are looked up again because others inserted them in between. */
  private static final int RACES = 20;

  private final Database database;
  private final int keysPerSelect;
  private final String keyIndex;
  private final String now;
  private final String find;
  private final String findCommitted;
  private final Optional<String> findByNumber;
  private final Optional<JobNumbers> numbers;
  private final String insert;
  private final String update;
  private final String updateInPlace;
  private final Optional<String> lockLane;
  private final PortableTaking taking;

  PortableJobTable(Database database) {
    this.database = database;
    boolean mariadb = database.dialect() == Dialect.MARIADB;
    // In the same process a statement per key is fastest, and surely uses the index.
    this.keysPerSelect = mariadb ? 250 : 1;
    this.keyIndex = database.sql("${prefix}job_key");
    String lock = database.dialect().forUpdate();
    String select = "select " + PortableRows.COLUMNS + " from ${job}";
    this.now = "select ${now}";
    String byKey = " where scope = ? and item in (%s)";
    this.find =
        database.sql(
            mariadb
                ? "select seq from ${job} force index (${prefix}job_key)" + byKey
                : select + byKey + lock);
    // A caller's transaction may have a snapshot that does not show what stands in the way. The
    // locks of this query stand in the way of leases, so it is for those who need it.
    this.findCommitted = mariadb ? find + " lock in share mode" : find;
    this.numbers = mariadb ? Optional.of(new JobNumbers(database)) : Optional.empty();
    this.findByNumber =
        mariadb
            ? Optional.of(
                database.sql(
                    select + " force index (primary) where seq in (%s) order by seq" + lock))
            : Optional.empty();
    this.insert = database.sql("insert into ${job} (" + PortableRows.COLUMNS + ") values ");
    this.update =
        database.sql(
            "update ${job} set seq = ?, at = ?, run = ?, ranking = ?, state = ?, flags = ?,"
                + " attempts = ?, note = ?, error = ? where seq = ?");
    this.updateInPlace =
        database.sql(
            (mariadb ? "update ${job} force index (primary)" : "update ${job}")
                + " set at = ?, run = ?, ranking = ?, state = ?, flags = ?,"
                + " attempts = ?, note = ?, error = ? where seq = ? and scope = ? and item = ?");
    // H2 refuses a key that another transaction has inserted, and does not wait for its end.
    this.lockLane =
        database.dialect() == Dialect.H2
            ? Optional.of(database.sql("select id from ${lane} where id = ? for update"))
            : Optional.empty();
    this.taking = new PortableTaking(database);
  }

  // ---- putting

  @Override
  public Enqueued put(Connection connection, List<JobRow> rows) throws SQLException {
    long time = now(connection);
    rows.forEach(row -> row.at(time));
    int[] counts = new int[2];
    write(
        connection,
        rows,
        (present, newer) -> {
          boolean changed = present.upgrade(newer);
          counts[0]++;
          counts[1] += changed ? 1 : 0;
          return changed ? Optional.of(present) : Optional.empty();
        });
    return new Enqueued(rows.size() - counts[0], counts[1], counts[0] - counts[1]);
  }

  @Override
  public void putBack(Connection connection, List<JobRow> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    long time = now(connection);
    rows.forEach(row -> row.at(time));
    write(
        connection,
        rows,
        (followUp, row) -> {
          row.upgrade(followUp);
          return Optional.of(row);
        });
  }

  /**
   * What becomes of a row that waits when another of its key comes; empty when it stays as it is.
   */
  @FunctionalInterface
  private interface Merge {
    Optional<JobRow> merge(JobRow waiting, JobRow coming);
  }

  private void write(Connection connection, List<JobRow> rows, Merge merge) throws SQLException {
    for (int lane : new TreeSet<>(rows.stream().map(row -> row.lane).toList())) {
      lockLane(connection, lane);
    }
    List<JobRow> missing = mergeWaiting(connection, rows, merge, find);
    if (numbers.isPresent()) {
      numbers.get().fill(connection, missing);
      missing.sort(JobRow.BY_KEY);
    }
    for (int from = 0; from < missing.size(); from += ROWS_PER_INSERT) {
      int to = Math.min(missing.size(), from + ROWS_PER_INSERT);
      insert(connection, missing.subList(from, to), merge);
    }
  }

  /** Where that is needed, lets those who write one lane do so one after another. */
  private void lockLane(Connection connection, int lane) throws SQLException {
    if (lockLane.isPresent()) {
      try (PreparedStatement statement = connection.prepareStatement(lockLane.get())) {
        new Parameters(statement).add(lane);
        statement.execute();
      }
    }
  }

  /** Merges those that wait already; answers the others. */
  private List<JobRow> mergeWaiting(
      Connection connection, List<JobRow> rows, Merge merge, String query) throws SQLException {
    Map<RowKey, JobRow> waiting = find(connection, rows, query);
    List<JobRow> missing = new ArrayList<>();
    List<Change> changes = new ArrayList<>();
    for (JobRow row : rows) {
      JobRow present = waiting.get(RowKey.of(row));
      if (present == null) {
        missing.add(row);
        continue;
      }
      long seq = present.seq;
      merge.merge(present, row).ifPresent(merged -> changes.add(new Change(seq, merged)));
    }
    update(connection, changes);
    return missing;
  }

  /** What becomes of the row with this number. */
  private record Change(long seq, JobRow row) {}

  private void update(Connection connection, List<Change> changes) throws SQLException {
    if (changes.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(update)) {
      for (Change change : changes) {
        long before = change.row().seq == JobRow.NEW ? change.seq() : change.row().seq;
        Parameters parameters = new Parameters(statement).add(Math.min(change.seq(), before));
        set(parameters, change.row()).add(change.seq());
        statement.addBatch();
      }
      statement.executeBatch();
    } catch (SQLException e) {
      if (!SqlErrors.alreadyExists(e)) {
        throw e;
      }
      updateInPlace(connection, changes);
    }
  }

  /**
   * A number from before the lease was given again meanwhile, see {@link JobNumbers#renew}: the
   * rows keep those they have. Rows that were changed and moved just now are not found any more.
   */
  private void updateInPlace(Connection connection, List<Change> changes) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(updateInPlace)) {
      for (Change change : changes) {
        JobRow row = change.row();
        set(new Parameters(statement), row).add(change.seq()).add(row.scope).add(row.key.toBytes());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private void insert(Connection connection, List<JobRow> rows, Merge merge) throws SQLException {
    List<JobRow> missing = rows;
    for (int races = 0; !missing.isEmpty(); races++) {
      Optional<SQLException> clash = tryInsert(connection, missing);
      if (clash.isEmpty()) {
        return;
      }
      if (races == RACES) {
        throw new SyncException(
            SyncException.Kind.CONFLICT,
            "cannot enqueue: the same keys are added and taken by others without end; try again later",
            clash.get());
      }
      boolean ofKey = numbers.isEmpty() || SqlErrors.alreadyExistsIn(clash.get(), keyIndex);
      if (ofKey || !numbers.get().renew(connection, missing)) {
        missing = mergeWaiting(connection, missing, merge, findCommitted);
      }
    }
  }

  /** Inserts all rows; or none, when one of the keys or numbers is there already. */
  private Optional<SQLException> tryInsert(Connection connection, List<JobRow> rows)
      throws SQLException {
    String sql =
        insert + String.join(", ", Collections.nCopies(rows.size(), "(?,?,?,?,?,?,?,?,?,?,?,?,?)"));
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      int i = 0;
      for (JobRow row : rows) {
        i = setInsert(statement, i, row);
      }
      statement.executeUpdate();
      return Optional.empty();
    } catch (SQLException e) {
      if (SqlErrors.alreadyExists(e)) {
        return Optional.of(e);
      }
      throw e;
    }
  }

  private static int setInsert(PreparedStatement statement, int before, JobRow row)
      throws SQLException {
    int i = before;
    if (row.seq == JobRow.NEW) {
      statement.setNull(++i, Types.BIGINT);
    } else {
      statement.setLong(++i, row.seq);
    }
    statement.setLong(++i, row.at);
    statement.setLong(++i, row.run);
    statement.setInt(++i, row.lane);
    statement.setInt(++i, row.scope);
    statement.setInt(++i, row.hash());
    statement.setInt(++i, row.rank);
    statement.setInt(++i, row.state);
    statement.setInt(++i, row.flags);
    statement.setInt(++i, row.attempts);
    statement.setBytes(++i, row.key.toBytes());
    statement.setBytes(++i, row.note);
    statement.setBytes(++i, row.error);
    return i;
  }

  private static Parameters set(Parameters parameters, JobRow row) throws SQLException {
    return parameters
        .add(row.at)
        .add(row.run)
        .add(row.rank)
        .add(row.state)
        .add(row.flags)
        .add(row.attempts)
        .add(row.note)
        .add(row.error);
  }

  private record RowKey(int scope, Key key) {
    static RowKey of(JobRow row) {
      return new RowKey(row.scope, row.key);
    }
  }

  /** Locks the rows of these keys, in their order. */
  private Map<RowKey, JobRow> find(Connection connection, List<JobRow> rows, String query)
      throws SQLException {
    Map<Integer, List<JobRow>> byScope = new TreeMap<>();
    rows.stream()
        .sorted(JobRow.BY_KEY)
        .forEach(row -> byScope.computeIfAbsent(row.scope, scope -> new ArrayList<>()).add(row));
    Map<RowKey, JobRow> found = new HashMap<>();
    for (List<JobRow> group : byScope.values()) {
      for (int from = 0; from < group.size(); from += keysPerSelect) {
        int to = Math.min(group.size(), from + keysPerSelect);
        find(connection, group.subList(from, to), query, found);
      }
    }
    return found;
  }

  private void find(
      Connection connection, List<JobRow> group, String query, Map<RowKey, JobRow> found)
      throws SQLException {
    String holes = String.join(",", Collections.nCopies(group.size(), "?"));
    try (PreparedStatement statement = connection.prepareStatement(query.formatted(holes))) {
      Parameters parameters = new Parameters(statement).add(group.get(0).scope);
      for (JobRow row : group) {
        parameters.add(row.key.toBytes());
      }
      List<JobRow> rows =
          findByNumber.isPresent()
              ? lockByNumber(connection, findByNumber.get(), PortableRows.numbers(statement))
              : PortableRows.all(statement);
      rows.forEach(row -> found.put(RowKey.of(row), row));
    }
  }

  /**
   * InnoDB locks an index entry before its row, and a lease has the row before it deletes the
   * entry: going through the index of keys would deadlock with it. So everybody locks rows, by
   * number.
   */
  private static List<JobRow> lockByNumber(Connection connection, String sql, List<Long> numbers)
      throws SQLException {
    if (numbers.isEmpty()) {
      return List.of();
    }
    String named = sql.formatted(PortableRows.list(numbers));
    try (PreparedStatement statement = connection.prepareStatement(named)) {
      return PortableRows.all(statement);
    }
  }

  // ---- taking

  @Override
  public Taken take(
      Connection connection, int lane, int limit, long micros, Optional<Mark.Place> behind)
      throws SQLException {
    lockLane(connection, lane);
    return taking.take(connection, lane, limit, now(connection), micros, behind);
  }

  private long now(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(database.timed(now))) {
      row.next();
      return row.getLong(1);
    }
  }
}
