package dev.chirograph.jdbc;

import dev.chirograph.spi.WorkQueue.Enqueued;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * The statements of PostgreSQL.
 *
 * <p>A lease moves its batch: one statement deletes the rows and inserts one row that holds them.
 * Why no key runs twice: a key waits at most once; its follow-up can only be inserted when the
 * delete of the row before has been committed, and with it the lease; so a snapshot that sees the
 * follow-up sees the lease. What is leased is what the delete returned, not what was picked.
 */
final class PostgresJobTable implements JobTable {

  /**
   * The rows of a call as arrays, sorted by key; {@code place} is their place in the caller's list.
   */
  private static final String ROWS =
      """
      (select nextval('${job_seq}') as first offset 0) numbers,
      unnest(?::bigint[], ?::bigint[], ?::int[], ?::int[], ?::int[], ?::smallint[], ?::smallint[],
             ?::smallint[], ?::bytea[], ?::bytea[], ?::smallint[])
        as r (delay, run, lane, scope, hash, ranking, state, flags, item, note, place)
      """;

  private static final String PUT =
      """
      with done as (
        insert into ${job} as j
          (seq, at, run, lane, scope, hash, ranking, state, flags, attempts, item, note, error)
        select first + place, ${now} + delay, run, lane, scope, hash, ranking, state, flags, 0, item,
               note, ''
        from
      """
          + ROWS
          + """
        on conflict (scope, item) do update set
          state = case when excluded.state <> 2 and (j.state = 2
                            or (j.state = 1 and excluded.at < j.at)) then excluded.state else j.state end,
          at = case when excluded.state <> 2 and (j.state = 2
                         or (j.state = 1 and excluded.at < j.at)) then excluded.at else j.at end,
          run = case when excluded.run <> 0 then excluded.run else j.run end,
          ranking = least(j.ranking, excluded.ranking),
          flags = ((j.flags | excluded.flags) & 1)
                  | (case when excluded.run in (0, j.run) then j.flags & 2 else 0 end),
          note = case when excluded.note <> '' then excluded.note else j.note end
        where (excluded.state <> 2 and (j.state = 2 or (j.state = 1 and excluded.at < j.at)))
          or excluded.run not in (0, j.run)
          or excluded.ranking < j.ranking
          or (excluded.flags & ~j.flags) <> 0
          or (excluded.note <> '' and excluded.note <> j.note)
        returning xmax = 0 as added)
      select count(*) filter (where added), count(*) filter (where not added) from done
      """;

  private static final String PUT_BACK =
      """
      insert into ${job} as j
        (seq, at, run, lane, scope, hash, ranking, state, flags, attempts, item, note, error)
      select case when seq = 0 then first + place else seq end, ${now} + delay, run, lane, scope, hash,
             ranking, state, flags, attempts, r.item, r.note, error
      from
      """
          + ROWS.replace("?::smallint[])", "?::smallint[], ?::bigint[], ?::smallint[], ?::bytea[])")
              .replace("place)", "place, seq, attempts, error)")
          + """
      on conflict (scope, item) do update set
        seq = least(j.seq, excluded.seq),
        state = case when j.state <> 2 and (excluded.state = 2
                          or (excluded.state = 1 and j.at < excluded.at)) then j.state else excluded.state end,
        at = case when j.state <> 2 and (excluded.state = 2
                       or (excluded.state = 1 and j.at < excluded.at)) then j.at else excluded.at end,
        run = case when j.run <> 0 then j.run else excluded.run end,
        ranking = least(j.ranking, excluded.ranking),
        flags = ((j.flags | excluded.flags) & 1) | (j.flags & 2)
                | (case when j.run in (0, excluded.run) then excluded.flags & 2 else 0 end),
        attempts = greatest(j.attempts, excluded.attempts),
        note = case when j.note <> '' then j.note else excluded.note end,
        error = case when excluded.error <> '' then excluded.error else j.error end
      """;

  private static final String PROMOTE =
      """
      with promoted as (
        update ${job} set state = 0
        where ctid = any (array(
          select ctid from ${job} where lane = ? and state = 1 and at <= ${now}
          order by at limit 1000 for update skip locked))
        returning seq)
      select min(seq) from promoted
      """;

  private static final String EXPIRED =
      "select exists (select 1 from ${lease} where lane = ? and expires <= ${now})";

  private static final String PICK =
      """
      select j.ctid as place from ${job} j
      where j.lane = ? and j.state = 0 %s and j.hash not in (select hash from busy)
      order by j.ranking, j.seq limit ? for update skip locked
      """;

  private static final String PICK_BEHIND =
      "select place from (select * from ("
          + PICK.formatted("and j.ranking < ?")
          + ") a union all select * from ("
          + PICK.formatted("and j.ranking = ? and j.seq > ?")
          + ") b union all select * from ("
          + PICK.formatted("and j.ranking > ?")
          + ") c) abc limit ?";

  private static final String TAKE =
      """
      with busy as materialized (
        select unnest(hashes) as hash from ${lease} where lane = ? and settled = ''
        union all
        select h.hash from ${lease} l, unnest(l.hashes) with ordinality as h (hash, number)
        where l.lane = ? and l.settled <> '' and get_bit(l.settled, h.number - 1) = 0),
      picked as materialized (%s),
      taken as (
        delete from ${job} j where j.ctid = any (array(select place from picked)) returning j.*)
      insert into ${lease} (lane, expires, run, slots, hashes, settled, notes, jobs)
      select ?, ${now} + ?, case when min(run) = max(run) then min(run) else -1 end, count(*),
             array_agg(hash order by ranking, seq), '', '', string_agg("""
          + LeasePayload.POSTGRESQL
          + """
             , '' order by ranking, seq)
      from taken having count(*) > 0
      returning fence, jobs
      """;

  private final Database database;
  private final String put;
  private final String putBack;
  private final String takeFromFront;
  private final String takeBehind;

  PostgresJobTable(Database database) {
    this.database = database;
    this.put = database.sql(PUT);
    this.putBack = database.sql(PUT_BACK);
    // One round trip; each statement sees what the one before did.
    this.takeFromFront =
        database.sql(together(PROMOTE, TAKE.formatted(PICK.formatted("")), EXPIRED));
    this.takeBehind = database.sql(together(PROMOTE, TAKE.formatted(PICK_BEHIND), EXPIRED));
  }

  private static String together(String... statements) {
    return String.join(";\n", statements);
  }

  @Override
  public Enqueued put(Connection connection, List<JobRow> rows) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(database.timed(put))) {
      setRows(statement, Sorted.of(rows));
      try (ResultSet counts = statement.executeQuery()) {
        counts.next();
        int added = counts.getInt(1);
        int upgraded = counts.getInt(2);
        return new Enqueued(added, upgraded, rows.size() - added - upgraded);
      }
    }
  }

  @Override
  public void putBack(Connection connection, List<JobRow> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(database.timed(putBack))) {
      Sorted sorted = Sorted.of(rows);
      int next = setRows(statement, sorted);
      statement.setArray(next, connection.createArrayOf("int8", sorted.longs(row -> row.seq)));
      statement.setArray(
          next + 1, connection.createArrayOf("int2", sorted.shorts(row -> row.attempts)));
      statement.setArray(
          next + 2, connection.createArrayOf("bytea", sorted.bytes(row -> row.error)));
      statement.executeUpdate();
    }
  }

  private static int setRows(PreparedStatement statement, Sorted rows) throws SQLException {
    Connection c = statement.getConnection();
    int i = 1;
    statement.setArray(i++, c.createArrayOf("int8", rows.longs(row -> row.at)));
    statement.setArray(i++, c.createArrayOf("int8", rows.longs(row -> row.run)));
    statement.setArray(i++, c.createArrayOf("int4", rows.ints(row -> row.lane)));
    statement.setArray(i++, c.createArrayOf("int4", rows.ints(row -> row.scope)));
    statement.setArray(i++, c.createArrayOf("int4", rows.ints(JobRow::hash)));
    statement.setArray(i++, c.createArrayOf("int2", rows.shorts(row -> row.rank)));
    statement.setArray(i++, c.createArrayOf("int2", rows.shorts(row -> row.state)));
    statement.setArray(i++, c.createArrayOf("int2", rows.shorts(row -> row.flags)));
    statement.setArray(i++, c.createArrayOf("bytea", rows.bytes(row -> row.key.toBytes())));
    statement.setArray(i++, c.createArrayOf("bytea", rows.bytes(row -> row.note)));
    statement.setArray(i++, c.createArrayOf("int2", rows.places()));
    return i;
  }

  @Override
  public Taken take(
      Connection connection, int lane, int limit, long micros, Optional<Mark.Place> behind)
      throws SQLException {
    String sql = behind.isPresent() ? takeBehind : takeFromFront;
    try (PreparedStatement statement = connection.prepareStatement(database.timed(sql))) {
      Parameters parameters = new Parameters(statement);
      parameters.add(lane).add(lane).add(lane);
      if (behind.isPresent()) {
        short rank = (short) behind.get().rank();
        parameters.add(lane).add(rank).add(limit);
        parameters.add(lane).add(rank).add(behind.get().seq()).add(limit);
        parameters.add(lane).add(rank).add(limit).add(limit);
      } else {
        parameters.add(lane).add(limit);
      }
      parameters.add(lane).add(micros).add(lane);
      statement.execute();
      long promoted = promoted(statement);
      statement.getMoreResults();
      Optional<Batch> batch = batch(statement, lane);
      statement.getMoreResults();
      return new Taken(batch, promoted, expired(statement));
    }
  }

  private static long promoted(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.getResultSet()) {
      row.next();
      return row.getLong(1);
    }
  }

  private static Optional<Batch> batch(PreparedStatement statement, int lane) throws SQLException {
    try (ResultSet row = statement.getResultSet()) {
      return row.next()
          ? Optional.of(
              new Batch(row.getLong(1), LeasePayload.decode(lane, row.getBytes(2), Map.of())))
          : Optional.empty();
    }
  }

  private static boolean expired(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.getResultSet()) {
      row.next();
      return row.getBoolean(1);
    }
  }

  /** Rows in the order of their keys, each with its place in the caller's list. */
  private record Sorted(List<JobRow> rows, List<Integer> order) {

    static Sorted of(List<JobRow> rows) {
      List<Integer> order = new ArrayList<>(rows.size());
      for (int i = 0; i < rows.size(); i++) {
        order.add(i);
      }
      order.sort((a, b) -> JobRow.BY_KEY.compare(rows.get(a), rows.get(b)));
      return new Sorted(order.stream().map(rows::get).toList(), order);
    }

    Short[] places() {
      return order.stream().map(Integer::shortValue).toArray(Short[]::new);
    }

    Long[] longs(ToLongFunction<JobRow> field) {
      return rows.stream().map(field::applyAsLong).toArray(Long[]::new);
    }

    Integer[] ints(ToLongFunction<JobRow> field) {
      return rows.stream().map(row -> (int) field.applyAsLong(row)).toArray(Integer[]::new);
    }

    Short[] shorts(ToLongFunction<JobRow> field) {
      return rows.stream().map(row -> (short) field.applyAsLong(row)).toArray(Short[]::new);
    }

    byte[][] bytes(Function<JobRow, byte[]> field) {
      return rows.stream().map(field).toArray(byte[][]::new);
    }
  }
}
