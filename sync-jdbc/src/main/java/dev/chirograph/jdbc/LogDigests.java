package dev.chirograph.jdbc;

import dev.chirograph.Digest;
import dev.chirograph.Key;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
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
  private static final List<Column> KEY = List.of(Column.integer("log_id"), Column.integer("part"));
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
  static int bucket(Key spot) {
    return spot.byteAt(0);
  }

  /** The digests of all buckets that were ever filled, by their numbers. */
  Map<Integer, Digest> all(Connection connection, int log) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(all)) {
      statement.setInt(1, log);
      return read(statement);
    }
  }

  private Map<Integer, Digest> some(Connection connection, int log, Collection<Integer> parts)
      throws SQLException {
    String sql = InList.sql(some, parts.size(), dialect, "log_id", "part");
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setInt(1, log);
      InList.bind(
          connection, statement, 2, Column.integer("part"), parts.toArray(Integer[]::new), dialect);
      return read(statement);
    }
  }

  private static Map<Integer, Digest> read(PreparedStatement statement) throws SQLException {
    Map<Integer, Digest> digests = new HashMap<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        int part = rows.getInt(1);
        byte[] bytes = rows.getBytes(2);
        if (bytes.length != IN_PART * DIGEST_BYTES) {
          throw LogBytes.corrupt("digests of " + bytes.length + " bytes", null);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        for (int i = 0; i < IN_PART; i++) {
          digests.put(part * IN_PART + i, new Digest(in.getLong(), in.getLong(), in.getLong()));
        }
      }
    }
    return digests;
  }

  /** The rows of an empty log. */
  Bulk.Step none(int log) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (int part = 0; part < PARTS; part++) {
      rows.add(new @Nullable Object[] {log, part, new byte[IN_PART * DIGEST_BYTES]});
    }
    return new Bulk.Step(insert, rows);
  }

  /**
   * Changes digests.
   *
   * @param gone the digests of what is not there any more, by bucket
   * @param come the digests of what is new, by bucket
   */
  Bulk.Step update(
      Connection connection, int log, Map<Integer, Digest> gone, Map<Integer, Digest> come)
      throws SQLException {
    Collection<Integer> parts = new TreeSet<>();
    gone.keySet().forEach(bucket -> parts.add(bucket / IN_PART));
    come.keySet().forEach(bucket -> parts.add(bucket / IN_PART));
    if (parts.isEmpty()) {
      return new Bulk.Step(update, List.of());
    }
    Map<Integer, Digest> digests = new TreeMap<>(some(connection, log, parts));
    come.forEach((bucket, digest) -> digests.merge(bucket, digest, Digest::plus));
    gone.forEach((bucket, digest) -> digests.merge(bucket, digest, Digest::minus));
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
