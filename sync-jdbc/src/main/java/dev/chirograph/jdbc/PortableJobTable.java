package dev.chirograph.jdbc;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.spi.WorkQueue.Enqueued;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The statements of MariaDB, MySQL, H2 and SQLite: rows are locked, merged here and written back.
 *
 * <p>Why no key runs twice: locking reads see rows that a snapshot does not, so the leases are read
 * <em>after</em> the rows were locked. A row that could be locked has been committed; if it is a
 * follow-up, its insert waited for the transaction that made the lease; so the lease is seen by the
 * later statement, each of which sees what was committed before it. SQLite has one writer at a
 * time.
 */
final class PortableJobTable implements JobTable {

  private static final int ROWS_PER_INSERT = 100;
  private static final int PROMOTED_AT_ONCE = 1000;

  /** How often rows are looked up again because others inserted them in between. */
  private static final int RACES = 20;

  private static final String COLUMNS =
      "seq, at, run, lane, scope, hash, ranking, state, flags, attempts, item, note, error";

  private final Database database;
  private final int keysPerSelect;
  private final String now;
  private final String find;
  private final Optional<String> findByNumber;
  private final String insert;
  private final String update;
  private final String due;
  private final String promote;
  private final String betweenRanks;
  private final String behindInRank;
  private final String busy;
  private final String insertLease;
  private final String delete;
  private final String expired;
  private final Optional<String> lockLane;

  PortableJobTable(Database database) {
    this.database = database;
    boolean mariadb = database.dialect() == Dialect.MARIADB;
    boolean sqlite = database.dialect() == Dialect.SQLITE;
    // In the same process a statement per key is fastest, and surely uses the index.
    this.keysPerSelect = mariadb ? 250 : 1;
    String lock = sqlite ? "" : " for update";
    String skipping = sqlite ? "" : " for update skip locked";
    String select = "select " + COLUMNS + " from ${job}";
    this.now = "select ${now}";
    String byKey = " where scope = ? and item in (%s)";
    this.find =
        database.sql(
            mariadb
                ? "select seq from ${job} force index (${prefix}job_key)" + byKey
                : select + byKey + lock);
    this.findByNumber =
        mariadb
            ? Optional.of(
                database.sql(
                    select + " force index (primary) where seq in (%s) order by seq" + lock))
            : Optional.empty();
    this.insert = database.sql("insert into ${job} (" + COLUMNS + ") values ");
    this.update =
        database.sql(
            "update ${job} set seq = ?, at = ?, run = ?, ranking = ?, state = ?, flags = ?,"
                + " attempts = ?, note = ?, error = ? where seq = ?");
    this.due =
        database.sql(
            "select seq from ${job} where lane = ? and state = 1 and at <= ? order by at limit "
                + PROMOTED_AT_ONCE
                + skipping);
    // Told nothing, InnoDB reads and locks the whole table when it is small.
    this.promote =
        database.sql(
            "update ${job}"
                + (mariadb ? " force index (primary)" : "")
                + " set state = 0 where seq in (%s)");
    String ready =
        select
            + (mariadb ? " force index (${prefix}job_ready)" : "")
            + " where lane = ? and state = 0 and %s order by ranking, seq limit ?"
            + skipping;
    this.betweenRanks = database.sql(ready.formatted("ranking > ? and ranking < ?"));
    this.behindInRank = database.sql(ready.formatted("ranking = ? and seq > ?"));
    this.busy = database.sql("select hashes, settled from ${lease} where lane = ?");
    this.insertLease =
        database.sql(
            "insert into ${lease} (lane, expires, run, slots, hashes, settled, notes, jobs)"
                + " values (?, ?, ?, ?, ?, ?, ?, ?)");
    this.delete =
        database.sql(
            (mariadb ? "delete j from ${job} j force index (primary)" : "delete from ${job}")
                + " where seq in (%s)");
    // H2 refuses a key that another transaction has inserted, and does not wait for its end.
    this.lockLane =
        database.dialect() == Dialect.H2
            ? Optional.of(database.sql("select id from ${lane} where id = ? for update"))
            : Optional.empty();
    this.expired = database.sql("select count(*) from ${lease} where lane = ? and expires <= ?");
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
    // Numbers that are given and numbers that are kept, mixed in one statement, would take InnoDB's
    // lock on the whole table's counter.
    Map<Boolean, List<JobRow>> missing =
        mergeWaiting(connection, rows, merge).stream()
            .collect(Collectors.partitioningBy(row -> row.seq == JobRow.NEW));
    for (List<JobRow> alike : missing.values()) {
      for (int from = 0; from < alike.size(); from += ROWS_PER_INSERT) {
        int to = Math.min(alike.size(), from + ROWS_PER_INSERT);
        insert(connection, alike.subList(from, to), merge);
      }
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
  private List<JobRow> mergeWaiting(Connection connection, List<JobRow> rows, Merge merge)
      throws SQLException {
    Map<RowKey, JobRow> waiting = find(connection, rows);
    List<JobRow> missing = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(update)) {
      boolean changed = false;
      for (JobRow row : rows) {
        JobRow present = waiting.get(RowKey.of(row));
        if (present == null) {
          missing.add(row);
          continue;
        }
        long seq = present.seq;
        Optional<JobRow> merged = merge.merge(present, row);
        if (merged.isPresent()) {
          setUpdate(statement, merged.get(), seq);
          statement.addBatch();
          changed = true;
        }
      }
      if (changed) {
        statement.executeBatch();
      }
    }
    return missing;
  }

  private void insert(Connection connection, List<JobRow> rows, Merge merge) throws SQLException {
    List<JobRow> missing = rows;
    for (int races = 0; !missing.isEmpty(); races++) {
      if (tryInsert(connection, missing)) {
        return;
      }
      if (races == RACES) {
        throw new SyncException(
            SyncException.Kind.CONFLICT,
            "cannot enqueue: the same keys are added and taken by others without end; try again later");
      }
      missing = mergeWaiting(connection, missing, merge);
    }
  }

  /** Inserts all rows; or none, when somebody else inserted one of the keys in between. */
  private boolean tryInsert(Connection connection, List<JobRow> rows) throws SQLException {
    String sql =
        insert + String.join(", ", Collections.nCopies(rows.size(), "(?,?,?,?,?,?,?,?,?,?,?,?,?)"));
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      int i = 0;
      for (JobRow row : rows) {
        i = setInsert(statement, i, row);
      }
      statement.executeUpdate();
      return true;
    } catch (SQLException e) {
      if (SqlErrors.alreadyExists(e)) {
        return false;
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

  private static void setUpdate(PreparedStatement statement, JobRow row, long seq)
      throws SQLException {
    new Parameters(statement)
        .add(row.seq == JobRow.NEW ? seq : row.seq)
        .add(row.at)
        .add(row.run)
        .add(row.rank)
        .add(row.state)
        .add(row.flags)
        .add(row.attempts)
        .add(row.note)
        .add(row.error)
        .add(seq);
  }

  private record RowKey(int scope, Key key) {
    static RowKey of(JobRow row) {
      return new RowKey(row.scope, row.key);
    }
  }

  /** Locks the rows of these keys, in their order. */
  private Map<RowKey, JobRow> find(Connection connection, List<JobRow> rows) throws SQLException {
    Map<Integer, List<JobRow>> byScope = new TreeMap<>();
    rows.stream()
        .sorted(JobRow.BY_KEY)
        .forEach(row -> byScope.computeIfAbsent(row.scope, scope -> new ArrayList<>()).add(row));
    Map<RowKey, JobRow> found = new HashMap<>();
    for (List<JobRow> group : byScope.values()) {
      for (int from = 0; from < group.size(); from += keysPerSelect) {
        int to = Math.min(group.size(), from + keysPerSelect);
        find(connection, group.subList(from, to), found);
      }
    }
    return found;
  }

  private void find(Connection connection, List<JobRow> group, Map<RowKey, JobRow> found)
      throws SQLException {
    String holes = String.join(",", Collections.nCopies(group.size(), "?"));
    try (PreparedStatement statement = connection.prepareStatement(find.formatted(holes))) {
      Parameters parameters = new Parameters(statement).add(group.get(0).scope);
      for (JobRow row : group) {
        parameters.add(row.key.toBytes());
      }
      List<JobRow> rows =
          findByNumber.isPresent()
              ? lockByNumber(connection, findByNumber.get(), numbers(statement))
              : rows(statement);
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
    try (PreparedStatement statement = connection.prepareStatement(sql.formatted(list(numbers)))) {
      return rows(statement);
    }
  }

  private static List<Long> numbers(PreparedStatement statement) throws SQLException {
    List<Long> numbers = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        numbers.add(rows.getLong(1));
      }
    }
    return numbers;
  }

  private static List<JobRow> rows(PreparedStatement statement) throws SQLException {
    List<JobRow> rows = new ArrayList<>();
    try (ResultSet result = statement.executeQuery()) {
      while (result.next()) {
        JobRow row =
            new JobRow(result.getInt(4), result.getInt(5), Key.ofBytes(result.getBytes(11)));
        row.seq = result.getLong(1);
        row.at = result.getLong(2);
        row.run = result.getLong(3);
        row.rank = result.getInt(7);
        row.state = result.getInt(8);
        row.flags = result.getInt(9);
        row.attempts = result.getInt(10);
        row.note = bytes(result, 12);
        row.error = bytes(result, 13);
        rows.add(row);
      }
    }
    return rows;
  }

  /** SQLite's driver answers null for an empty value. */
  static byte[] bytes(ResultSet row, int column) throws SQLException {
    byte[] value = row.getBytes(column);
    return value == null ? new byte[0] : value;
  }

  // ---- taking

  @Override
  public Taken take(
      Connection connection, int lane, int limit, long micros, Optional<Mark.Place> behind)
      throws SQLException {
    lockLane(connection, lane);
    long time = now(connection);
    long promoted = promote(connection, lane, time);
    List<JobRow> rows = pick(connection, lane, limit, behind);
    Optional<Batch> batch =
        rows.isEmpty() ? Optional.empty() : Optional.of(move(connection, rows, time + micros));
    return new Taken(batch, promoted, expired(connection, lane, time));
  }

  private long promote(Connection connection, int lane, long time) throws SQLException {
    List<Long> numbers;
    try (PreparedStatement statement = connection.prepareStatement(due)) {
      new Parameters(statement).add(lane).add(time);
      numbers = numbers(statement);
    }
    if (numbers.isEmpty()) {
      return 0;
    }
    execute(connection, promote.formatted(list(numbers)));
    return Collections.min(numbers);
  }

  /** A part of the lane in the order of leasing: whole ranks, or one rank behind a number. */
  private record Stretch(int aboveRank, int belowRank, long behindSeq) {
    static final int ALL = Short.MAX_VALUE;

    static Stretch ranks(int above, int below) {
      return new Stretch(above, below, -1);
    }

    static Stretch rank(int rank, long behindSeq) {
      return new Stretch(rank, rank, behindSeq);
    }

    boolean isOneRank() {
      return behindSeq >= 0;
    }
  }

  /** The first rows whose keys do not run. */
  private List<JobRow> pick(Connection connection, int lane, int limit, Optional<Mark.Place> behind)
      throws SQLException {
    Deque<Stretch> ahead = new ArrayDeque<>();
    if (behind.isPresent()) {
      int rank = behind.get().rank();
      ahead.add(Stretch.ranks(-Stretch.ALL, rank));
      ahead.add(Stretch.rank(rank, behind.get().seq()));
      ahead.add(Stretch.ranks(rank, Stretch.ALL));
    } else {
      ahead.add(Stretch.ranks(-Stretch.ALL, Stretch.ALL));
    }
    List<JobRow> picked = new ArrayList<>();
    while (!ahead.isEmpty() && picked.size() < limit) {
      Stretch stretch = ahead.remove();
      int wanted = limit - picked.size();
      List<JobRow> rows = lock(connection, lane, stretch, wanted);
      if (rows.isEmpty()) {
        continue;
      }
      if (rows.size() == wanted) {
        JobRow last = rows.get(rows.size() - 1);
        if (!stretch.isOneRank()) {
          ahead.addFirst(Stretch.ranks(last.rank, stretch.belowRank()));
        }
        ahead.addFirst(Stretch.rank(last.rank, last.seq));
      }
      Set<Integer> running = busy(connection, lane);
      rows.stream().filter(row -> !running.contains(row.hash())).forEach(picked::add);
    }
    return picked;
  }

  private List<JobRow> lock(Connection connection, int lane, Stretch stretch, int limit)
      throws SQLException {
    String sql = stretch.isOneRank() ? behindInRank : betweenRanks;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      Parameters parameters = new Parameters(statement).add(lane).add(stretch.aboveRank());
      if (stretch.isOneRank()) {
        parameters.add(stretch.behindSeq()).add(limit);
      } else {
        parameters.add(stretch.belowRank()).add(limit);
      }
      return rows(statement);
    }
  }

  private Set<Integer> busy(Connection connection, int lane) throws SQLException {
    Set<Integer> running = new HashSet<>();
    try (PreparedStatement statement = connection.prepareStatement(busy)) {
      new Parameters(statement).add(lane);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          ByteBuffer hashes = ByteBuffer.wrap(bytes(rows, 1));
          BitSet settled = BitSet.valueOf(bytes(rows, 2));
          for (int slot = 0; hashes.hasRemaining(); slot++) {
            int hash = hashes.getInt();
            if (!settled.get(slot)) {
              running.add(hash);
            }
          }
        }
      }
    }
    return running;
  }

  private Batch move(Connection connection, List<JobRow> rows, long expires) throws SQLException {
    long fence;
    try (PreparedStatement statement =
        connection.prepareStatement(insertLease, new String[] {"fence"})) {
      new Parameters(statement)
          .add(rows.get(0).lane)
          .add(expires)
          .add(LeasePayload.onlyRun(rows))
          .add(rows.size())
          .add(LeasePayload.encodeHashes(rows))
          .add(new byte[0])
          .add(new byte[0])
          .add(LeasePayload.encode(rows));
      statement.executeUpdate();
      try (ResultSet keys = statement.getGeneratedKeys()) {
        keys.next();
        fence = keys.getLong(1);
      }
    }
    execute(connection, delete.formatted(list(rows.stream().map(row -> row.seq).toList())));
    return new Batch(fence, rows);
  }

  private boolean expired(Connection connection, int lane, long time) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(expired)) {
      new Parameters(statement).add(lane).add(time);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getLong(1) > 0;
      }
    }
  }

  // ---- statements

  private long now(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(database.timed(now))) {
      row.next();
      return row.getLong(1);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  private static String list(List<Long> numbers) {
    StringBuilder list = new StringBuilder();
    for (long number : numbers) {
      list.append(list.isEmpty() ? "" : ",").append(number);
    }
    return list.toString();
  }
}
