package dev.chirograph.jdbc;

import dev.chirograph.Digest;
import dev.chirograph.Key;
import dev.chirograph.Slice;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The items of logs. Every method takes part in the caller's transaction. Immutable and safe for
 * use by several threads.
 */
final class LogItems {

  /** The first columns of the unique index of spots. */
  private static final String[] BY_PLACE = {"log_id", "place"};

  private static final Column PLACE = Column.integer("place");
  private static final Column HASH = Column.number("hash");

  /** How many rows with whole entries are kept at once. */
  private static final int FEW = 100;

  /** How many rows of numbers a driver fetches at once. */
  private static final int FETCHED = 10_000;

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
  private final String table;
  private final String byPlace;
  private final String page;
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
    this.table = database.sql("${log_item}");
    this.byPlace = database.sql(rows + ":listed");
    this.page =
        database.sql(
            rows
                + "log_id = ? and number > ? and number <= ("
                + LAST_OF_PAGE
                + ") order by number");
    this.hashes =
        database.sql(
            "select place, hash from ${log_item} where log_id = ? and place >= ? and place <= ?");
    this.byHash = database.sql(rows + "log_id = ? and place >= ? and place <= ? and :listed");
    this.gone =
        database.sql(
            "select place, ident, hash from ${log_item}"
                + " where log_id = ? and operation = 2 and number <= ? order by number limit ?");
    this.rename =
        database.sql(
            "update ${log_item} set life = ?"
                + " where log_id = ? and number > ? and life = ? and dot > ?");
    this.additions =
        database.sql(
            "select number, place, ident, added from ${log_item}"
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
  List<Query> find(int log, Collection<Spot> spots, Consumer<LogRow> found) {
    return InList.chunks(spots).stream()
        .map(
            some ->
                new Query(
                    SpotList.sql(LogRow.COLUMNS, table, some.size(), dialect),
                    parameters -> SpotList.bind(parameters, log, some, dialect),
                    row -> found.accept(LogRow.read(row))))
        .toList();
  }

  /** The rows of all versions of some keys, and perhaps of others, in no order. */
  List<Query> versions(int log, Collection<Key> keys, Consumer<LogRow> found) {
    return InList.chunks(keys.stream().map(Spot::place).distinct().toList()).stream()
        .map(
            some ->
                new Query(
                    InList.sql(byPlace, some.size(), dialect, BY_PLACE),
                    parameters ->
                        parameters.add(log).addList(PLACE, some.toArray(Integer[]::new), dialect),
                    row -> found.accept(LogRow.read(row))))
        .toList();
  }

  /**
   * The rows above a number, in ascending number.
   *
   * @param limit the largest number of rows
   * @param maxBytes the largest sum of payloads
   */
  Query page(int log, long after, int limit, long maxBytes, Consumer<LogRow> found) {
    return new Query(
        page,
        parameters -> parameters.add(log).add(after).add(log).add(after).add(limit).add(maxBytes),
        row -> found.accept(LogRow.read(row)));
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
      new Parameters(statement).add(log).add(range.firstPlace()).add(range.lastPlace());
      statement.setFetchSize(FETCHED);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          taker.take(Spot.bucket(rows.getInt(1), Slice.Bucket.MAX_BITS), rows.getLong(2));
        }
      }
    }
  }

  /** The rows in some buckets whose hashes are wanted. */
  List<Query> byHash(int log, BucketRange range, List<Long> wanted, Consumer<LogRow> found) {
    return InList.chunks(wanted).stream()
        .map(
            some ->
                new Query(
                    InList.sql(byHash, some.size(), dialect, "hash"),
                    parameters ->
                        parameters
                            .add(log)
                            .add(range.firstPlace())
                            .add(range.lastPlace())
                            .addList(HASH, some.toArray(Long[]::new), dialect),
                    row -> found.accept(LogRow.read(row))))
        .toList();
  }

  // ---- deletes

  /**
   * A row of a deleted item.
   *
   * @param digest of the item alone
   */
  record Gone(Spot spot, Digest digest) {}

  /** The first deleted items up to a number. */
  List<Gone> gone(Connection connection, int log, long upTo, int limit) throws SQLException {
    List<Gone> found = new ArrayList<>();
    new Query(
            gone,
            parameters -> parameters.add(log).add(upTo).add(limit),
            row ->
                found.add(
                    new Gone(new Spot(row.getInt(1), row.getLong(2)), Digest.of(row.getLong(3)))))
        .run(connection);
    return found;
  }

  // ---- writing

  /** Adds rows of {@link LogRow#values}. */
  Bulk.Step insert(List<@Nullable Object[]> rows) {
    return new Bulk.Step(insert, rows);
  }

  /** Changes rows of {@link LogRow#values}. */
  Bulk.Step update(List<@Nullable Object[]> rows) {
    return new Bulk.Step(update, rows);
  }

  Bulk.Step delete(int log, List<Spot> spots) {
    List<@Nullable Object[]> values = new ArrayList<>(spots.size());
    spots.forEach(spot -> values.add(new @Nullable Object[] {log, spot.place(), spot.ident()}));
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
            int place = rows.getInt(2);
            long ident = rows.getLong(3);
            StoredEntry.renamed(rows.getBytes(4), life, above, renamed)
                .ifPresent(
                    record -> changed.add(new @Nullable Object[] {log, place, ident, record}));
          }
        }
      }
      addition.run(connection, changed);
      changed.clear();
    } while (read == FEW);
  }
}
