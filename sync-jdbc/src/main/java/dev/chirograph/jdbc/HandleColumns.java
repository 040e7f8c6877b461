package dev.chirograph.jdbc;

import static dev.chirograph.jdbc.JdbcHandleTable.Role.BUCKET;
import static dev.chirograph.jdbc.JdbcHandleTable.Role.ETAG;
import static dev.chirograph.jdbc.JdbcHandleTable.Role.ID;
import static dev.chirograph.jdbc.JdbcHandleTable.Role.KEY;
import static dev.chirograph.jdbc.JdbcHandleTable.Role.MD5;
import static dev.chirograph.jdbc.JdbcHandleTable.Role.OWNER;
import static dev.chirograph.jdbc.JdbcHandleTable.Role.PREVIEW;
import static dev.chirograph.jdbc.JdbcHandleTable.Role.SIZE;
import static dev.chirograph.jdbc.JdbcHandleTable.Role.VERSION_ID;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.Version;
import dev.chirograph.jdbc.HandleColumn.Kind;
import dev.chirograph.jdbc.JdbcHandleTable.Role;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Location;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The columns of a table of file handles as the database has them. Immutable. */
final class HandleColumns {

  /** What a handle is read from, in this order. */
  private static final List<Role> READ =
      List.of(ID, ETAG, OWNER, BUCKET, KEY, VERSION_ID, SIZE, MD5, PREVIEW);

  private final String table;
  private final String source;
  private final Map<Role, HandleColumn> columns;

  private HandleColumns(String table, String source, Map<Role, HandleColumn> columns) {
    this.table = table;
    this.source = source;
    this.columns = columns;
  }

  /**
   * Asks the database of what types they are.
   *
   * @throws SyncException when there is no such table or column, or it is of no type that fits
   */
  static HandleColumns of(Database database, JdbcHandleTable table) {
    return database.read(
        "looking at the columns of " + table, connection -> of(connection, database, table));
  }

  private static HandleColumns of(Connection connection, Database database, JdbcHandleTable table)
      throws SQLException {
    Dialect dialect = database.dialect();
    List<Role> roles = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (Role role : Role.values()) {
      Optional<String> name = table.sql(role, dialect);
      if (name.isPresent()) {
        roles.add(role);
        names.add(name.get());
      }
    }
    String from = table.sourceSql(database);
    String sql = "select " + String.join(", ", names) + " from " + from + " where 1 = 0";
    Map<Role, HandleColumn> columns = new EnumMap<>(Role.class);
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet none = statement.executeQuery()) {
      ResultSetMetaData types = none.getMetaData();
      for (int i = 0; i < names.size(); i++) {
        String what = roles.get(i).name().toLowerCase(Locale.ROOT) + " (" + names.get(i) + ")";
        columns.put(roles.get(i), HandleColumn.of(what, names.get(i), types, i + 1, dialect));
      }
    }
    for (Role role : List.of(BUCKET, KEY, VERSION_ID, MD5)) {
      HandleColumn column = columns.get(role);
      if (column != null && column.kind() != Kind.TEXT && column.kind() != Kind.BYTES) {
        throw SyncException.invalid(
            "the column "
                + column.sql()
                + " of "
                + table
                + " has to be text or bytes to be the "
                + role.name().toLowerCase(Locale.ROOT));
      }
    }
    HandleColumns found = new HandleColumns(table.sql(database), from, columns);
    found.requireWritten(connection);
    return found;
  }

  /** Where handles are read from a view, the table has to have what is compared and written. */
  private void requireWritten(Connection connection) throws SQLException {
    List<String> written = new ArrayList<>();
    for (Role role : List.of(ID, ETAG, BUCKET, KEY, VERSION_ID)) {
      column(role).ifPresent(column -> written.add(column.sql()));
    }
    String sql = "select " + String.join(", ", written) + " from " + table + " where 1 = 0";
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet none = statement.executeQuery()) {
      none.next();
    }
  }

  /** The table, in SQL. */
  String table() {
    return table;
  }

  /** What handles are read from: the table, or a view of it. */
  String source() {
    return source;
  }

  HandleColumn needed(Role role) {
    return Objects.requireNonNull(columns.get(role));
  }

  Optional<HandleColumn> column(Role role) {
    return Optional.ofNullable(columns.get(role));
  }

  /** The columns that {@link #read} reads, in SQL. */
  String selected() {
    List<String> selected = new ArrayList<>();
    for (Role role : READ) {
      selected.add(column(role).map(HandleColumn::sql).orElse("null"));
    }
    return String.join(", ", selected);
  }

  FileHandle read(ResultSet row) throws SQLException {
    Optional<String> version = text(row, VERSION_ID).filter(text -> !text.isEmpty());
    Location at = new Location(text(row, BUCKET).orElse(""), Key.ofBytes(bytes(row, KEY)), version);
    byte @Nullable [] preview = value(row, PREVIEW);
    return new FileHandle(
        Key.ofBytes(bytes(row, ID)),
        new Version(text(row, ETAG).orElse("")),
        text(row, OWNER).orElse(""),
        at,
        size(row),
        text(row, MD5).map(md5 -> md5.toLowerCase(Locale.ROOT)),
        preview == null ? Optional.empty() : Optional.of(Key.ofBytes(preview)));
  }

  private OptionalLong size(ResultSet row) throws SQLException {
    long size = row.getLong(READ.indexOf(SIZE) + 1);
    return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(size);
  }

  private Optional<String> text(ResultSet row, Role role) throws SQLException {
    return Optional.ofNullable(value(row, role)).map(HandleColumn::text);
  }

  private byte[] bytes(ResultSet row, Role role) throws SQLException {
    byte @Nullable [] value = value(row, role);
    return value == null ? new byte[0] : value;
  }

  private byte @Nullable [] value(ResultSet row, Role role) throws SQLException {
    HandleColumn column = columns.get(role);
    return column == null ? null : column.read(row, READ.indexOf(role) + 1);
  }
}
