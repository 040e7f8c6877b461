package dev.chirograph.examples.relocation;

import dev.chirograph.Key;
import dev.chirograph.spi.relocate.Location;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The host's SQL for its file handles: whatever changes a row gives it a new etag. */
final class HandleRows {

  private static final String COLUMNS =
      "id, etag, project_id, preview_id, bucket_name, key_bytes, content_size, content_md5";
  private static final String INSERT =
      """
      insert into chirograph_file_handle
        (id, etag, project_id, preview_id, bucket_name, key_bytes, content_size, content_md5,
         created_by, created_on)
      values (?, ?, ?, ?, ?, ?, ?, ?, 'example', 0)""";
  private static final String FIND =
      "select " + COLUMNS + " from chirograph_file_handle where id = ?";
  private static final String ALL =
      "select " + COLUMNS + " from chirograph_file_handle order by id";
  private static final String REPLACE =
      """
      update chirograph_file_handle set etag = ?, content_size = ?, content_md5 = ?
      where id = ? and etag = ?""";
  private static final String DELETE = "delete from chirograph_file_handle where id = ?";

  private HandleRows() {}

  /**
   * A row.
   *
   * @param preview the id of another row that moves with it; may be null
   */
  record FileRow(
      String id,
      String etag,
      String project,
      @Nullable String preview,
      Location at,
      long size,
      String md5) {

    /** The same bytes under another id, and perhaps another's. */
    FileRow as(String otherId, String otherProject) {
      return new FileRow(otherId, newEtag(), otherProject, null, at, size, md5);
    }
  }

  static String newEtag() {
    return UUID.randomUUID().toString();
  }

  /** Answers how many rows were added: one. */
  static int insert(Connection connection, FileRow row) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setBytes(1, bytes(row.id()));
      insert.setString(2, row.etag());
      insert.setString(3, row.project());
      insert.setBytes(4, row.preview() == null ? null : bytes(row.preview()));
      insert.setString(5, row.at().bucket());
      insert.setBytes(6, row.at().key().toBytes());
      insert.setLong(7, row.size());
      insert.setString(8, row.md5());
      return insert.executeUpdate();
    }
  }

  static Optional<FileRow> find(Connection connection, String id) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(FIND)) {
      select.setBytes(1, bytes(id));
      return read(select).stream().findFirst();
    }
  }

  static List<FileRow> all(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(ALL)) {
      return read(select);
    }
  }

  private static List<FileRow> read(PreparedStatement select) throws SQLException {
    List<FileRow> found = new ArrayList<>();
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        byte[] preview = rows.getBytes(4);
        found.add(
            new FileRow(
                text(rows.getBytes(1)),
                rows.getString(2),
                rows.getString(3),
                preview == null ? null : text(preview),
                Location.latest(rows.getString(5), Key.ofBytes(rows.getBytes(6))),
                rows.getLong(7),
                rows.getString(8)));
      }
    }
    return found;
  }

  /** Answers false when the row has changed since it was read: it was moved, or edited. */
  static boolean replace(Connection connection, FileRow read, long size, String md5)
      throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(REPLACE)) {
      update.setString(1, newEtag());
      update.setLong(2, size);
      update.setString(3, md5);
      update.setBytes(4, bytes(read.id()));
      update.setString(5, read.etag());
      return update.executeUpdate() == 1;
    }
  }

  static void delete(Connection connection, String id) throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
      delete.setBytes(1, bytes(id));
      delete.executeUpdate();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
