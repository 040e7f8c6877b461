package dev.chirograph.examples.relocation;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.examples.relocation.HandleRows.FileRow;
import dev.chirograph.jdbc.JdbcHandles;
import dev.chirograph.relocate.Relocator;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Placement;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The service whose files are moved. Its users upload, read, overwrite, copy and delete files all
 * the time. It asks where a new file goes, gives a row that it changes a new etag, and claims an
 * object before it lets another row refer to it; nothing else of it knows that files move.
 */
final class Host {

  private final String common;
  private final DataSource database;
  private final S3Client s3;
  private final JdbcHandles handles;
  private final Relocator relocator;
  private final Ledger ledger;

  /**
   * @param common the bucket of files that no allocation pays for
   */
  Host(
      String common,
      DataSource database,
      S3Client s3,
      JdbcHandles handles,
      Relocator relocator,
      Ledger ledger) {
    this.common = common;
    this.database = database;
    this.s3 = s3;
    this.handles = handles;
    this.relocator = relocator;
    this.ledger = ledger;
  }

  /** Uploads a new file to where those of its project go now; answers the bucket. */
  String upload(
      String id, String project, String path, byte[] content, @Nullable String previewId) {
    Optional<Placement> placement = relocator.placementFor(project);
    String bucket = placement.map(Placement::bucket).orElse(common);
    String prefix = placement.map(Placement::prefix).orElse("");
    Location at = Location.latest(bucket, Key.utf8(prefix + project + "/" + path));
    put(at, content);
    ledger.holds(id, project, Ledger.hash("SHA-256", content));
    FileRow row =
        new FileRow(
            id,
            HandleRows.newEtag(),
            project,
            previewId,
            at,
            content.length,
            Ledger.hash("MD5", content));
    inTransaction(connection -> HandleRows.insert(connection, row));
    return bucket;
  }

  /** Where a file is now; empty when it was deleted. */
  Optional<Location> address(String id) {
    return inTransaction(connection -> HandleRows.find(connection, id)).map(FileRow::at);
  }

  List<FileRow> rows() {
    return inTransaction(HandleRows::all);
  }

  /** Overwrites a file where it is, and again where it has gone if it was moved meanwhile. */
  void overwrite(String id, byte[] content) {
    ledger.holds(id, ledger.of(id).project(), Ledger.hash("SHA-256", content));
    boolean done = false;
    while (!done) {
      FileRow row = inTransaction(connection -> HandleRows.find(connection, id)).orElseThrow();
      put(row.at(), content);
      done =
          inTransaction(
              connection ->
                  HandleRows.replace(connection, row, content.length, Ledger.hash("MD5", content)));
    }
  }

  /** Copies a file for a project without copying its bytes: two rows refer to one object. */
  void share(String id, String copyId, String project) {
    boolean done = false;
    while (!done) {
      try {
        inTransaction(
            connection -> {
              FileRow row = HandleRows.find(connection, id).orElseThrow();
              handles.claim(connection, row.at()); // nobody removes the object from now on
              return HandleRows.insert(connection, row.as(copyId, project));
            });
        done = true;
      } catch (SyncException e) {
        if (e.kind() != SyncException.Kind.CONFLICT && e.kind() != SyncException.Kind.UNAVAILABLE) {
          throw e;
        } // the file was moved, or the transaction lost against a move: read again where it is
      }
    }
    ledger.holds(copyId, project, ledger.of(id).content());
  }

  /** Deletes a file, and its object if no other file needs it. */
  void delete(String id) {
    ledger.deleted(id);
    Location at =
        inTransaction(
            connection -> {
              FileRow row = HandleRows.find(connection, id).orElseThrow();
              HandleRows.delete(connection, id);
              return row.at();
            });
    if (handles.vacated().retire(at)) {
      s3.deleteObject(request -> request.bucket(at.bucket()).key(at.key().text()));
      handles.vacated().cleared(at);
    }
  }

  private void put(Location at, byte[] content) {
    s3.putObject(
        request -> request.bucket(at.bucket()).key(at.key().text()),
        RequestBody.fromBytes(content));
  }

  /** What is done in one transaction. */
  private interface Task<T> {
    T run(Connection connection) throws SQLException;
  }

  private <T> T inTransaction(Task<T> task) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try {
        T result = task.run(connection);
        connection.commit();
        return result;
      } finally {
        connection.rollback(); // nothing after a commit
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
