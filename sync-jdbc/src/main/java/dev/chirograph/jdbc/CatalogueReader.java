package dev.chirograph.jdbc;

import dev.chirograph.Entry;
import dev.chirograph.Evidence;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Part;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The queries of a catalogue. Each is one statement, so that what it reads is of one moment,
 * whatever the isolation of the connection.
 *
 * <p>Immutable and safe for use by several threads.
 */
final class CatalogueReader {

  /** The rows of several tables, told apart by their first column. */
  private static final int OBJECT = 0;

  private static final int VERSION = 1;
  private static final int TAG = 2;
  private static final int METADATA = 3;

  /** The revision of an object whose row is locked now. */
  private static final int LOCKED = 4;

  private static final String OBJECTS =
      """
      with o as (
        select object, rev, key_bytes, :id as id, publicly_readable, partial
        from ${catalogue_object}
        where :listed
      )
      select 1 as part, v.object, v.ordinal, v.place, v.size_bytes, v.last_modified,
        :version_id as name, v.etag, v.storage_class, v.content_type,
        v.latest, v.delete_marker, v.tags_known, v.metadata_known, nullif(o.key_bytes, o.key_bytes) as k
      from o :versions
      union all
      select 0, o.object, 0, 0, 0, o.rev, o.id, null, null, null,
        o.publicly_readable, o.partial, null, null, o.key_bytes
      from o
      union all
      select 2, t.object, t.ordinal, 0, 0, 0, :tag_name, t.content, null, null,
        null, null, null, null, null
      from o :tags
      union all
      select 3, m.object, m.ordinal, 0, 0, 0, :metadata_name, m.content, null, null,
        null, null, null, null, null
      from o :metadata""";

  /**
   * Comes behind {@link #OBJECTS}: locks the object's row, and tells its revision as it is then.
   */
  private static final String LOCKED_OBJECT =
      """

      union all
      (select 4, l.object, 0, 0, 0, l.rev, null, null, null, null, null, null, null, null, null
      from :locked)""";

  private static final String PAGE =
      """
      select key_bytes, deleted, etag, size_bytes, last_modified, version_id, history, partial
      from ${catalogue_object}
      where bucket = ? and key_bytes >= ? :below
      order by key_bytes
      limit ?""";

  private static final String COUNT =
      """
      select count(*) from ${catalogue_object} where bucket = ? and key_bytes >= ? :below""";

  private static final String NTH =
      """
      select key_bytes from ${catalogue_object} where bucket = ? and key_bytes >= ? :below
      order by key_bytes limit 1 offset ?""";

  private static final String OWNERS =
      """
      select :id, key_bytes from ${catalogue_object} where :listed""";

  private final Database database;
  private final Dialect dialect;
  private final String objects;
  private final String lockedObject;
  private final String page;
  private final String count;
  private final String nth;
  private final String owners;

  CatalogueReader(Database database) {
    this.database = database;
    this.dialect = database.dialect();
    this.objects = database.sql(columns(OBJECTS));
    this.lockedObject = objects + database.sql(LOCKED_OBJECT.replace(":locked", locked()));
    this.page = database.sql(PAGE);
    this.count = database.sql(COUNT);
    this.nth = database.sql(NTH);
    this.owners = database.sql(columns(OWNERS));
  }

  /** Puts in what dialects write differently. */
  private String columns(String template) {
    boolean typed = dialect == Dialect.POSTGRESQL || dialect == Dialect.H2;
    return template
        .replace(":version_id", text("v.version_id"))
        .replace(":tag_name", text("t.name"))
        .replace(":metadata_name", text("m.name"))
        .replace(":versions", joined("catalogue_version", "v"))
        .replace(":tags", joined("catalogue_tag", "t"))
        .replace(":metadata", joined("catalogue_metadata", "m"))
        .replace(":id", typed ? "cast(id as varchar(36))" : "id");
  }

  /**
   * Joins the rows of the objects. PostgreSQL is kept from reading a whole table for a thousand
   * objects, which it would do while a table is new and has no statistics.
   */
  private String joined(String table, String alias) {
    return dialect == Dialect.POSTGRESQL
        ? "cross join lateral (select * from ${%s} r where r.object = o.object offset 0) %s"
            .formatted(table, alias)
        : "join ${%s} %s on %s.object = o.object".formatted(table, alias, alias);
  }

  /** The row of one object, locked; PostgreSQL wants that to be a query of its own. */
  private String locked() {
    return dialect == Dialect.POSTGRESQL
        ? "(select object, rev from ${catalogue_object} where :listed for update) l"
        : "${catalogue_object} l where :listed for update";
  }

  private String text(String name) {
    return dialect == Dialect.MARIADB ? "convert(" + name + " using utf8mb4)" : name;
  }

  /** Reads whole objects by key. */
  Map<Key, StoredObject> objects(int bucket, List<Key> keys) {
    return database.read("reading objects", connection -> objects(connection, bucket, keys));
  }

  /** Reads whole objects by key inside a transaction. */
  Map<Key, StoredObject> objects(Connection connection, int bucket, List<Key> keys)
      throws SQLException {
    if (keys.isEmpty()) {
      return Map.of();
    }
    try (PreparedStatement statement =
        connection.prepareStatement(
            InList.sql(objects, keys.size(), dialect, "bucket", "key_bytes"))) {
      statement.setInt(1, bucket);
      InList.bindKeys(connection, statement, 2, keys, dialect);
      Map<Long, StoredObject.Draft> drafts = new LinkedHashMap<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          add(rows, drafts.computeIfAbsent(rows.getLong(2), StoredObject.Draft::new));
        }
      }
      Map<Key, StoredObject> found = new HashMap<>();
      for (StoredObject.Draft draft : drafts.values()) {
        StoredObject object = draft.build();
        found.put(object.key(), object);
      }
      return found;
    }
  }

  /** Whether {@link #lock} can do its work; H2 has no locks in the parts of a query. */
  boolean locksWhileReading() {
    return dialect != Dialect.H2;
  }

  /**
   * Reads one object inside a transaction and locks it until its end, most often in one statement.
   */
  Optional<StoredObject> lock(Connection connection, int bucket, Key key) throws SQLException {
    if (dialect == Dialect.SQLITE) { // where the transaction has locked everything
      return Optional.ofNullable(objects(connection, bucket, List.of(key)).get(key));
    }
    OptionalLong locked = OptionalLong.empty();
    Optional<StoredObject.Draft> draft = Optional.empty();
    try (PreparedStatement statement =
        connection.prepareStatement(InList.sql(lockedObject, 1, dialect, "bucket", "key_bytes"))) {
      for (int index = 1; index <= 3; index += 2) {
        statement.setInt(index, bucket);
        InList.bindKeys(connection, statement, index + 1, List.of(key), dialect);
      }
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          if (rows.getInt(1) == LOCKED) {
            locked = OptionalLong.of(rows.getLong(6));
            continue;
          }
          if (draft.isEmpty()) {
            draft = Optional.of(new StoredObject.Draft(rows.getLong(2)));
          }
          add(rows, draft.get());
        }
      }
    }
    if (locked.isEmpty()) {
      return Optional.empty();
    }
    // The rows were read as they were when the statement began, which may have waited for the lock.
    long rev = locked.getAsLong();
    Optional<StoredObject> read = draft.map(StoredObject.Draft::build).filter(o -> o.rev() == rev);
    return read.isPresent()
        ? read
        : Optional.ofNullable(objects(connection, bucket, List.of(key)).get(key));
  }

  private static void add(ResultSet rows, StoredObject.Draft draft) throws SQLException {
    switch (rows.getInt(1)) {
      case OBJECT ->
          draft.object(
              rows.getLong(6),
              Key.ofBytes(rows.getBytes(15)),
              rows.getString(7),
              flag(rows, 11),
              rows.getBoolean(12));
      case VERSION -> draft.version(version(rows));
      case TAG -> draft.tag(rows.getInt(3), rows.getString(7), rows.getString(8));
      case METADATA -> draft.metadata(rows.getInt(3), rows.getString(7), rows.getString(8));
      default -> throw new SQLException("a row of an unknown part: " + rows.getInt(1));
    }
  }

  private static Part<Boolean> flag(ResultSet rows, int column) throws SQLException {
    boolean value = rows.getBoolean(column);
    return rows.wasNull() ? Part.omitted() : Part.known(value);
  }

  private static StoredObject.VersionRow version(ResultSet rows) throws SQLException {
    String contentType = rows.getString(10);
    ObjectVersion.Builder facts =
        ObjectVersion.builder()
            .versionId(rows.getString(7))
            .etag(rows.getString(8))
            .size(rows.getLong(5))
            .lastModified(Instant.ofEpochSecond(rows.getLong(6)))
            .storageClass(rows.getString(9))
            .contentType(contentType == null ? Part.omitted() : Part.known(contentType));
    if (rows.getBoolean(12)) {
      facts.deleteMarker();
    }
    return new StoredObject.VersionRow(
        rows.getInt(3),
        rows.getInt(4),
        rows.getBoolean(11),
        rows.getBoolean(13),
        rows.getBoolean(14),
        facts);
  }

  /** Reads the first lines of the listing of a range. */
  List<Entry> page(int bucket, KeyRange range, int most) {
    return database.read(
        "listing objects",
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(bounded(page, range))) {
            statement.setInt(bindRange(statement, bucket, range), most);
            List<Entry> entries = new ArrayList<>(most);
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                entries.add(entry(rows));
              }
            }
            return entries;
          }
        });
  }

  private Entry entry(ResultSet rows) throws SQLException {
    Evidence.Builder evidence = Evidence.builder();
    if (!rows.getBoolean(8)) { // a partial state proves nothing
      evidence
          .etag(rows.getString(3))
          .lastModified(Instant.ofEpochSecond(rows.getLong(5)))
          .versionId(Column.readName(rows, 6, dialect))
          .history(rows.getString(7));
    }
    long size = rows.getLong(4);
    if (!rows.wasNull()) {
      evidence.size(size);
    }
    return new Entry(Key.ofBytes(rows.getBytes(1)), evidence.build(), rows.getBoolean(2));
  }

  /** How many objects a range has. */
  long count(int bucket, KeyRange range) {
    return database.read(
        "counting objects",
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(bounded(count, range))) {
            bindRange(statement, bucket, range);
            try (ResultSet rows = statement.executeQuery()) {
              return rows.next() ? rows.getLong(1) : 0L;
            }
          }
        });
  }

  /** The key of a range that has so many others of the range below it. */
  Optional<Key> nth(int bucket, KeyRange range, long below) {
    return database.read(
        "looking for the middle of a range",
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(bounded(nth, range))) {
            statement.setLong(bindRange(statement, bucket, range), below);
            try (ResultSet rows = statement.executeQuery()) {
              return rows.next() ? Optional.of(Key.ofBytes(rows.getBytes(1))) : Optional.empty();
            }
          }
        });
  }

  private static String bounded(String sql, KeyRange range) {
    return sql.replace(":below", range.to().isPresent() ? "and key_bytes < ?" : "");
  }

  private static int bindRange(PreparedStatement statement, int bucket, KeyRange range)
      throws SQLException {
    statement.setInt(1, bucket);
    statement.setBytes(2, range.from().toBytes());
    if (range.to().isEmpty()) {
      return 3;
    }
    statement.setBytes(3, range.to().get().toBytes());
    return 4;
  }

  /** The keys of the objects that have these ids. */
  Map<String, Key> owners(int bucket, List<String> ids) {
    return database.read(
        "looking for the owners of ids",
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  InList.sql(owners, ids.size(), dialect, "bucket", "id"))) {
            statement.setInt(1, bucket);
            InList.bind(
                connection, statement, 2, Column.uuid("id"), ids.toArray(String[]::new), dialect);
            Map<String, Key> found = new HashMap<>();
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                found.put(rows.getString(1), Key.ofBytes(rows.getBytes(2)));
              }
            }
            return found;
          }
        });
  }
}
