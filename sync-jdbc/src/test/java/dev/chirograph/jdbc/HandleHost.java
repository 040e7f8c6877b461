package dev.chirograph.jdbc;

import dev.chirograph.Key;
import dev.chirograph.Version;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Location;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A host that adds and removes file handles by SQL, in our table or in its own. */
final class HandleHost {

  private final SpyDataSource spy;
  private final String table;
  private final Function<FileHandle, Map<String, @Nullable Object>> row;
  private final String idColumn;
  private final Function<Key, Object> id;
  private final AtomicLong etags = new AtomicLong(1_000);
  private final @Nullable String owners;
  private final JdbcHandleTable binding;
  private final JdbcHandles handles;
  private int isolation;

  private HandleHost(
      SpyDataSource spy,
      String table,
      Function<FileHandle, Map<String, @Nullable Object>> row,
      String idColumn,
      Function<Key, Object> id,
      JdbcHandleTable binding,
      @Nullable String owners) {
    this.spy = spy;
    this.table = table;
    this.row = row;
    this.idColumn = idColumn;
    this.id = id;
    this.binding = binding;
    this.owners = owners;
    this.handles = open(Set.of("any"));
  }

  static HandleHost ofOurs(TestDatabase database) {
    SpyDataSource spy = database.empty();
    JdbcSchema.of(spy.dataSource())
        .only(JdbcSchema.Component.HANDLES, JdbcSchema.Component.VACATED)
        .install();
    return new HandleHost(
        spy,
        "chirograph_file_handle",
        handle -> ours(handle, database == TestDatabase.MARIADB),
        "id",
        Key::toBytes,
        JdbcHandleTable.OURS,
        null);
  }

  private static Map<String, @Nullable Object> ours(FileHandle handle, boolean binary) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("id", handle.id().toBytes());
    row.put("etag", handle.etag().token());
    row.put("project_id", text(handle.owner(), binary));
    row.put("bucket_name", text(handle.at().bucket(), binary));
    row.put("key_bytes", handle.at().key().toBytes());
    row.put("version_id", handle.at().versionId().map(id -> text(id, binary)).orElse(null));
    row.put("content_size", handle.size().isPresent() ? handle.size().getAsLong() : null);
    row.put("content_md5", handle.md5().orElse(null));
    row.put("preview_id", handle.preview().map(Key::toBytes).orElse(null));
    row.put("created_by", "alice");
    row.put("created_on", 1L);
    return row;
  }

  private static Object text(String text, boolean binary) {
    return binary ? Key.utf8(text).toBytes() : text;
  }

  /** A table of the host's own: numbers for ids and etags, text that collations fold. */
  static HandleHost ofItsOwn(TestDatabase database) throws SQLException {
    SpyDataSource spy = database.empty();
    JdbcSchema.of(spy.dataSource()).only(JdbcSchema.Component.VACATED).install();
    String text =
        switch (database) {
          case POSTGRESQL -> "varchar";
          case MARIADB -> "varchar";
          case H2 -> "varchar_ignorecase";
          case SQLITE -> "varchar";
        };
    String folded = database == TestDatabase.SQLITE ? " collate nocase" : "";
    String q = database == TestDatabase.MARIADB ? "`" : "\"";
    String definition =
        ("create table 'Files of Hosts' ('No' bigint primary key, 'Rev' int not null,"
                + " 'Project' %1$s(100)%2$s not null, 'Bucket' %1$s(63)%2$s not null,"
                + " 'Path' %1$s(1024)%2$s not null, 'Version' %1$s(100)%2$s, 'Size' bigint,"
                + " 'Md5' char(32), 'Preview' bigint)%3$s")
            .formatted(
                text,
                folded,
                database == TestDatabase.MARIADB
                    ? " default charset = utf8mb4 collate = utf8mb4_unicode_ci"
                    : "");
    HostTable.execute(spy.dataSource(), definition.replace("'", q));
    HostTable.execute(
        spy.dataSource(),
        ("create index place on 'Files of Hosts' ('Bucket', 'Path'"
                + (database == TestDatabase.MARIADB ? "(200)" : "")
                + ")")
            .replace("'", q));
    JdbcHandleTable binding =
        JdbcHandleTable.named("Files of Hosts")
            .id("No")
            .etag("Rev")
            .owner("Project")
            .bucket("Bucket")
            .key("Path")
            .versionId("Version")
            .size("Size")
            .md5("Md5")
            .preview("Preview")
            .build();
    return new HandleHost(
        spy,
        q + "Files of Hosts" + q,
        handle -> itsOwn(handle, q),
        q + "No" + q,
        id -> Long.valueOf(id.text()),
        binding,
        null);
  }

  private static Map<String, @Nullable Object> itsOwn(FileHandle handle, String q) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put(q + "No" + q, Long.valueOf(handle.id().text()));
    row.put(q + "Rev" + q, Integer.valueOf(handle.etag().token()));
    row.put(q + "Project" + q, handle.owner());
    row.put(q + "Bucket" + q, handle.at().bucket());
    row.put(q + "Path" + q, handle.at().key().text());
    row.put(q + "Version" + q, handle.at().versionId().orElse(null));
    row.put(q + "Size" + q, handle.size().isPresent() ? handle.size().getAsLong() : null);
    row.put(q + "Md5" + q, handle.md5().orElse(null));
    row.put(q + "Preview" + q, handle.preview().map(id -> Long.valueOf(id.text())).orElse(null));
    return row;
  }

  /**
   * A table of the host's own whose ids are UUIDs, where there are some, with the owners in another
   * table and an index that serves audits.
   */
  static HandleHost withOwnersElsewhere(TestDatabase database) throws SQLException {
    SpyDataSource spy = database.empty();
    JdbcSchema.of(spy.dataSource()).only(JdbcSchema.Component.VACATED).install();
    boolean uuids = database == TestDatabase.POSTGRESQL || database == TestDatabase.H2;
    String uuid = uuids ? "uuid" : "char(36)";
    for (String sql :
        List.of(
            "create table files (no %s primary key, rev varchar(36) not null, bucket varchar(63) not null,"
                    .formatted(uuid)
                + " path varchar(600) not null, version varchar(100), preview %s)".formatted(uuid),
            "create table owners (file %s primary key, project varchar(50) not null, bytes bigint,"
                    .formatted(uuid)
                + " md5 char(32))",
            "create view file_handles as select f.no, f.rev, f.bucket, f.path, f.version, f.preview,"
                + " o.project, o.bytes, o.md5 from files f left join owners o on o.file = f.no")) {
      HostTable.execute(
          spy.dataSource(),
          database == TestDatabase.MARIADB && sql.startsWith("create table")
              ? sql + " default charset = utf8mb4"
              : sql);
    }
    String path = database == TestDatabase.POSTGRESQL ? "path collate \"C\"" : "path";
    HostTable.execute(spy.dataSource(), "create index place on files (bucket, " + path + ", no)");
    Function<Key, Object> id = uuids ? key -> UUID.fromString(key.text()) : Key::text;
    JdbcHandleTable binding =
        JdbcHandleTable.named(database == TestDatabase.H2 ? "FILES" : "files")
            .readFrom(database == TestDatabase.H2 ? "FILE_HANDLES" : "file_handles")
            .id(column("no", database))
            .etag(column("rev", database))
            .owner(column("project", database))
            .bucket(column("bucket", database))
            .key(column("path", database))
            .versionId(column("version", database))
            .size(column("bytes", database))
            .md5(column("md5", database))
            .preview(column("preview", database))
            .build();
    return new HandleHost(
        spy, "files", handle -> withoutOwner(handle, id), "no", id, binding, "owners");
  }

  private static String column(String name, TestDatabase database) {
    return database == TestDatabase.H2 ? name.toUpperCase(Locale.ROOT) : name;
  }

  private static Map<String, @Nullable Object> withoutOwner(
      FileHandle handle, Function<Key, Object> id) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("no", id.apply(handle.id()));
    row.put("rev", handle.etag().token());
    row.put("bucket", handle.at().bucket());
    row.put("path", handle.at().key().text());
    row.put("version", handle.at().versionId().orElse(null));
    row.put("preview", handle.preview().map(id).orElse(null));
    return row;
  }

  private void own(Connection connection, FileHandle handle) throws SQLException {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("file", id.apply(handle.id()));
    row.put("project", handle.owner());
    row.put("bytes", handle.size().isPresent() ? handle.size().getAsLong() : null);
    row.put("md5", handle.md5().orElse(null));
    insert(connection, Objects.requireNonNull(owners), row);
  }

  /** The same, whose pool gives connections of another isolation. */
  HandleHost at(int level) {
    this.isolation = level;
    return this;
  }

  JdbcHandles open(Set<String> movable) {
    return JdbcHandles.builder(pool(), movable).table(binding).build();
  }

  DataSource pool() {
    return (DataSource)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> {
              Connection connection = spy.dataSource().getConnection();
              if (isolation != 0) {
                connection.setTransactionIsolation(isolation);
              }
              return connection;
            });
  }

  SpyDataSource spy() {
    return spy;
  }

  /** Adds a handle, or replaces it, as the rules for hosts say. */
  FileHandle put(FileHandle handle) throws SQLException {
    FileHandle put = handle.withEtag(new Version(Long.toString(etags.incrementAndGet())));
    inTransaction(
        connection -> {
          claim(connection, put.at());
          delete(connection, put.id());
          insert(connection, put);
        });
    return put;
  }

  void claim(Connection connection, Location at) {
    handles.claim(connection, at);
  }

  void insert(Connection connection, FileHandle handle) throws SQLException {
    insert(connection, table, row.apply(handle));
    if (owners != null) {
      own(connection, handle);
    }
  }

  private static void insert(
      Connection connection, String into, Map<String, @Nullable Object> columns)
      throws SQLException {
    String sql =
        "insert into "
            + into
            + " ("
            + String.join(", ", columns.keySet())
            + ") values ("
            + String.join(", ", Collections.nCopies(columns.size(), "?"))
            + ")";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      int next = 1;
      for (Object value : columns.values()) {
        statement.setObject(next++, value);
      }
      statement.executeUpdate();
    }
  }

  void remove(Key key) throws SQLException {
    inTransaction(connection -> delete(connection, key));
  }

  private void delete(Connection connection, Key key) throws SQLException {
    delete(connection, key, table, idColumn);
    if (owners != null) {
      delete(connection, key, owners, "file");
    }
  }

  private void delete(Connection connection, Key key, String from, String column)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("delete from " + from + " where " + column + " = ?")) {
      statement.setObject(1, id.apply(key));
      statement.executeUpdate();
    }
  }

  /** What a host does in one transaction. */
  interface Task {
    void run(Connection connection) throws SQLException;
  }

  void inTransaction(Task task) throws SQLException {
    try (Connection connection = pool().getConnection()) {
      connection.setAutoCommit(false);
      try {
        task.run(connection);
        connection.commit();
      } catch (SQLException e) {
        connection.rollback();
        throw SqlErrors.ofCaller("adding or removing a handle", e);
      } catch (RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    }
  }
}
