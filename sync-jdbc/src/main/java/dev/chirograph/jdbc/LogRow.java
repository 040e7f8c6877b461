package dev.chirograph.jdbc;

import dev.chirograph.Key;
import dev.chirograph.spi.LogContext.Life;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogItem;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * An item as it is stored.
 *
 * @param number its position
 * @param spot where it stands in the order of buckets
 * @param hash what logs compare
 * @param last the entry that wins
 * @param added the addition that a deprecation goes with
 */
record LogRow(long number, Key spot, long hash, StoredEntry last, Optional<StoredEntry> added) {

  /** The columns that find a row. */
  static final List<Column> IDENTITY = List.of(Column.integer("log_id"), Column.bytes("spot"));

  /** All others, in the order of {@link #values}. */
  static final List<Column> VALUES =
      List.of(
          Column.number("number"),
          Column.number("hash"),
          Column.number("life"),
          Column.number("dot"),
          Column.number("at_second"),
          Column.integer("at_nano"),
          Column.integer("weight"),
          Column.integer("operation"),
          Column.number("size"),
          Column.bytes("id"),
          Column.bytes("sha256"),
          Column.bytes("location"),
          Column.bytes("item_key"),
          Column.bytes("version"),
          Column.bytes("payload"),
          Column.bytes("added"));

  /** What {@link #read} reads. */
  static final String COLUMNS =
      "spot, number, hash, life, dot, at_second, at_nano, operation, size, id, sha256, location,"
          + " item_key, version, payload, added";

  static LogRow of(long number, Key spot, long hash, LogItem item) {
    return new LogRow(
        number, spot, hash, StoredEntry.of(item.last()), item.added().map(StoredEntry::of));
  }

  /** The values of {@link #IDENTITY} and {@link #VALUES}. */
  @Nullable Object[] values(int log) {
    Body body = last.body();
    Instant at = last.at();
    byte[] payload = LogBytes.of(body.payload());
    byte[] addition = added.map(StoredEntry::encode).orElse(null);
    int weight = payload.length;
    if (added.isPresent()) {
      weight += LogBytes.of(added.get().body().payload()).length;
    }
    return new @Nullable Object[] {
      log,
      spot.toBytes(),
      number,
      hash,
      last.life(),
      last.dot(),
      at.getEpochSecond(),
      at.getNano(),
      weight,
      StoredEntry.number(body.operation()),
      body.content().size(),
      LogBytes.of(body.id()),
      StoredEntry.sha256(body.content()),
      LogBytes.of(body.content().location()),
      body.key().toBytes(),
      LogBytes.of(body.version()),
      payload,
      addition
    };
  }

  /**
   * Reads a row of {@link #COLUMNS}.
   *
   * @throws dev.chirograph.SyncException of kind CORRUPT when it was changed
   */
  static LogRow read(ResultSet row) throws SQLException {
    Key spot = StoredEntry.key(row.getBytes(1));
    long number = row.getLong(2);
    Key key = StoredEntry.key(row.getBytes(13));
    String version = LogBytes.text(row.getBytes(14));
    Body body =
        new Body(
            LogBytes.uuid(row.getBytes(10)),
            StoredEntry.operation(row.getInt(8)),
            key,
            version,
            StoredEntry.content(row.getBytes(11), row.getLong(9), row.getBytes(12)),
            LogBytes.text(row.getBytes(15)));
    StoredEntry last = new StoredEntry(row.getLong(4), row.getLong(5), at(row), body);
    byte[] addition = row.getBytes(16);
    return new LogRow(
        number,
        spot,
        row.getLong(3),
        last,
        addition == null
            ? Optional.empty()
            : Optional.of(StoredEntry.decode(addition, key, version)));
  }

  private static Instant at(ResultSet row) throws SQLException {
    try {
      return Instant.ofEpochSecond(row.getLong(6), row.getInt(7));
    } catch (DateTimeException | ArithmeticException e) {
      throw LogBytes.corrupt("a time that is none", e);
    }
  }

  /**
   * The item.
   *
   * @param lives what the numbers of lives stand for
   */
  LogItem item(LongFunction<Life> lives) {
    return new LogItem(
        last.entry(lives.apply(last.life())),
        added.map(entry -> entry.entry(lives.apply(entry.life()))));
  }
}
