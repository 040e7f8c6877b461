package dev.chirograph.jdbc;

import dev.chirograph.Key;
import dev.chirograph.spi.LogContext.Life;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogItem;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * An item as it is stored.
 *
 * @param number its position
 * @param spot where it stands
 * @param hash what logs compare
 * @param last the entry that wins
 * @param added the addition that a deprecation goes with
 */
record LogRow(long number, Spot spot, long hash, StoredEntry last, Optional<StoredEntry> added) {

  /** The columns that find a row. */
  static final List<Column> IDENTITY =
      List.of(Column.integer("log_id"), Column.integer("place"), Column.number("ident"));

  /** All others, in the order of {@link #values}. */
  static final List<Column> VALUES =
      List.of(
          Column.number("number"),
          Column.number("hash"),
          Column.number("life"),
          Column.number("dot"),
          Column.number("size"),
          Column.number("at_second"),
          Column.integer("at_nano"),
          Column.integer("weight"),
          Column.integer("operation"),
          Column.bytes("id"),
          Column.bytes("sha256"),
          Column.bytes("location"),
          Column.bytes("item_key"),
          Column.bytes("version"),
          Column.bytes("payload"),
          Column.bytes("added"));

  /** What {@link #read} reads. */
  static final String COLUMNS =
      "place, ident, number, hash, life, dot, size, at_second, at_nano, operation, id, sha256,"
          + " location, item_key, version, payload, added";

  /**
   * The values of {@link #IDENTITY} and {@link #VALUES}.
   *
   * @param last the body of the entry of the item that wins
   * @param lives the numbers that stand for lives
   */
  static @Nullable Object[] values(
      int log,
      long number,
      Spot spot,
      long hash,
      LogItem item,
      BodyBytes last,
      ToLongFunction<Life> lives) {
    LogEntry entry = item.last();
    Instant at = entry.at();
    int weight = last.payload.length;
    byte[] addition = null;
    if (item.added().isPresent()) {
      LogEntry added = item.added().get();
      weight += LogBytes.of(added.body().payload()).length;
      addition = StoredEntry.of(added, lives.applyAsLong(life(added))).encode();
    }
    return new @Nullable Object[] {
      log,
      spot.place(),
      spot.ident(),
      number,
      hash,
      lives.applyAsLong(life(entry)),
      entry.dot().number(),
      last.size,
      at.getEpochSecond(),
      at.getNano(),
      weight,
      last.operation,
      last.id,
      last.sha256,
      last.location,
      last.key,
      last.version,
      last.payload,
      addition
    };
  }

  private static Life life(LogEntry entry) {
    return new Life(entry.dot().node(), entry.dot().epoch());
  }

  /**
   * Reads a row of {@link #COLUMNS}.
   *
   * @throws dev.chirograph.SyncException of kind CORRUPT when it was changed
   */
  static LogRow read(ResultSet row) throws SQLException {
    Spot spot = new Spot(row.getInt(1), row.getLong(2));
    long number = row.getLong(3);
    Key key = StoredEntry.key(row.getBytes(14));
    String version = LogBytes.text(row.getBytes(15));
    Body body =
        new Body(
            LogBytes.uuid(row.getBytes(11)),
            StoredEntry.operation(row.getInt(10)),
            key,
            version,
            StoredEntry.content(row.getBytes(12), row.getLong(7), row.getBytes(13)),
            LogBytes.text(row.getBytes(16)));
    StoredEntry last = new StoredEntry(row.getLong(5), row.getLong(6), at(row), body);
    byte[] addition = row.getBytes(17);
    return new LogRow(
        number,
        spot,
        row.getLong(4),
        last,
        addition == null
            ? Optional.empty()
            : Optional.of(StoredEntry.decode(addition, key, version)));
  }

  private static Instant at(ResultSet row) throws SQLException {
    try {
      return Instant.ofEpochSecond(row.getLong(8), row.getInt(9));
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
