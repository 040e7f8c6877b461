package dev.chirograph.jdbc;

import dev.chirograph.Digest;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The digests of the 256 buckets of a log, sixteen in a row: a single change writes one row, and a
 * thousand changes write sixteen. Every method takes part in the caller's transaction. Immutable
 * and safe for use by several threads.
 */
final class LogDigests {

  /** How many bits of a key's hash tell the bucket. */
  static final int BITS = 8;

  private static final int PARTS = 16;
  private static final int IN_PART = 16;
  private static final int DIGEST_BYTES = 3 * Long.BYTES;
  private static final String[] BY_PART = {"log_id", "part"};
  private static final Column PART = Column.integer("part");
  private static final List<Column> KEY = List.of(Column.integer("log_id"), PART);
  private static final List<Column> DIGESTS = List.of(Column.bytes("digests"));

  private final Dialect dialect;
  private final String all;
  private final String some;
  private final Bulk insert;
  private final Bulk update;

  LogDigests(Database database) {
    this.dialect = database.dialect();
    String rows = "select part, digests from ${log_digest} where ";
    this.all = database.sql(rows + "log_id = ?");
    this.some = database.sql(rows + ":listed");
    this.insert =
        Bulk.insert(
            database,
            "log_digest",
            List.of(Column.integer("log_id"), Column.integer("part"), Column.bytes("digests")));
    this.update = Bulk.update(database, "log_digest", KEY, DIGESTS);
  }

  /** The bucket of a spot. */
  static int bucket(Spot spot) {
    return Spot.bucket(spot.place(), BITS);
  }

  /** The part in which the digest of a bucket stands. */
  static int part(int bucket) {
    return bucket / IN_PART;
  }

  /** The digests of all buckets, by their numbers. */
  Query all(int log, Map<Integer, Digest> found) {
    return new Query(all, parameters -> parameters.add(log), row -> read(row, found));
  }

  /** The digests of the buckets in some parts, by the numbers of the buckets. */
  List<Query> find(int log, Collection<Integer> parts, Map<Integer, Digest> found) {
    return InList.chunks(parts).stream()
        .map(
            some ->
                new Query(
                    InList.sql(this.some, some.size(), dialect, BY_PART),
                    parameters ->
                        parameters.add(log).addList(PART, some.toArray(Integer[]::new), dialect),
                    row -> read(row, found)))
        .toList();
  }

  private static void read(ResultSet row, Map<Integer, Digest> into) throws SQLException {
    int part = row.getInt(1);
    byte[] bytes = row.getBytes(2);
    if (bytes.length != IN_PART * DIGEST_BYTES) {
      throw LogBytes.corrupt("digests of " + bytes.length + " bytes", null);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    for (int i = 0; i < IN_PART; i++) {
      into.put(part * IN_PART + i, new Digest(in.getLong(), in.getLong(), in.getLong()));
    }
  }

  /** The rows of an empty log. */
  Bulk.Step none(int log) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (int part = 0; part < PARTS; part++) {
      rows.add(new @Nullable Object[] {log, part, new byte[IN_PART * DIGEST_BYTES]});
    }
    return new Bulk.Step(insert, rows);
  }

  /** Writes the digests of the buckets in some parts. */
  Bulk.Step update(int log, Collection<Integer> parts, Map<Integer, Digest> digests) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (int part : parts) {
      ByteBuffer out = ByteBuffer.allocate(IN_PART * DIGEST_BYTES);
      for (int i = 0; i < IN_PART; i++) {
        Digest digest = digests.getOrDefault(part * IN_PART + i, Digest.EMPTY);
        out.putLong(digest.count()).putLong(digest.sum()).putLong(digest.xor());
      }
      rows.add(new @Nullable Object[] {log, part, out.array()});
    }
    return new Bulk.Step(update, rows);
  }
}
