package dev.chirograph.jdbc;

import static dev.chirograph.jdbc.JdbcHandleTable.Role.BUCKET;
import static dev.chirograph.jdbc.JdbcHandleTable.Role.ETAG;
import static dev.chirograph.jdbc.JdbcHandleTable.Role.ID;
import static dev.chirograph.jdbc.JdbcHandleTable.Role.KEY;
import static dev.chirograph.jdbc.JdbcHandleTable.Role.OWNER;
import static dev.chirograph.jdbc.JdbcHandleTable.Role.VERSION_ID;

import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Placement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The rows of file handles. Immutable and safe for use by several threads. */
final class HandleRows {

  private final Dialect dialect;
  private final HandleColumns columns;
  private final HandleColumn id;
  private final HandleColumn etag;
  private final HandleColumn owner;
  private final HandleColumn bucket;
  private final HandleColumn key;
  private final Optional<HandleColumn> version;
  private final HandleMovable movable;

  HandleRows(Dialect dialect, HandleColumns columns, HandleMovable movable) {
    this.dialect = dialect;
    this.columns = columns;
    this.id = columns.needed(ID);
    this.etag = columns.needed(ETAG);
    this.owner = columns.needed(OWNER);
    this.bucket = columns.needed(BUCKET);
    this.key = columns.needed(KEY);
    this.version = columns.column(VERSION_ID);
    this.movable = movable;
  }

  /** Whether the etag is a number, which grows. */
  boolean countsEtags() {
    return etag.kind() == HandleColumn.Kind.NUMBER;
  }

  private String select() {
    return "select " + columns.selected() + " from " + columns.source() + " where ";
  }

  /** The handles of an owner that are not where they belong, though they may be moved. */
  Query misplaced(
      Placement placement, Optional<Key> after, int limit, Consumer<FileHandle> taking) {
    byte[] of = HandleColumn.bytes(placement.owner());
    byte[] in = HandleColumn.bytes(placement.bucket());
    byte[] prefix = HandleColumn.bytes(placement.prefix());
    String place = bucket.bytes() + " = ?";
    if (prefix.length > 0) {
      place += " and substring(" + key.bytes() + ", 1, " + prefix.length + ") = ?";
    }
    String sql =
        select()
            + owner.equal()
            + (after.isPresent() ? " and " + id.sql() + " > ?" : "")
            + " and "
            + movable.sql()
            + " and not ("
            + place
            + ")"
            + ordered();
    return new Query(
        sql,
        set -> {
          owner.addEqual(set, of);
          addAfter(set, after);
          movable.add(set);
          set.add(in);
          if (prefix.length > 0) {
            set.add(prefix);
          }
          set.add(limit);
        },
        row -> taking.accept(columns.read(row)));
  }

  /** A handle, if its file may be moved. */
  Query movable(Key handle, Consumer<FileHandle> taking) {
    return new Query(
        select() + id.sql() + " = ? and " + movable.sql(),
        set -> {
          id.add(set, handle.toBytes());
          movable.add(set);
        },
        row -> taking.accept(columns.read(row)));
  }

  private void addAfter(Parameters set, Optional<Key> after) throws SQLException {
    if (after.isPresent()) {
      id.add(set, after.get().toBytes());
    }
  }

  private String ordered() {
    return " order by " + id.sql() + " limit ?";
  }

  /** The handles that refer to a location. */
  Query sharing(Location at, Optional<Key> after, int limit, Consumer<FileHandle> taking) {
    return new Query(
        select() + at(at) + (after.isPresent() ? " and " + id.sql() + " > ?" : "") + ordered(),
        set -> {
          addAt(set, at);
          addAfter(set, after);
          set.add(limit);
        },
        row -> taking.accept(columns.read(row)));
  }

  /** That a row refers to a location. */
  private String at(Location at) {
    return bucket.equal()
        + " and "
        + key.equal()
        + (namesVersion(at) ? " and " + sameVersion(version.orElseThrow()) : "");
  }

  private boolean namesVersion(Location at) {
    return version.isPresent() && at.versionId().isPresent();
  }

  private void addAt(Parameters set, Location at) throws SQLException {
    bucket.addEqual(set, HandleColumn.bytes(at.bucket()));
    key.addEqual(set, at.key().toBytes());
    if (namesVersion(at)) {
      set.add(new byte[0]);
      set.add(HandleColumn.bytes(at.versionId().orElseThrow()));
    }
  }

  /**
   * The handles that refer to one object of a bucket, in any of its versions.
   *
   * @param last the last one that is known
   */
  Query beside(FileHandle last, int limit, Consumer<FileHandle> taking) {
    byte[] at = last.at().key().toBytes();
    String sql =
        select()
            + bucket.equal()
            + " and "
            + key.bounded("=", at)
            + " and "
            + id.sql()
            + " > ?"
            + ordered();
    return new Query(
        sql,
        set -> {
          bucket.addEqual(set, HandleColumn.bytes(last.at().bucket()));
          key.addBound(set, at);
          id.add(set, last.id().toBytes());
          set.add(limit);
        },
        row -> taking.accept(columns.read(row)));
  }

  /**
   * The handles that refer to objects of a bucket, in the order of keys and ids.
   *
   * @param after the last key that is known; empty for the first
   */
  Query within(
      String name, KeyRange range, Optional<Key> after, int limit, Consumer<FileHandle> taking) {
    byte[] from = after.orElse(range.from()).toBytes();
    Optional<byte[]> to = range.to().map(Key::toBytes);
    String sql =
        select()
            + bucket.equal()
            + " and "
            + key.bounded(after.isPresent() ? ">" : ">=", from)
            + to.map(bound -> " and " + key.bounded("<", bound)).orElse("")
            + " order by "
            + key.ordered()
            + ", "
            + id.sql()
            + " limit ?";
    return new Query(
        sql,
        set -> {
          bucket.addEqual(set, HandleColumn.bytes(name));
          key.addBound(set, from);
          if (to.isPresent()) {
            key.addBound(set, to.get());
          }
          set.add(limit);
        },
        row -> taking.accept(columns.read(row)));
  }

  private static String sameVersion(HandleColumn version) {
    return "(" + version.sql() + " is null or " + version.bytes() + " in (?, ?))";
  }

  /** Whether a location can be in the table at all. */
  boolean fits(Location at) {
    return fitsBucket(at.bucket()) && key.fits(at.key().toBytes());
  }

  boolean fitsBucket(String name) {
    return bucket.fits(HandleColumn.bytes(name));
  }

  boolean fitsId(Key handle) {
    return id.fits(handle.toBytes());
  }

  boolean fits(String ownerName) {
    return owner.fits(HandleColumn.bytes(ownerName));
  }

  /** Whether a handle refers to a location; asked of the table, whatever a view leaves out. */
  boolean isReferredTo(Connection connection, Location at) throws SQLException {
    List<Integer> found = new ArrayList<>();
    if (fits(at)) {
      new Query(
              "select 1 from " + columns.table() + " where " + at(at) + " limit 1",
              set -> addAt(set, at),
              row -> found.add(row.getInt(1)))
          .run(connection);
    }
    return !found.isEmpty();
  }

  /** Handles by their ids. */
  Map<Key, FileHandle> find(Connection connection, Collection<Key> ids) throws SQLException {
    return find(connection, ids, "");
  }

  /** Handles by their ids, which are locked to the commit. */
  Map<Key, FileHandle> lock(Connection connection, Collection<Key> ids) throws SQLException {
    String locking = " order by " + id.sql() + dialect.forUpdate();
    if (columns.source().equals(columns.table())) {
      return find(connection, ids, locking);
    }
    String sql = "select " + id.sql() + " from " + columns.table() + " where :listed" + locking;
    for (List<byte[]> chunk : InList.chunks(possible(ids))) {
      new Query(
              InList.sql(sql, chunk.size(), dialect, id.sql()),
              set -> id.addList(set, chunk),
              row -> {})
          .run(connection);
    }
    return find(connection, ids, "");
  }

  private List<byte[]> possible(Collection<Key> ids) {
    return ids.stream().map(Key::toBytes).filter(id::fits).toList();
  }

  private Map<Key, FileHandle> find(Connection connection, Collection<Key> ids, String end)
      throws SQLException {
    Map<Key, FileHandle> found = new HashMap<>();
    for (List<byte[]> chunk : InList.chunks(possible(ids))) {
      new Query(
              InList.sql(select() + ":listed", chunk.size(), dialect, id.sql()) + end,
              set -> id.addList(set, chunk),
              row -> {
                FileHandle one = columns.read(row);
                found.put(one.id(), one);
              })
          .run(connection);
    }
    return found;
  }

  /**
   * Points handles that are locked to a location.
   *
   * @param newEtag the etag of all of them; not used where etags are counted
   */
  void move(Connection connection, List<Key> ids, Location to, String newEtag) throws SQLException {
    for (List<Key> chunk : InList.chunks(ids)) {
      String sql =
          "update "
              + columns.table()
              + " set "
              + etag.sql()
              + (countsEtags() ? " = " + etag.sql() + " + 1, " : " = ?, ")
              + bucket.sql()
              + " = ?, "
              + key.sql()
              + " = ?"
              + version.map(column -> ", " + column.sql() + versionOf(to)).orElse("")
              + " where :listed";
      try (PreparedStatement statement =
          connection.prepareStatement(InList.sql(sql, chunk.size(), dialect, id.sql()))) {
        Parameters set = new Parameters(statement);
        if (!countsEtags()) {
          etag.add(set, HandleColumn.bytes(newEtag));
        }
        bucket.add(set, HandleColumn.bytes(to.bucket()));
        key.add(set, to.key().toBytes());
        if (version.isPresent() && to.versionId().isPresent()) {
          version.get().add(set, HandleColumn.bytes(to.versionId().get()));
        }
        id.addList(set, chunk.stream().map(Key::toBytes).toList());
        statement.executeUpdate();
      }
    }
  }

  private static String versionOf(Location to) {
    return to.versionId().isPresent() ? " = ?" : " = null";
  }

  /** Refuses a location that no handle can refer to here. */
  void requireFits(Location to) {
    boolean named = to.versionId().isPresent();
    boolean versionFits =
        !named
            || version
                .filter(column -> column.fits(HandleColumn.bytes(to.versionId().get())))
                .isPresent();
    if (!fits(to) || !versionFits) {
      throw new SyncException(
          Kind.INVALID_ARGUMENT,
          "no handle in "
              + columns.table()
              + " can refer to "
              + to
              + ": its columns do not hold it");
    }
  }
}
