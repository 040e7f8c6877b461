package dev.chirograph.jdbc;

import dev.chirograph.Key;
import dev.chirograph.Version;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Location;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A host that adds and removes file handles by SQL, in our table or in its own. */
final class HandleHost {

  private final SpyDataSource spy;
  private final String table;
  private final Function<FileHandle, Map<String, @Nullable Object>> row;
  private final String idColumn;
  private final Function<Key, Object> id;
  private final AtomicLong etags = new AtomicLong(1_000);
  private final JdbcHandles handles;

  HandleHost(
      SpyDataSource spy,
      String table,
      Function<FileHandle, Map<String, @Nullable Object>> row,
      String idColumn,
      Function<Key, Object> id,
      JdbcHandles handles) {
    this.spy = spy;
    this.table = table;
    this.row = row;
    this.idColumn = idColumn;
    this.id = id;
    this.handles = handles;
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
        JdbcHandles.of(spy.dataSource(), Set.of("any")));
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
          insert(connection, row.apply(put));
        });
    return put;
  }

  void claim(Connection connection, Location at) {
    handles.claim(connection, at);
  }

  void insert(Connection connection, Map<String, @Nullable Object> columns) throws SQLException {
    String sql =
        "insert into "
            + table
            + " ("
            + String.join(", ", columns.keySet())
            + ") values ("
            + String.join(", ", List.copyOf(columns.keySet()).stream().map(name -> "?").toList())
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
    try (PreparedStatement statement =
        connection.prepareStatement("delete from " + table + " where " + idColumn + " = ?")) {
      statement.setObject(1, id.apply(key));
      statement.executeUpdate();
    }
  }

  /** What a host does in one transaction. */
  interface Task {
    void run(Connection connection) throws SQLException;
  }

  void inTransaction(Task task) throws SQLException {
    try (Connection connection = spy.dataSource().getConnection()) {
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
