package dev.chirograph.memory;

import dev.chirograph.Change;
import dev.chirograph.Entry;
import dev.chirograph.Evidence;
import dev.chirograph.Expect;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.ObjectState;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.Version;
import dev.chirograph.spi.Replica;
import dev.chirograph.spi.StoreCapabilities;
import dev.chirograph.spi.SupportsSplit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A store of items in memory: for a quick start, for a host's own tests, and as the reference of
 * what {@link Replica} asks for.
 *
 * <p>Writes are guarded atomically, listings come in key order, and every write gives its item a
 * version that no item of this store ever had. The builder can take any of these away, to stand for
 * a store that is less able. Nothing outlives the process; memory grows with the items.
 *
 * <p>Safe for use by several threads.
 *
 * @param <V> the type of an item's value; values should be immutable, they are not copied
 */
public final class MemoryReplica<V> implements Replica<V>, SupportsSplit {

  private final ConcurrentNavigableMap<Key, Row<V>> rows;
  private final Function<? super V, Evidence> evidence;
  private final Predicate<? super V> deleted;
  private final StoreCapabilities capabilities;
  private long lastVersion;

  private MemoryReplica(Builder<V> builder) {
    this.rows = new ConcurrentSkipListMap<>(builder.order);
    this.evidence = builder.evidence;
    this.deleted = builder.deleted;
    this.capabilities = builder.capabilities();
  }

  /**
   * A store in key order with atomic guards.
   *
   * @param facts the facts that the evidence of every item holds
   * @param evidence what proves a value
   */
  public static <V> MemoryReplica<V> of(
      Set<Evidence.Fact> facts, Function<? super V, Evidence> evidence) {
    return MemoryReplica.<V>builder(facts, evidence).build();
  }

  /** A catalogue of the objects of a bucket, which keeps and lists deleted objects. */
  public static MemoryReplica<ObjectState> ofObjects() {
    return MemoryReplica.<ObjectState>builder(
            EnumSet.of(
                Evidence.Fact.ETAG,
                Evidence.Fact.SIZE,
                Evidence.Fact.VERSION_ID,
                Evidence.Fact.LAST_MODIFIED,
                Evidence.Fact.HISTORY),
            ObjectState::evidence)
        .keepTombstones(ObjectState::deleted)
        .listTombstones()
        .build();
  }

  /**
   * A builder of a store in key order with atomic guards and without tombstones.
   *
   * @param facts the facts that the evidence of every item holds
   * @param evidence what proves a value
   */
  public static <V> Builder<V> builder(
      Set<Evidence.Fact> facts, Function<? super V, Evidence> evidence) {
    return new Builder<>(facts, evidence);
  }

  @Override
  public StoreCapabilities capabilities() {
    return capabilities;
  }

  @Override
  public Listing list(KeyRange range) {
    Objects.requireNonNull(range, "range");
    return new MemoryListing<>(rows, range, capabilities.ordered(), this::entry);
  }

  @Override
  public List<Observation<V>> observe(List<Key> keys) {
    Batches.check("observe", keys, capabilities.maxBatch());
    List<Observation<V>> seen = new ArrayList<>(keys.size());
    for (Key key : keys) {
      seen.add(observe(key));
    }
    return seen;
  }

  @Override
  public List<Outcome> apply(List<Change<V>> changes) {
    Batches.check("apply", changes.stream().map(Change::key).toList(), capabilities.maxBatch());
    List<Outcome> outcomes = new ArrayList<>(changes.size());
    for (Change<V> change : changes) {
      outcomes.add(apply(change));
    }
    return outcomes;
  }

  /** The key of the item in the middle of a range: half of its items, to one, lie below it. */
  @Override
  public Optional<Key> split(KeyRange range) {
    return capabilities.ordered() ? Median.of(() -> list(range)) : Optional.empty();
  }

  /** Writes an item whatever is there; answers its new version. */
  public synchronized Version put(Key key, V value) {
    Outcome outcome = apply(Change.put(key, value, Expect.anything()));
    if (outcome instanceof Outcome.Applied applied) {
      return applied.now().orElseThrow();
    }
    throw SyncException.invalid("putting " + key + " was not possible: " + outcome);
  }

  /** Removes an item and what remains of it; answers whether there was anything. */
  public synchronized boolean remove(Key key) {
    return rows.remove(key) != null;
  }

  /** The value of an item that is there; empty also when it is deleted. */
  public Optional<V> get(Key key) {
    Row<V> row = rows.get(key);
    return row == null || row.deleted ? Optional.empty() : Optional.of(row.value);
  }

  /** A copy of all items that are there, in key order; deleted ones are left out. */
  public synchronized NavigableMap<Key, V> snapshot() {
    NavigableMap<Key, V> copy = new TreeMap<>();
    rows.forEach(
        (key, row) -> {
          if (!row.deleted) {
            copy.put(key, row.value);
          }
        });
    return copy;
  }

  /** How many items there are, deleted ones left out. */
  public synchronized int size() {
    int count = 0;
    for (Row<V> row : rows.values()) {
      count += row.deleted ? 0 : 1;
    }
    return count;
  }

  private Observation<V> observe(Key key) {
    if (key.isEmpty()) {
      return Observation.unknown(Batches.emptyKey());
    }
    Row<V> row = rows.get(key);
    if (row == null) {
      return Observation.absent();
    }
    return row.deleted
        ? Observation.deleted(row.version, row.value)
        : Observation.present(row.value, row.version, row.evidence);
  }

  private synchronized Outcome apply(Change<V> change) {
    if (change.key().isEmpty()) {
      return Outcome.rejected(Batches.emptyKey());
    }
    Row<V> row = rows.get(change.key());
    return change instanceof Change.Put<V> put ? put(put, row) : delete(change, row);
  }

  private Outcome put(Change.Put<V> put, @Nullable Row<V> row) {
    if (capabilities.puts() != Guard.NONE && !holds(put.expect(), row)) {
      return conflict(row);
    }
    Row<V> written = newRow(put.value());
    rows.put(put.key(), written);
    return Outcome.applied(written.version, capabilities.puts());
  }

  private Outcome delete(Change<V> delete, @Nullable Row<V> row) {
    if (row == null) {
      return delete.expect() instanceof Expect.At ? Outcome.conflict() : Outcome.unchanged();
    }
    if (capabilities.deletes() != Guard.NONE && !holds(delete.expect(), row)) {
      return conflict(row);
    }
    rows.remove(delete.key());
    return Outcome.deleted(capabilities.deletes());
  }

  private static <V> boolean holds(Expect expect, @Nullable Row<V> row) {
    if (expect instanceof Expect.At at) {
      return row != null && row.version.equals(at.version());
    }
    return expect instanceof Expect.Anything || row == null;
  }

  private static <V> Outcome conflict(@Nullable Row<V> row) {
    return row == null ? Outcome.conflict() : Outcome.conflict(row.version);
  }

  private Row<V> newRow(V value) {
    lastVersion++;
    return new Row<>(
        value, new Version("r" + lastVersion), evidence.apply(value), deleted.test(value));
  }

  private Optional<Entry> entry(Map.Entry<Key, Row<V>> item) {
    Row<V> row = item.getValue();
    if (!row.deleted) {
      return Optional.of(Entry.present(item.getKey(), row.evidence));
    }
    return capabilities.listsTombstones()
        ? Optional.of(Entry.deleted(item.getKey(), row.evidence))
        : Optional.empty();
  }

  private record Row<V>(V value, Version version, Evidence evidence, boolean deleted) {}

  /**
   * Says what a store can do. Not safe for use by several threads.
   *
   * @param <V> the type of an item's value
   */
  public static final class Builder<V> {
    private final Set<Evidence.Fact> facts;
    private final Function<? super V, Evidence> evidence;
    private Comparator<Key> order = Comparator.naturalOrder();
    private boolean ordered = true;
    private Predicate<? super V> deleted = value -> false;
    private boolean keepsTombstones;
    private boolean listsTombstones;
    private Guard puts = Guard.ATOMIC;
    private Guard deletes = Guard.ATOMIC;
    private int maxBatch = 1_000;

    private Builder(Set<Evidence.Fact> facts, Function<? super V, Evidence> evidence) {
      this.facts = Set.copyOf(facts);
      this.evidence = Objects.requireNonNull(evidence, "evidence");
    }

    /**
     * Listings come in an order that has nothing to do with that of the keys, and is said not to
     * be.
     */
    public Builder<V> unordered() {
      this.ordered = false;
      this.order = Comparator.<Key>comparingInt(Builder::scrambled).thenComparing(key -> key);
      return this;
    }

    /**
     * A put can record that an item is deleted, and keeps the value as its remains.
     *
     * @param deleted whether a value says of its item that it is deleted
     */
    public Builder<V> keepTombstones(Predicate<? super V> deleted) {
      this.deleted = Objects.requireNonNull(deleted, "deleted");
      this.keepsTombstones = true;
      return this;
    }

    /** Listings name deleted items; needs {@link #keepTombstones}. */
    public Builder<V> listTombstones() {
      this.listsTombstones = true;
      return this;
    }

    /**
     * The guards that the store claims, {@link Guard#ATOMIC} by default. With {@link Guard#NONE}
     * the expectations of writes are not looked at.
     */
    public Builder<V> guards(Guard forPuts, Guard forDeletes) {
      this.puts = Objects.requireNonNull(forPuts, "forPuts");
      this.deletes = Objects.requireNonNull(forDeletes, "forDeletes");
      return this;
    }

    /** The largest number of items in one call, 1,000 by default; at least 1. */
    public Builder<V> maxBatch(int items) {
      if (items < 1) {
        throw SyncException.invalid("maxBatch must be at least 1, not " + items);
      }
      this.maxBatch = items;
      return this;
    }

    /**
     * An empty store.
     *
     * @throws SyncException of kind INVALID_ARGUMENT when tombstones are to be listed and not kept
     */
    public MemoryReplica<V> build() {
      if (listsTombstones && !keepsTombstones) {
        throw SyncException.invalid(
            "a store can list tombstones only when it keeps them: call keepTombstones, too");
      }
      return new MemoryReplica<>(this);
    }

    private StoreCapabilities capabilities() {
      StoreCapabilities.Builder able =
          StoreCapabilities.builder()
              .puts(puts)
              .deletes(deletes)
              .maxBatch(maxBatch)
              .evidence(facts);
      if (ordered) {
        able.ordered();
      }
      if (keepsTombstones) {
        able.keepsTombstones();
      }
      if (listsTombstones) {
        able.listsTombstones();
      }
      return able.build();
    }

    private static int scrambled(Key key) {
      return Integer.reverse(key.hashCode() * 0x9E3779B9);
    }
  }
}
