package dev.chirograph.jdbc;

import dev.chirograph.Digest;
import dev.chirograph.Key;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The items of logs. Every method takes part in the caller's transaction. Immutable and safe for
 * use by several threads.
 */
final class LogItems {

  /** The columns of the unique index of spots. */
  private static final String[] BY_SPOT = {"log_id", "spot"};

  /** How many things are looked up by one statement. */
  private static final int LISTED = 1_000;

  /** How many rows with whole entries are kept at once. */
  private static final int FEW = 100;

  /** How many rows of numbers a driver fetches at once. */
  private static final int FETCHED = 10_000;

  /** How many ranges are read by one statement. */
  private static final int RANGES = 32;

  /** How far a page goes; the first row of a page has its place however heavy it is. */
  private static final String LAST_OF_PAGE =
      """
      select max(number) from (
        select number, sum(weight) over (order by number) as total,
               row_number() over (order by number) as place
        from (select number, weight from ${log_item}
              where log_id = ? and number > ? order by number limit ?) few) summed
      where place = 1 or total <= ?""";

  private final Dialect dialect;
  private final String bySpot;
  private final String page;
  private final String range;
  private final String hashes;
  private final String byHash;
  private final String gone;
  private final String rename;
  private final String additions;
  private final Bulk insert;
  private final Bulk update;
  private final Bulk addition;
  private final Bulk delete;

  LogItems(Database database) {
    this.dialect = database.dialect();
    String rows = "select " + LogRow.COLUMNS + " from ${log_item} where ";
    this.bySpot = database.sql(rows + ":listed");
    this.page =
        database.sql(
            rows
                + "log_id = ? and number > ? and number <= ("
                + LAST_OF_PAGE
                + ") order by number");
    this.range = database.sql(rows + "log_id = ? and spot >= ? and spot <= ?");
    this.hashes =
        database.sql(
            "select spot, hash from ${log_item} where log_id = ? and spot >= ? and spot <= ?");
    this.byHash = database.sql(rows + "log_id = ? and spot >= ? and spot <= ? and :listed");
    this.gone =
        database.sql(
            "select spot, hash, number from ${log_item}"
                + " where log_id = ? and operation = 2 and number <= ? order by number limit ?");
    this.rename =
        database.sql(
            "update ${log_item} set life = ?"
                + " where log_id = ? and number > ? and life = ? and dot > ?");
    this.additions =
        database.sql(
            "select number, spot, added from ${log_item}"
                + " where log_id = ? and number > ? and added is not null order by number limit ?");
    this.insert =
        Bulk.insert(
            database,
            "log_item",
            Stream.concat(LogRow.IDENTITY.stream(), LogRow.VALUES.stream()).toList());
    this.update = Bulk.update(database, "log_item", LogRow.IDENTITY, LogRow.VALUES);
    this.addition =
        Bulk.update(database, "log_item", LogRow.IDENTITY, List.of(Column.bytes("added")));
    this.delete = Bulk.delete(database, "log_item", LogRow.IDENTITY);
  }

  // ---- reading

  /** The rows at some spots, as far as there are, in no order. */
  List<LogRow> find(Connection connection, int log, Collection<Key> spots) throws SQLException {
    List<Key> all = List.copyOf(spots);
    List<LogRow> found = new ArrayList<>();
    for (int start = 0; start < all.size(); start += LISTED) {
      List<Key> some = all.subList(start, Math.min(all.size(), start + LISTED));
      String sql = InList.sql(bySpot, some.size(), dialect, BY_SPOT);
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        statement.setInt(1, log);
        InList.bindKeys(connection, statement, 2, some, dialect);
        readAll(statement, found);
      }
    }
    return found;
  }

  /** The rows of all versions of some keys, and perhaps of others, in no order. */
  List<LogRow> versions(Connection connection, int log, List<Key> keys) throws SQLException {
    List<LogRow> found = new ArrayList<>();
    for (int start = 0; start < keys.size(); start += RANGES) {
      List<Key> some = keys.subList(start, Math.min(keys.size(), start + RANGES));
      // One range after another: no database takes an "or" of ranges for what it is.
      String sql = String.join(" union all ", Collections.nCopies(some.size(), range));
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        Parameters parameters = new Parameters(statement);
        for (Key key : some) {
          parameters.add(log).add(LogBytes.firstSpot(key)).add(LogBytes.lastSpot(key));
        }
        readAll(statement, found);
      }
    }
    return found;
  }

  /**
   * The rows above a number, in ascending number.
   *
   * @param limit the largest number of rows
   * @param maxBytes the largest sum of payloads
   */
  List<LogRow> page(Connection connection, int log, long after, int limit, long maxBytes)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(page)) {
      new Parameters(statement).add(log).add(after).add(log).add(after).add(limit).add(maxBytes);
      return readAll(statement, new ArrayList<>());
    }
  }

  private static List<LogRow> readAll(PreparedStatement statement, List<LogRow> into)
      throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        into.add(LogRow.read(rows));
      }
    }
    return into;
  }

  // ---- comparing

  /** Takes the hash of an item. */
  @FunctionalInterface
  interface HashTaker {

    /**
     * An item.
     *
     * @param bucket its bucket of 16 bits
     */
    void take(int bucket, long hash);
  }

  /** Tells the hashes of all items in some buckets, in no order. */
  void hashes(Connection connection, int log, BucketRange range, HashTaker taker)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(hashes)) {
      new Parameters(statement).add(log).add(range.firstSpot()).add(range.lastSpot());
      statement.setFetchSize(FETCHED);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          taker.take(LogBytes.bucket(rows.getBytes(1)), rows.getLong(2));
        }
      }
    }
  }

  /** The rows in some buckets whose hashes are wanted. */
  List<LogRow> byHash(Connection connection, int log, BucketRange range, List<Long> wanted)
      throws SQLException {
    List<LogRow> found = new ArrayList<>();
    for (int start = 0; start < wanted.size(); start += LISTED) {
      List<Long> some = wanted.subList(start, Math.min(wanted.size(), start + LISTED));
      String sql = InList.sql(byHash, some.size(), dialect, "hash");
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        new Parameters(statement).add(log).add(range.firstSpot()).add(range.lastSpot());
        InList.bind(
            connection, statement, 4, Column.number("hash"), some.toArray(Long[]::new), dialect);
        readAll(statement, found);
      }
    }
    return found;
  }

  // ---- deletes

  /**
   * A row of a deleted item.
   *
   * @param digest of the item alone
   */
  record Gone(Key spot, Digest digest, long number) {}

  /** The first deleted items up to a number. */
  List<Gone> gone(Connection connection, int log, long upTo, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(gone)) {
      new Parameters(statement).add(log).add(upTo).add(limit);
      List<Gone> found = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(
              new Gone(
                  StoredEntry.key(rows.getBytes(1)), Digest.of(rows.getLong(2)), rows.getLong(3)));
        }
      }
      return found;
    }
  }

  // ---- writing

  Bulk.Step insert(int log, List<LogRow> rows) {
    return new Bulk.Step(insert, values(log, rows));
  }

  Bulk.Step update(int log, List<LogRow> rows) {
    return new Bulk.Step(update, values(log, rows));
  }

  private static List<@Nullable Object[]> values(int log, List<LogRow> rows) {
    List<@Nullable Object[]> values = new ArrayList<>(rows.size());
    rows.forEach(row -> values.add(row.values(log)));
    return values;
  }

  Bulk.Step delete(int log, List<Key> spots) {
    List<@Nullable Object[]> values = new ArrayList<>(spots.size());
    spots.forEach(spot -> values.add(new @Nullable Object[] {log, spot.toBytes()}));
    return new Bulk.Step(delete, values);
  }

  /** Gives the entries of a life whose dots lie above a number to another life. */
  void rename(Connection connection, int log, long life, long above, long renamed)
      throws SQLException {
    // An entry never stands below its dot in its author's log, so the index of numbers helps.
    try (PreparedStatement statement = connection.prepareStatement(rename)) {
      new Parameters(statement).add(renamed).add(log).add(above).add(life).add(above);
      statement.executeUpdate();
    }
    renameAdditions(connection, log, life, above, renamed);
  }

  private void renameAdditions(Connection connection, int log, long life, long above, long renamed)
      throws SQLException {
    List<@Nullable Object[]> changed = new ArrayList<>();
    long after = above;
    int read;
    do {
      read = 0;
      try (PreparedStatement statement = connection.prepareStatement(additions)) {
        new Parameters(statement).add(log).add(after).add(FEW);
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            read++;
            after = rows.getLong(1);
            byte[] spot = rows.getBytes(2);
            StoredEntry.renamed(rows.getBytes(3), life, above, renamed)
                .ifPresent(record -> changed.add(new @Nullable Object[] {log, spot, record}));
          }
        }
      }
      addition.run(connection, changed);
      changed.clear();
    } while (read == FEW);
  }
}
