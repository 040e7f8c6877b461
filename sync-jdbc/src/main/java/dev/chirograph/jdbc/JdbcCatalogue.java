package dev.chirograph.jdbc;

import dev.chirograph.Change;
import dev.chirograph.Evidence;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.ObjectState;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.spi.Replica;
import dev.chirograph.spi.StoreCapabilities;
import dev.chirograph.spi.SupportsIdentity;
import dev.chirograph.spi.SupportsSplit;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;

/**
 * The catalogue of a bucket in tables of the host's database: its objects with all their versions,
 * tags and metadata.
 *
 * <p>{@link JdbcSchema} creates the tables. A handle is bound to one tenant and one bucket.
 *
 * <ul>
 *   <li>Keys are compared as bytes: case, spaces at the end and every character count.
 *   <li>A put compares the stored rows with the wanted state and writes what differs, in one short
 *       transaction for the whole batch; its outcome is unchanged when nothing differs. A part that
 *       is not known leaves the stored one as it was. What the database refuses fails its own
 *       object only.
 *   <li>An object whose latest version is a delete marker keeps its rows, is listed as a tombstone
 *       and observed as deleted. A delete removes the object with all its rows.
 *   <li>Every object has an id, a UUID in small letters that no other object of the bucket has. A
 *       put without one keeps the stored id, or gets a new one.
 *   <li>Listings read pages of bounded size and hold neither a connection nor a transaction between
 *       them. What is added or removed meanwhile may be listed or not.
 * </ul>
 *
 * <p>The times in the column {@code last_modified} are the bucket's own, in seconds; {@code
 * created} and {@code updated} say when the catalogue was written, by the database's clock in
 * microseconds.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class JdbcCatalogue implements Replica<ObjectState>, SupportsIdentity, SupportsSplit {

  private static final int MAX_BATCH = 1_000;
  private static final int MAX_BUCKET = 255;

  private static final StoreCapabilities CAPABILITIES =
      StoreCapabilities.builder()
          .puts(Guard.ATOMIC)
          .deletes(Guard.ATOMIC)
          .ordered()
          .keepsTombstones()
          .listsTombstones()
          .maxBatch(MAX_BATCH)
          .evidence(
              EnumSet.of(
                  Evidence.Fact.ETAG,
                  Evidence.Fact.SIZE,
                  Evidence.Fact.LAST_MODIFIED,
                  Evidence.Fact.VERSION_ID,
                  Evidence.Fact.HISTORY))
          .build();

  private final Database database;
  private final CatalogueBucket bucket;
  private final CatalogueReader reader;
  private final CatalogueRows.Statements statements;
  private final Numbers numbers;
  private final RandomGenerator random;

  private JdbcCatalogue(Builder builder, Database database) {
    this.database = database;
    this.bucket = new CatalogueBucket(database, builder.tenant, builder.bucket);
    this.reader = new CatalogueReader(database);
    this.statements = new CatalogueRows.Statements(database);
    this.numbers = new Numbers(database, "catalogue_number");
    this.random = builder.random;
  }

  /**
   * The catalogue of a bucket of the default tenant, in the tables of {@link
   * JdbcSchema#of(DataSource)}.
   *
   * @param bucket 1 to 255 characters
   * @throws SyncException of kind INVALID_ARGUMENT when the name is empty or too long, NOT_FOUND
   *     when the tables are missing, UNSUPPORTED when they or the database have another version,
   *     UNAVAILABLE when the database cannot be reached
   */
  public static JdbcCatalogue of(DataSource dataSource, String bucket) {
    return builder(dataSource, bucket).build();
  }

  /**
   * A builder with the default tenant, prefix and schema.
   *
   * @param bucket 1 to 255 characters
   */
  public static Builder builder(DataSource dataSource, String bucket) {
    return new Builder(dataSource, bucket);
  }

  @Override
  public StoreCapabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public Listing list(KeyRange range) {
    return new CatalogueListing(
        (rest, most) -> {
          OptionalInt number = bucket.number();
          return number.isPresent()
              ? reader.page(number.getAsInt(), rest, most)
              : Collections.emptyList();
        },
        range);
  }

  /**
   * {@inheritDoc}
   *
   * @throws SyncException of kind INVALID_ARGUMENT when there are more than 1,000 keys or one comes
   *     twice
   */
  @Override
  public List<Observation<ObjectState>> observe(List<Key> keys) {
    check("observing", keys);
    List<Key> possible = keys.stream().filter(key -> !key.isEmpty()).toList();
    Map<Key, StoredObject> found;
    try {
      OptionalInt number = bucket.number();
      found = number.isPresent() ? reader.objects(number.getAsInt(), possible) : Map.of();
    } catch (SyncException e) {
      return Collections.nCopies(keys.size(), Observation.unknown(e));
    }
    List<Observation<ObjectState>> seen = new ArrayList<>(keys.size());
    for (Key key : keys) {
      seen.add(observation(key, found));
    }
    return seen;
  }

  private static Observation<ObjectState> observation(Key key, Map<Key, StoredObject> found) {
    if (key.isEmpty()) {
      return Observation.unknown(CatalogueLimits.emptyKey());
    }
    StoredObject object = found.get(key);
    return object == null ? Observation.absent() : object.observation();
  }

  /**
   * {@inheritDoc}
   *
   * <p>A change is rejected when its id is no UUID in small letters, when another object of the
   * bucket has the id (the error names it), or when a text is longer than its column.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when there are more than 1,000 changes or a key
   *     comes twice; nothing is written then
   */
  @Override
  public List<Outcome> apply(List<Change<ObjectState>> changes) {
    check("writing", changes.stream().map(Change::key).toList());
    CatalogueWriter writer;
    try {
      writer =
          new CatalogueWriter(
              database, bucket.numberOrNew(), bucket.name(), reader, statements, this::newId);
    } catch (SyncException e) {
      return Collections.nCopies(changes.size(), Outcome.rejected(e));
    }
    return new BatchWriter<>(database, numbers, writer).write(changes);
  }

  private static void check(String operation, List<Key> keys) {
    if (keys.size() > MAX_BATCH) {
      throw SyncException.invalid(
          operation + " takes at most " + MAX_BATCH + " objects, not " + keys.size());
    }
    if (new HashSet<>(keys).size() < keys.size()) {
      throw SyncException.invalid(operation + " takes different keys, and some come twice");
    }
  }

  /**
   * The object of a path, compared exactly and case-sensitively.
   *
   * @return also a deleted object whose versions are kept, see {@link ObjectState#deleted}; empty
   *     when the catalogue has none
   * @throws SyncException of kind INVALID_ARGUMENT when no object can have the path, or as the
   *     database fails
   */
  public Optional<ObjectState> find(String path) {
    Key key = Key.utf8(path);
    Observation<ObjectState> seen = observe(List.of(key)).get(0);
    if (seen instanceof Observation.Unknown<ObjectState> unknown) {
      throw unknown.why();
    }
    return seen.content();
  }

  /**
   * {@inheritDoc}
   *
   * @throws SyncException as the database fails
   */
  @Override
  public List<Optional<Key>> owners(List<String> ids) {
    OptionalInt number = bucket.number();
    List<String> possible = ids.stream().filter(this::isId).distinct().toList();
    Map<String, Key> found = new HashMap<>();
    if (number.isPresent()) {
      for (int start = 0; start < possible.size(); start += MAX_BATCH) {
        found.putAll(
            reader.owners(
                number.getAsInt(),
                possible.subList(start, Math.min(possible.size(), start + MAX_BATCH))));
      }
    }
    return ids.stream().map(id -> Optional.ofNullable(found.get(id))).toList();
  }

  /** Whether a text is a UUID in small letters. */
  @Override
  public boolean isId(String text) {
    return CatalogueLimits.isId(text);
  }

  /** A random UUID. */
  @Override
  public String newId() {
    long version4 = (random.nextLong() & ~0xf000L) | 0x4000L;
    long variant = (random.nextLong() & ~(0b11L << 62)) | (0b10L << 62);
    return new UUID(version4, variant).toString();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Counts the range in its index and takes the key in its middle; empty when it has less than
   * two.
   *
   * @throws SyncException as the database fails
   */
  @Override
  public Optional<Key> split(KeyRange range) {
    OptionalInt number = bucket.number();
    if (number.isEmpty() || range.isEmpty()) {
      return Optional.empty();
    }
    long count = reader.count(number.getAsInt(), range);
    return count < 2 ? Optional.empty() : reader.nth(number.getAsInt(), range, count / 2);
  }

  /** Collects the settings of a handle. Not safe for use by several threads. */
  public static final class Builder {
    private final Settings settings;
    private final String bucket;
    private String tenant = Names.DEFAULT_TENANT;
    private RandomGenerator random = new SecureRandom();

    private Builder(DataSource dataSource, String bucket) {
      this.settings = new Settings(dataSource);
      this.bucket = bucket;
    }

    /**
     * The tenant whose bucket it is.
     *
     * @param name 1 to 100 characters; {@code default} unless set
     */
    public Builder tenant(String name) {
      this.tenant = Names.tenant(name);
      return this;
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

    /**
     * Where new ids come from; a {@link SecureRandom} unless set. Must be safe for several threads.
     */
    public Builder random(RandomGenerator generator) {
      this.random = Objects.requireNonNull(generator, "generator");
      return this;
    }

    /**
     * The handle.
     *
     * @throws SyncException of kind INVALID_ARGUMENT when the bucket's name is empty or too long,
     *     NOT_FOUND when the tables are missing, UNSUPPORTED when they or the database have another
     *     version, UNAVAILABLE when the database cannot be reached
     */
    public JdbcCatalogue build() {
      if (bucket.isEmpty() || bucket.length() > MAX_BUCKET || Names.fault(bucket).isPresent()) {
        throw SyncException.invalid(
            "a bucket's name has 1 to "
                + MAX_BUCKET
                + " characters of Unicode text without NUL: '"
                + bucket
                + "'");
      }
      return new JdbcCatalogue(this, settings.open(JdbcSchema.Component.CATALOGUE));
    }
  }
}
