package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A host's own table of file handles: how it and its columns are named, letter by letter as the
 * database has them.
 *
 * <ul>
 *   <li>Needed are the columns for id, etag, owner, bucket and key; what another one would say is
 *       not known without it.
 *   <li>Columns are text, bytes, whole numbers or UUIDs. A number is an id, owner or storage
 *       location in decimal digits, a UUID is one in small letters with hyphens. An etag that is a
 *       number grows by one with each change; another one becomes a random UUID.
 *   <li>The id is the primary key. An index over owner and id, in this order, serves the search for
 *       misplaced files, and one over bucket and key that for those that share an object; without
 *       them each search reads the table.
 *   <li>An audit reads the handles of a bucket in the bytewise order of their keys, in pages. What
 *       serves that is an index over bucket, key and id whose key is bytes; or, on PostgreSQL,
 *       {@code key collate "C"}, and on SQLite text of the collation {@code binary}, which is the
 *       default. MariaDB and H2 have no such order for text, and read and sort all handles of the
 *       bucket for each page.
 *   <li>A key in a text column is text in UTF-8; keys that are none cannot be stored there.
 *   <li>Bucket, key, version and etag are all that is ever written.
 * </ul>
 *
 * <p>Immutable.
 */
public final class JdbcHandleTable {

  private static final Set<Role> NEEDED =
      EnumSet.of(Role.ID, Role.ETAG, Role.OWNER, Role.BUCKET, Role.KEY);

  /** Our own table, whose names are those of the scripts. */
  static final JdbcHandleTable OURS =
      named("file_handle")
          .id("id")
          .etag("etag")
          .owner("project_id")
          .bucket("bucket_name")
          .key("key_bytes")
          .versionId("version_id")
          .size("content_size")
          .md5("content_md5")
          .preview("preview_id")
          .storageLocation("storage_location_id")
          .build();

  private final String schema;
  private final String name;
  private final @Nullable String view;
  private final Map<Role, String> columns;

  /** What a column says. */
  enum Role {
    ID,
    ETAG,
    OWNER,
    BUCKET,
    KEY,
    VERSION_ID,
    SIZE,
    MD5,
    PREVIEW,
    STORAGE_LOCATION
  }

  private JdbcHandleTable(Builder builder) {
    this.schema = builder.schema;
    this.name = builder.name;
    this.view = builder.view;
    this.columns = Map.copyOf(builder.columns);
  }

  /** A table of this name. */
  public static Builder named(String table) {
    return new Builder(table);
  }

  /** The table, in SQL. */
  String sql(Database database) {
    if (this == OURS) {
      return database.names().table(name);
    }
    return sql(database.dialect(), name);
  }

  /** What handles are read from, in SQL. */
  String sourceSql(Database database) {
    return view == null ? sql(database) : sql(database.dialect(), view);
  }

  private String sql(Dialect dialect, String relation) {
    return (schema.isEmpty() ? "" : dialect.quoted(schema) + ".") + dialect.quoted(relation);
  }

  /** A column, in SQL; empty where the table has none that says this. */
  Optional<String> sql(Role role, Dialect dialect) {
    return Optional.ofNullable(columns.get(role))
        .map(column -> this == OURS ? column : dialect.quoted(column));
  }

  @Override
  public String toString() {
    return (schema.isEmpty() ? "" : schema + ".") + name;
  }

  /** Collects the names. Not safe for use by several threads. */
  public static final class Builder {
    private final String name;
    private final Map<Role, String> columns = new EnumMap<>(Role.class);
    private String schema = "";
    private @Nullable String view;

    private Builder(String name) {
      this.name = Objects.requireNonNull(name, "name");
    }

    /** The schema of the table; the one that connections stand in unless set. */
    public Builder schema(String value) {
      this.schema = Objects.requireNonNull(value, "value");
      return this;
    }

    /**
     * A view of the table, in its schema, that handles are read from: where their owner, size, MD5
     * or preview is in another table. It has one row for each of the table, all of whose columns
     * are named as here; so it joins from the left, and says null for an owner where there is none.
     * What is written is the table, whose id, etag, bucket, key and version have the same names;
     * and it is the table where those are counted that refer to an object.
     *
     * <p>The search for misplaced files reads this view by owner and in the order of ids, which
     * indexes of the tables behind it have to serve. A host whose rows fit no view writes {@link
     * dev.chirograph.spi.relocate.Handles} of its own, and has the test kit's {@code
     * HandlesConformance} prove them.
     */
    public Builder readFrom(String name) {
      this.view = Objects.requireNonNull(name, "name");
      return this;
    }

    private Builder column(Role role, String column) {
      columns.put(role, Objects.requireNonNull(column, "column"));
      return this;
    }

    /** The primary key: text, bytes, a whole number or a UUID. */
    public Builder id(String column) {
      return column(Role.ID, column);
    }

    /** What changes whenever the row does: text of 36 characters or more, a number or a UUID. */
    public Builder etag(String column) {
      return column(Role.ETAG, column);
    }

    /** Whose file it is, as allocations name owners: text, a whole number or a UUID. */
    public Builder owner(String column) {
      return column(Role.OWNER, column);
    }

    /** The bucket: text. */
    public Builder bucket(String column) {
      return column(Role.BUCKET, column);
    }

    /** The key of the object: bytes or text. */
    public Builder key(String column) {
      return column(Role.KEY, column);
    }

    /** The version of the object, which may be null: text. */
    public Builder versionId(String column) {
      return column(Role.VERSION_ID, column);
    }

    /** The number of bytes, which may be null. */
    public Builder size(String column) {
      return column(Role.SIZE, column);
    }

    /** The MD5 of the bytes in hexadecimal, which may be null: text. */
    public Builder md5(String column) {
      return column(Role.MD5, column);
    }

    /** The id of another handle that moves with it, which may be null. */
    public Builder preview(String column) {
      return column(Role.PREVIEW, column);
    }

    /** The kind of storage, which decides with the bucket whether a file may be moved. */
    public Builder storageLocation(String column) {
      return column(Role.STORAGE_LOCATION, column);
    }

    /**
     * The table.
     *
     * @throws SyncException of kind INVALID_ARGUMENT when a column is missing that is needed
     */
    public JdbcHandleTable build() {
      for (Role role : NEEDED) {
        if (!columns.containsKey(role)) {
          throw SyncException.invalid(
              "the table of file handles "
                  + name
                  + " needs a column for the "
                  + role.name().toLowerCase(Locale.ROOT));
        }
      }
      return new JdbcHandleTable(this);
    }
  }
}
