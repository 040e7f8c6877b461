package dev.chirograph.jdbc;

import dev.chirograph.CloseableIterator;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.Version;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Handles;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Placement;
import dev.chirograph.spi.relocate.SupportsAudit;
import dev.chirograph.spi.relocate.Vacated;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * File handles in a table of the host's database: in one of ours, or in one of the host's own, see
 * {@link Builder#table}.
 *
 * <p>{@link JdbcSchema} creates the tables: {@link JdbcSchema.Component#VACATED}, and {@link
 * JdbcSchema.Component#HANDLES} unless the host has a table of its own. The host adds, changes and
 * removes handles by SQL, and keeps two rules:
 *
 * <ul>
 *   <li>Whatever changes a row gives it a new etag.
 *   <li>Before it adds a handle that refers to an object that another may refer to, or points one
 *       there, it calls {@link #claim} in the same transaction. A handle for an object that was
 *       uploaded just now under a name of its own needs no claim.
 * </ul>
 *
 * <p>A file may be moved when it lies in one of the buckets that were given to the builder, or,
 * with {@link Builder#bucketsOfAllocations}, in that of an allocation; and when its handle's
 * storage location is null or one of {@link Builder#storageLocations}. A bucket that is to be
 * drained has to stay among them until it is empty. A repointing changes bucket, key, version and
 * etag, and leaves the storage location and the endpoint as they are.
 *
 * <p>A repointing is one transaction of at most nine statements for up to 1,000 handles. It locks
 * the rows of both objects in the table of vacated locations before it looks at handles, and so
 * does a retirement before it counts them: so one of the two sees what the other did, at every
 * isolation level. An object that was ever moved keeps its row there. Rows in state 0 are nothing
 * but locks: where all connections are at READ COMMITTED, a host may delete them at any time
 * ({@code delete from chirograph_vacated where state = 0}); else, on PostgreSQL, while nothing is
 * moved or claimed. All others have to stay.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class JdbcHandles implements Handles, SupportsAudit {

  /** So many handles are read at once where all of a bucket are asked for. */
  private static final int PAGE = 500;

  private final Database database;
  private final HandleRows rows;
  private final VacatedTable vacated;
  private final RandomGenerator random;

  private JdbcHandles(Database database, HandleRows rows, RandomGenerator random) {
    this.database = database;
    this.rows = rows;
    this.vacated = new VacatedTable(database, rows);
    this.random = random;
  }

  /**
   * The handles in the tables of {@link JdbcSchema#of(DataSource)}.
   *
   * @param movable the buckets out of which files may be moved
   * @throws SyncException of kind NOT_FOUND when the tables are missing, UNSUPPORTED when they or
   *     the database have another version, UNAVAILABLE when the database cannot be reached
   */
  public static JdbcHandles of(DataSource dataSource, Set<String> movable) {
    return builder(dataSource, movable).build();
  }

  /**
   * A builder with our own table, prefix and schema.
   *
   * @param movable the buckets out of which files may be moved
   */
  public static Builder builder(DataSource dataSource, Set<String> movable) {
    return new Builder(dataSource, movable);
  }

  /** The queries, so that it can be asked which indexes serve them. */
  HandleRows rows() {
    return rows;
  }

  // ---- what relocation asks for

  /**
   * {@inheritDoc}
   *
   * <p>One query, which reads the handles of the owner in the order of an index over owner and id.
   */
  @Override
  public List<FileHandle> misplaced(Placement placement, Optional<Key> after, int limit) {
    if (!rows.fits(placement.owner())) {
      return List.of();
    }
    List<FileHandle> found = new ArrayList<>();
    return read(
        "looking for misplaced files of " + placement.owner(),
        rows.misplaced(placement, after, limit, found::add),
        found);
  }

  @Override
  public boolean isMovable(FileHandle handle) {
    if (!rows.fitsId(handle.id())) {
      return false;
    }
    List<FileHandle> found = new ArrayList<>();
    String operation = "asking whether the file of " + handle.id() + " may be moved";
    return !read(operation, rows.movable(handle.id(), found::add), found).isEmpty();
  }

  @Override
  public List<FileHandle> sharing(Location at, Optional<Key> after, int limit) {
    if (!rows.fits(at)) {
      return List.of();
    }
    List<FileHandle> found = new ArrayList<>();
    return read("looking for handles of " + at, rows.sharing(at, after, limit, found::add), found);
  }

  private List<FileHandle> read(String operation, Query query, List<FileHandle> found) {
    return database.read(
        operation,
        connection -> {
          found.clear();
          query.run(connection);
          return found;
        });
  }

  @Override
  public List<Optional<FileHandle>> find(List<Key> ids) {
    if (ids.isEmpty()) {
      return List.of();
    }
    Set<Key> different = Set.copyOf(ids);
    String operation = "reading " + different.size() + " file handles";
    Work<Map<Key, FileHandle>> work = connection -> rows.find(connection, different);
    Map<Key, FileHandle> found =
        InList.chunks(different).size() == 1
            ? database.read(operation, work)
            : database.snapshot(operation, work);
    return ids.stream().map(id -> Optional.ofNullable(found.get(id))).toList();
  }

  /**
   * {@inheritDoc}
   *
   * @throws SyncException of kind INVALID_ARGUMENT when no row can refer to the new location
   */
  @Override
  public List<Outcome> repoint(Switch change) {
    if (change.handles().isEmpty()) {
      return List.of();
    }
    rows.requireFits(change.to());
    String etag = newEtag();
    List<Outcome> decided = new ArrayList<>();
    try {
      return Collisions.settled(
          () ->
              database.transaction(
                  "pointing handles from " + change.from() + " to " + change.to(),
                  connection -> {
                    decided.clear();
                    decided.addAll(repoint(connection, change, etag));
                    return decided;
                  }));
    } catch (UnsureException e) {
      return decided.stream()
          .map(outcome -> outcome instanceof Outcome.Applied ? Outcome.unsure(e) : outcome)
          .toList();
    }
  }

  private String newEtag() {
    long version4 = (random.nextLong() & ~0xf000L) | 0x4000L;
    long variant = (random.nextLong() & ~(0b11L << 62)) | (0b10L << 62);
    return new UUID(version4, variant).toString();
  }

  private List<Outcome> repoint(Connection connection, Switch change, String etag)
      throws SQLException {
    VacatedTable.Pair places = vacated.lock(connection, change.from(), change.to());
    boolean retired = places.to().isRetired(change.to());
    Map<Key, FileHandle> now =
        rows.lock(connection, change.handles().stream().map(FileHandle::id).distinct().toList());
    List<Key> moved = new ArrayList<>();
    List<Outcome> outcomes = new ArrayList<>();
    for (FileHandle expected : change.handles()) {
      FileHandle found = now.get(expected.id());
      if (retired || !isAsExpected(found, expected, change.from())) {
        outcomes.add(found == null ? Outcome.conflict() : Outcome.conflict(found.etag()));
        continue;
      }
      Version next = next(expected.etag(), etag);
      now.put(expected.id(), expected.withEtag(next).movedTo(change.to()));
      moved.add(expected.id());
      outcomes.add(Outcome.applied(next, Guard.ATOMIC));
    }
    if (!moved.isEmpty()) {
      rows.move(connection, moved, change.to(), etag);
      vacated.need(connection, places.to(), change.to());
      vacated.leave(connection, places.from(), change.from(), change.pin());
    }
    return outcomes;
  }

  private static boolean isAsExpected(
      @Nullable FileHandle found, FileHandle expected, Location from) {
    return found != null && found.etag().equals(expected.etag()) && found.at().equals(from);
  }

  private Version next(Version etag, String other) {
    return rows.countsEtags()
        ? new Version(Long.toString(Long.parseLong(etag.token()) + 1))
        : new Version(other);
  }

  /**
   * {@inheritDoc}
   *
   * <p>They are read 500 at a time, each time in a transaction of its own. In our own table, that
   * is served by the index over bucket, key and id; for a host's own see {@link JdbcHandleTable}.
   * On PostgreSQL and SQLite, the database has to be one in UTF-8.
   */
  @Override
  public CloseableIterator<FileHandle> in(String bucket, KeyRange keys) {
    return in(bucket, keys, PAGE);
  }

  CloseableIterator<FileHandle> in(String bucket, KeyRange keys, int page) {
    return new HandleScan(database, rows, bucket, keys, page);
  }

  @Override
  public Vacated vacated() {
    return vacated;
  }

  // ---- what a host asks

  /**
   * Makes sure that a location is not retired before a transaction of the host is over: to be
   * called in the transaction that adds a handle that refers to it, before the handle is added.
   * Others that claim, repoint or retire the same object wait for the transaction.
   *
   * @param transaction a connection in a transaction, which is neither committed nor closed here
   * @throws SyncException of kind CONFLICT when the location is retired: upload the file anew, or
   *     read again where it is; UNAVAILABLE when the transaction lost against another one: roll it
   *     back and run it again
   */
  public void claim(Connection transaction, Location at) {
    String operation = "claiming " + at + " in the caller's transaction";
    boolean retired;
    try {
      retired = vacated.lock(transaction, at).isRetired(at);
    } catch (SQLException e) {
      if (SqlErrors.alreadyExists(e)) {
        throw new SyncException(
            Kind.UNAVAILABLE,
            operation
                + " met another that does the same; roll the transaction back and run it again",
            e);
      }
      throw SqlErrors.ofCaller(operation, e);
    }
    if (retired) {
      throw new SyncException(
          Kind.CONFLICT, "no handle can refer to " + at + " any more: the location is retired");
    }
  }

  /** Collects the settings. Not safe for use by several threads. */
  public static final class Builder {
    private final Settings settings;
    private final Set<String> movable;
    private JdbcHandleTable table = JdbcHandleTable.OURS;
    private Set<String> locations = Set.of();
    private boolean ofAllocations;
    private RandomGenerator random = new SecureRandom();

    private Builder(DataSource dataSource, Set<String> movable) {
      this.settings = new Settings(dataSource);
      this.movable = Set.copyOf(movable);
    }

    /** The host's own table of handles, in place of ours; it is in the same database. */
    public Builder table(JdbcHandleTable value) {
      this.table = Objects.requireNonNull(value, "value");
      return this;
    }

    /**
     * The storage locations out of which files may be moved, as text; those without any are movable
     * always.
     */
    public Builder storageLocations(Set<String> names) {
      this.locations = Set.copyOf(names);
      return this;
    }

    /**
     * Files may be moved out of the buckets of all allocations, too, as {@link JdbcAllocations}
     * keeps them under the same schema and prefix: those of an allocation that is dropped count no
     * more.
     */
    public Builder bucketsOfAllocations() {
      this.ofAllocations = true;
      return this;
    }

    /** The schema of our tables, as given to {@link JdbcSchema#schema}. */
    public Builder schema(String name) {
      settings.schema(name);
      return this;
    }

    /** The prefix of our tables, as given to {@link JdbcSchema#prefix}. */
    public Builder prefix(String text) {
      settings.prefix(text);
      return this;
    }

    /** A clock in place of the database's own, for tests. */
    public Builder clock(InstantSource source) {
      settings.clock = Objects.requireNonNull(source, "source");
      return this;
    }

    /**
     * Where new etags come from; a {@link SecureRandom} unless set. Must be safe for several
     * threads.
     */
    public Builder random(RandomGenerator generator) {
      this.random = Objects.requireNonNull(generator, "generator");
      return this;
    }

    /**
     * The handles.
     *
     * @throws SyncException of kind INVALID_ARGUMENT when no file could be moved, or a column is of
     *     a type that does not fit; NOT_FOUND when a table is missing, UNSUPPORTED when ours or the
     *     database have another version, UNAVAILABLE when the database cannot be reached
     */
    public JdbcHandles build() {
      if (movable.isEmpty() && !ofAllocations) {
        throw SyncException.invalid("name a bucket out of which files may be moved");
      }
      Database database = settings.open(JdbcSchema.Component.VACATED);
      if (table == JdbcHandleTable.OURS) {
        JdbcSchema.require(database, JdbcSchema.Component.HANDLES);
      }
      if (ofAllocations) {
        JdbcSchema.require(database, JdbcSchema.Component.ALLOCATIONS);
      }
      HandleColumns columns = HandleColumns.of(database, table);
      HandleMovable where = new HandleMovable(database, columns, movable, locations, ofAllocations);
      return new JdbcHandles(database, new HandleRows(database.dialect(), columns, where), random);
    }
  }
}
