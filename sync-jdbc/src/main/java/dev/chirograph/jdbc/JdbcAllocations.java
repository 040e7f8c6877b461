package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.relocate.Allocation;
import dev.chirograph.spi.relocate.Allocations;
import dev.chirograph.spi.relocate.Placement;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Cost allocations, and which owner has which, in tables of the host's database.
 *
 * <p>{@link JdbcSchema} creates the tables. Every call is one short transaction. Names, owners and
 * buckets have at most 255 characters, prefixes 1,024; they are compared byte for byte.
 *
 * <p>Where files of no allocation belong is said to the builder and not kept: when it is to be
 * another bucket, all processes are to be told, and generations stay as they are.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class JdbcAllocations implements Allocations {

  private static final int MAX_NAME = 255;
  private static final int MAX_PREFIX = 1_024;

  private final Database database;
  private final AllocationTable table;
  private final String bucket;

  private JdbcAllocations(Database database, String bucket) {
    this.database = database;
    this.table = new AllocationTable(database);
    this.bucket = bucket;
  }

  /**
   * The allocations in the tables of {@link JdbcSchema#of(DataSource)}.
   *
   * @param bucket where files of no allocation belong
   * @throws SyncException of kind NOT_FOUND when the tables are missing, UNSUPPORTED when they or
   *     the database have another version, UNAVAILABLE when the database cannot be reached
   */
  public static JdbcAllocations of(DataSource dataSource, String bucket) {
    return builder(dataSource, bucket).build();
  }

  /**
   * A builder with the default prefix and schema.
   *
   * @param bucket where files of no allocation belong
   */
  public static Builder builder(DataSource dataSource, String bucket) {
    return new Builder(dataSource, bucket);
  }

  /**
   * {@inheritDoc}
   *
   * @throws SyncException also of kind INVALID_ARGUMENT when a text is too long, or none that every
   *     database can store
   */
  @Override
  public boolean create(Allocation allocation) {
    check(allocation);
    return Collisions.settled(
        () ->
            database.transaction(
                "creating the allocation " + allocation.name(),
                connection -> {
                  Optional<Allocation> known = table.find(connection, allocation.name());
                  if (known.isEmpty()) {
                    table.insert(connection, allocation);
                  } else if (!known.get().equals(allocation)) {
                    throw new SyncException(
                        Kind.ALREADY_EXISTS,
                        "there is another allocation " + allocation.name() + ": " + known.get());
                  }
                  return known.isEmpty();
                }));
  }

  private static void check(Allocation allocation) {
    check("name", allocation.name(), MAX_NAME);
    check("bucket", allocation.bucket(), MAX_NAME);
    check("prefix", allocation.prefix(), MAX_PREFIX);
    check("storage class", allocation.storageClass().orElse(""), MAX_NAME);
    check("creator", allocation.createdBy(), MAX_NAME);
  }

  private static void check(String what, String text, int most) {
    if (!fits(text, most)) {
      throw SyncException.invalid(
          "the "
              + what
              + " of an allocation has at most "
              + most
              + " characters of Unicode text without NUL: '"
              + text
              + "'");
    }
  }

  private static boolean fits(String text, int most) {
    return text.length() <= most && Names.fault(text).isEmpty();
  }

  @Override
  public Placement assign(String owner, String allocation) {
    return give(owner, allocation, false);
  }

  @Override
  public Placement reassign(String owner, String allocation) {
    return give(owner, allocation, true);
  }

  private Placement give(String owner, String name, boolean instead) {
    checkOwner(owner);
    String operation = "giving " + owner + " the allocation " + name;
    return Collisions.settled(
        () ->
            database.transaction(operation, connection -> give(connection, owner, name, instead)));
  }

  private Placement give(Connection connection, String owner, String name, boolean instead)
      throws SQLException {
    // The allocation first, so that it is not dropped meanwhile.
    Optional<Long> id = fits(name, MAX_NAME) ? table.lock(connection, name) : Optional.empty();
    Optional<AllocationTable.Given> given = table.given(connection, owner);
    Allocation now = given.map(AllocationTable.Given::allocation).orElse(null);
    if (now != null && !now.name().equals(name) && !instead) {
      throw new SyncException(
          Kind.ALREADY_EXISTS,
          owner + " has the allocation " + now.name() + "; reassign it when it is to have " + name);
    }
    if (id.isEmpty()) {
      throw new SyncException(Kind.NOT_FOUND, "there is no allocation " + name);
    }
    if (now == null || !now.name().equals(name)) {
      table.give(connection, owner, id.get(), given);
    }
    return placement(owner, table.read(connection, owner));
  }

  private static void checkOwner(String owner) {
    if (!fits(owner, MAX_NAME)) {
      throw SyncException.invalid(
          "an owner has at most "
              + MAX_NAME
              + " characters of Unicode text without NUL: '"
              + owner
              + "'");
    }
  }

  @Override
  public Placement release(String owner) {
    checkOwner(owner);
    return database.transaction(
        "releasing the allocation of " + owner,
        connection -> {
          Optional<AllocationTable.Given> given = table.given(connection, owner);
          if (given.map(AllocationTable.Given::allocation).isPresent()) {
            table.give(connection, owner, null, given);
            given = table.read(connection, owner);
          }
          return placement(owner, given);
        });
  }

  @Override
  public void drop(String allocation) {
    if (fits(allocation, MAX_NAME)) {
      String operation = "dropping the allocation " + allocation;
      database.transaction(operation, connection -> drop(connection, allocation));
    }
  }

  private boolean drop(Connection connection, String allocation) throws SQLException {
    Optional<Long> id = table.lock(connection, allocation);
    if (id.isEmpty()) {
      return false;
    }
    Optional<String> owner = table.anOwner(connection, id.get());
    if (owner.isPresent()) {
      throw new SyncException(
          Kind.CONFLICT,
          "the allocation "
              + allocation
              + " is that of "
              + owner.get()
              + "; release it before it is dropped");
    }
    table.delete(connection, id.get());
    return true;
  }

  @Override
  public List<Allocation> list(Optional<String> after, int limit) {
    return database.read(
        "listing the allocations", connection -> table.list(connection, after, limit));
  }

  @Override
  public Optional<Placement> placementFor(String owner) {
    return fits(owner, MAX_NAME)
        ? database
            .read("reading the allocation of " + owner, connection -> table.read(connection, owner))
            .map(given -> placement(owner, Optional.of(given)))
        : Optional.empty();
  }

  private Placement placement(String owner, Optional<AllocationTable.Given> given) {
    Allocation allocation = given.map(AllocationTable.Given::allocation).orElse(null);
    long generation = given.map(AllocationTable.Given::generation).orElse(0L);
    return allocation == null
        ? new Placement(owner, generation, Optional.empty(), bucket, "", Optional.empty())
        : new Placement(
            owner,
            generation,
            Optional.of(allocation.name()),
            allocation.bucket(),
            allocation.prefix(),
            allocation.storageClass());
  }

  @Override
  public List<String> owners(Optional<String> after, int limit) {
    return database.read(
        "listing the owners that have or had an allocation",
        connection -> table.owners(connection, after, limit));
  }

  /** Collects the settings. Not safe for use by several threads. */
  public static final class Builder {
    private final Settings settings;
    private final String bucket;

    private Builder(DataSource dataSource, String bucket) {
      this.settings = new Settings(dataSource);
      this.bucket = bucket;
      if (bucket.isEmpty()) {
        throw SyncException.invalid("files of no allocation belong in a bucket that has a name");
      }
    }

    /** The schema of the tables, as given to {@link JdbcSchema#schema}. */
    public Builder schema(String name) {
      settings.schema(name);
      return this;
    }

    /** The prefix of the tables, as given to {@link JdbcSchema#prefix}. */
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
     * The allocations.
     *
     * @throws SyncException of kind NOT_FOUND when the tables are missing, UNSUPPORTED when they or
     *     the database have another version, UNAVAILABLE when the database cannot be reached
     */
    public JdbcAllocations build() {
      return new JdbcAllocations(settings.open(JdbcSchema.Component.ALLOCATIONS), bucket);
    }
  }
}
