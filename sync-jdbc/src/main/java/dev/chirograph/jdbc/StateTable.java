package dev.chirograph.jdbc;

import dev.chirograph.Change;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.spi.StateStore.Stored;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The table of records of one tenant. Immutable and safe for use by several threads. */
final class StateTable {

  /** The columns of the primary key. */
  private static final String[] INDEX = {"tenant", "space", "key_bytes"};

  private static final Column KEY = Column.bytes("key_bytes");
  private static final List<Column> ROW = List.of(Column.name("tenant"), Column.name("space"), KEY);
  private static final List<Column> CONTENT =
      List.of(Column.number("rev"), Column.bytes("content"));

  private static final String READ =
      """
      select key_bytes, rev, content from ${state}
      where :listed""";

  private static final String LOCK =
      """
      select key_bytes, rev from ${state}
      where :listed
      order by key_bytes""";

  private static final String SIZES =
      """
      select key_bytes, length(content) from ${state}
      where tenant = ? and space = ? and key_bytes >= ? :below
      order by key_bytes
      limit ?""";

  private static final String RANGE =
      """
      select key_bytes, rev, content from ${state}
      where tenant = ? and space = ? and key_bytes >= ? and key_bytes <= ?""";

  private final Database database;
  private final Dialect dialect;
  private final String tenant;
  private final Numbers numbers;
  private final String read;
  private final String lock;
  private final String sizes;
  private final String range;
  private final Bulk insert;
  private final Bulk update;
  private final Bulk delete;

  StateTable(Database database, String tenant) {
    this.database = database;
    this.dialect = database.dialect();
    this.tenant = tenant;
    this.numbers = new Numbers(database, "state_number");
    this.read = database.sql(READ);
    this.lock = database.sql(LOCK) + dialect.forUpdate();
    this.sizes = database.sql(SIZES);
    this.range = database.sql(RANGE);
    List<Column> all = new ArrayList<>(ROW);
    all.addAll(CONTENT);
    this.insert = Bulk.insert(database, "state", all, "updated");
    this.update = Bulk.update(database, "state", ROW, CONTENT, "updated");
    this.delete = Bulk.delete(database, "state", ROW);
  }

  /** Reads records; by position. */
  List<Optional<Stored>> read(String space, List<Key> keys) {
    if (keys.isEmpty()) {
      return List.of();
    }
    Map<Key, Stored> found =
        database.read(
            "reading records of '" + space + "'", connection -> read(connection, space, keys));
    return keys.stream()
        .map(key -> Optional.ofNullable(found.get(key)).map(StateTable::copy))
        .toList();
  }

  /** A record of its own for each position: a key may be asked for twice. */
  private static Stored copy(Stored stored) {
    return new Stored(stored.key(), stored.value().clone(), stored.version());
  }

  private Map<Key, Stored> read(Connection connection, String space, List<Key> keys)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(InList.sql(read, keys.size(), dialect, INDEX))) {
      bindSpace(statement, 1, space);
      InList.bindKeys(connection, statement, 3, keys, dialect);
      Map<Key, Stored> found = new HashMap<>();
      for (Stored stored : records(statement)) {
        found.put(stored.key(), stored);
      }
      return found;
    }
  }

  /**
   * Some records of a scan.
   *
   * @param records in key order
   * @param rest what is still to be scanned; empty when nothing is
   */
  record Page(List<Stored> records, Optional<KeyRange> rest) {}

  private record Size(Key key, long bytes) {}

  /**
   * Reads the first records of a range: their sizes, and then as many of them as the page may hold.
   *
   * @param most how many at most
   * @param bytes no further record is read when their values have so many
   */
  Page page(String space, KeyRange from, int most, long bytes) {
    String operation = "scanning records of '" + space + "'";
    List<Size> next = database.read(operation, connection -> sizes(connection, space, from, most));
    if (next.isEmpty()) {
      return new Page(List.of(), Optional.empty());
    }
    int count = 0;
    for (long sum = 0; count < next.size() && sum < bytes; count++) {
      sum += next.get(count).bytes();
    }
    Key last = next.get(count - 1).key();
    List<Stored> records =
        database.read(operation, connection -> range(connection, space, from.from(), last));
    boolean end = count == next.size() && count < most;
    return new Page(
        records, end ? Optional.empty() : Optional.of(from.after(last)).filter(r -> !r.isEmpty()));
  }

  private List<Size> sizes(Connection connection, String space, KeyRange from, int most)
      throws SQLException {
    String sql = sizes.replace(":below", from.to().isPresent() ? "and key_bytes < ?" : "");
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      int next = bindSpace(statement, 1, space);
      statement.setBytes(next++, from.from().toBytes());
      if (from.to().isPresent()) {
        statement.setBytes(next++, from.to().get().toBytes());
      }
      statement.setInt(next, most);
      List<Size> found = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(new Size(Key.ofBytes(rows.getBytes(1)), rows.getLong(2)));
        }
      }
      return found;
    }
  }

  private List<Stored> range(Connection connection, String space, Key from, Key last)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(range)) {
      int next = bindSpace(statement, 1, space);
      statement.setBytes(next, from.toBytes());
      statement.setBytes(next + 1, last.toBytes());
      List<Stored> records = records(statement);
      // MariaDB sorts by the first 1,022 bytes only, where an index does not give it the order.
      records.sort(Comparator.comparing(Stored::key));
      return records;
    }
  }

  private static List<Stored> records(PreparedStatement statement) throws SQLException {
    List<Stored> records = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        records.add(
            new Stored(
                Key.ofBytes(rows.getBytes(1)),
                rows.getBytes(3),
                BatchWriter.version(rows.getLong(2))));
      }
    }
    return records;
  }

  private int bindSpace(PreparedStatement statement, int index, String space) throws SQLException {
    Column.bindName(statement, index, tenant, dialect);
    Column.bindName(statement, index + 1, space, dialect);
    return index + 2;
  }

  /** Writes the records of a space. */
  BatchWriter<byte[]> writer(String space, int maxValueBytes) {
    return new BatchWriter<>(database, numbers, new Space(space, maxValueBytes));
  }

  private final class Space implements BatchWriter.Table<byte[]> {
    private final String space;
    private final int maxValueBytes;

    Space(String space, int maxValueBytes) {
      this.space = space;
      this.maxValueBytes = maxValueBytes;
    }

    @Override
    public String operation(List<Change<byte[]>> changes) {
      return changes.size() == 1
          ? "writing the record " + changes.get(0).key() + " of '" + space + "'"
          : "writing " + changes.size() + " records of '" + space + "'";
    }

    @Override
    public Optional<SyncException> fault(Change<byte[]> change) {
      if (change.key().isEmpty()) {
        return Optional.of(SyncException.invalid("a record of '" + space + "' has an empty key"));
      }
      if (change instanceof Change.Put<byte[]> put && put.value().length > maxValueBytes) {
        return Optional.of(
            SyncException.invalid(
                "the record "
                    + change.key()
                    + " of '"
                    + space
                    + "' has "
                    + put.value().length
                    + " bytes, at most "
                    + maxValueBytes
                    + " are stored"));
      }
      return Optional.empty();
    }

    @Override
    public List<Outcome> write(Connection connection, List<Change<byte[]>> changes, long number)
        throws SQLException {
      Map<Key, Long> stored = lock(connection, changes);
      List<Outcome> outcomes = new ArrayList<>(changes.size());
      List<@Nullable Object[]> inserts = new ArrayList<>();
      List<@Nullable Object[]> updates = new ArrayList<>();
      List<@Nullable Object[]> deletes = new ArrayList<>();
      long rev = number;
      for (Change<byte[]> change : changes) {
        Long found = stored.get(change.key());
        Optional<Outcome> answer = BatchWriter.judge(change, found);
        if (answer.isPresent()) {
          outcomes.add(answer.get());
        } else if (change instanceof Change.Put<byte[]> put) {
          (found == null ? inserts : updates).add(row(change.key(), rev, put.value()));
          outcomes.add(BatchWriter.applied(rev));
        } else {
          deletes.add(new @Nullable Object[] {tenant, space, change.key().toBytes()});
          outcomes.add(Outcome.deleted(Guard.ATOMIC));
        }
        rev++;
      }
      delete.run(connection, deletes);
      update.run(connection, updates);
      insert.run(connection, inserts);
      return outcomes;
    }

    private @Nullable Object[] row(Key key, long rev, byte[] value) {
      return new @Nullable Object[] {tenant, space, key.toBytes(), rev, value};
    }

    private Map<Key, Long> lock(Connection connection, List<Change<byte[]>> changes)
        throws SQLException {
      List<Key> keys = BatchWriter.keys(changes);
      try (PreparedStatement statement =
          connection.prepareStatement(InList.sql(lock, keys.size(), dialect, INDEX))) {
        bindSpace(statement, 1, space);
        InList.bindKeys(connection, statement, 3, keys, dialect);
        Map<Key, Long> found = new HashMap<>();
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            found.put(Key.ofBytes(rows.getBytes(1)), rows.getLong(2));
          }
        }
        return found;
      }
    }

    @Override
    public Outcome refused(Change<byte[]> change, SyncException why) {
      return Outcome.rejected(why);
    }
  }
}
