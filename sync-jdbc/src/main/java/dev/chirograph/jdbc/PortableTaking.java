package dev.chirograph.jdbc;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How jobs are leased where one statement cannot do it.
 *
 * <p>Why no key runs twice: locking reads see rows that a snapshot does not, so the leases are read
 * <em>after</em> the rows were locked. A row that could be locked has been committed; if it is a
 * follow-up, its insert waited for the transaction that made the lease; so the lease is seen by the
 * later statement, each of which sees what was committed before it. SQLite has one writer at a
 * time.
 */
final class PortableTaking {

  private static final int PROMOTED_AT_ONCE = 1000;

  private final String due;
  private final String promote;
  private final String betweenRanks;
  private final String behindInRank;
  private final String busy;
  private final String insertLease;
  private final String delete;
  private final String expired;

  PortableTaking(Database database) {
    boolean mariadb = database.dialect() == Dialect.MARIADB;
    boolean sqlite = database.dialect() == Dialect.SQLITE;
    String select = "select " + PortableRows.COLUMNS + " from ${job}";
    String skipping = sqlite ? "" : " for update skip locked";
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
    this.expired = database.sql("select count(*) from ${lease} where lane = ? and expires <= ?");
  }

  /**
   * Makes those ready whose time has come, and moves the first ones of a lane into a lease.
   *
   * @param time now
   * @param micros how long the lease holds
   * @param behind where to begin; empty for the front
   */
  JobTable.Taken take(
      Connection connection,
      int lane,
      int limit,
      long time,
      long micros,
      Optional<Mark.Place> behind)
      throws SQLException {
    long promoted = promote(connection, lane, time);
    List<JobRow> rows = pick(connection, lane, limit, behind);
    Optional<JobTable.Batch> batch =
        rows.isEmpty() ? Optional.empty() : Optional.of(move(connection, rows, time + micros));
    return new JobTable.Taken(batch, promoted, expired(connection, lane, time));
  }

  private long promote(Connection connection, int lane, long time) throws SQLException {
    List<Long> numbers;
    try (PreparedStatement statement = connection.prepareStatement(due)) {
      new Parameters(statement).add(lane).add(time);
      numbers = PortableRows.numbers(statement);
    }
    if (numbers.isEmpty()) {
      return 0;
    }
    execute(connection, promote.formatted(PortableRows.list(numbers)));
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
      return PortableRows.all(statement);
    }
  }

  private Set<Integer> busy(Connection connection, int lane) throws SQLException {
    Set<Integer> running = new HashSet<>();
    try (PreparedStatement statement = connection.prepareStatement(busy)) {
      new Parameters(statement).add(lane);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          ByteBuffer hashes = ByteBuffer.wrap(rows.getBytes(1));
          BitSet settled = BitSet.valueOf(rows.getBytes(2));
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

  private JobTable.Batch move(Connection connection, List<JobRow> rows, long expires)
      throws SQLException {
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
    execute(
        connection,
        delete.formatted(PortableRows.list(rows.stream().map(row -> row.seq).toList())));
    return new JobTable.Batch(fence, rows);
  }

  private boolean expired(Connection connection, int lane, long time) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(expired)) {
      new Parameters(statement).add(lane).add(time);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getLong(1) > 0;
      }
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }
}
