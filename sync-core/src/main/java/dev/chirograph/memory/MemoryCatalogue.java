package dev.chirograph.memory;

import dev.chirograph.Change;
import dev.chirograph.Expect;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * A catalogue of the objects of a bucket in memory, in which every object has an external id: for a
 * quick start and for a host's own tests.
 *
 * <p>It keeps and lists deleted objects, guards writes atomically, and gives an id to an object
 * that is put without one. An id belongs to one object: putting it on another answers conflict.
 * Nothing outlives the process; memory grows with the objects.
 *
 * <p>Safe for use by several threads.
 */
public final class MemoryCatalogue
    implements Replica<ObjectState>, SupportsIdentity, SupportsSplit {

  private static final Pattern UUIDS =
      Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

  private final MemoryReplica<ObjectState> rows = MemoryReplica.ofObjects();
  private final Map<String, Key> owners = new HashMap<>();
  private final Supplier<UUID> ids;

  private MemoryCatalogue(Supplier<UUID> ids) {
    this.ids = Objects.requireNonNull(ids, "ids");
  }

  /** An empty catalogue whose ids are random UUIDs. */
  public static MemoryCatalogue create() {
    return create(UUID::randomUUID);
  }

  /**
   * An empty catalogue.
   *
   * @param ids gives the ids; each once
   */
  public static MemoryCatalogue create(Supplier<UUID> ids) {
    return new MemoryCatalogue(ids);
  }

  @Override
  public StoreCapabilities capabilities() {
    return rows.capabilities();
  }

  @Override
  public Listing list(KeyRange range) {
    return rows.list(range);
  }

  @Override
  public List<Observation<ObjectState>> observe(List<Key> keys) {
    return rows.observe(keys);
  }

  @Override
  public Optional<Key> split(KeyRange range) {
    return rows.split(range);
  }

  @Override
  public List<Outcome> apply(List<Change<ObjectState>> changes) {
    Batches.check("apply", changes.stream().map(Change::key).toList(), capabilities().maxBatch());
    List<Outcome> outcomes = new ArrayList<>(changes.size());
    for (Change<ObjectState> change : changes) {
      outcomes.add(apply(change));
    }
    return outcomes;
  }

  private synchronized Outcome apply(Change<ObjectState> change) {
    Optional<String> before = id(change.key());
    if (change instanceof Change.Put<ObjectState> put) {
      String id = put.value().id().or(() -> before).orElseGet(this::newId);
      Key owner = owners.getOrDefault(id, put.key());
      if (!owner.equals(put.key())) {
        return Outcome.rejected(
            new SyncException(
                SyncException.Kind.ALREADY_EXISTS,
                put.key() + " cannot have the id " + id + ": it belongs to " + owner));
      }
      ObjectState state = put.value().withId(Optional.of(id));
      Outcome outcome = rows.apply(List.of(Change.put(put.key(), state, put.expect()))).get(0);
      if (outcome instanceof Outcome.Applied) {
        before.ifPresent(owners::remove);
        owners.put(id, put.key());
      }
      return outcome;
    }
    Outcome outcome = rows.apply(List.of(change)).get(0);
    if (outcome instanceof Outcome.Applied) {
      before.ifPresent(owners::remove);
    }
    return outcome;
  }

  @Override
  public synchronized List<Optional<Key>> owners(List<String> asked) {
    return asked.stream().map(id -> Optional.ofNullable(owners.get(id))).toList();
  }

  /** Whether a text has the form of a UUID. */
  @Override
  public boolean isId(String text) {
    return UUIDS.matcher(text).matches();
  }

  @Override
  public String newId() {
    return ids.get().toString();
  }

  /** Writes an object whatever is there, unless its id belongs to another. */
  public Outcome put(Key key, ObjectState state) {
    return apply(List.of(Change.put(key, state, Expect.anything()))).get(0);
  }

  /** Removes an object and what remains of it. */
  public Outcome remove(Key key) {
    return apply(List.of(Change.<ObjectState>delete(key, Expect.anything()))).get(0);
  }

  /** The state of an object, also when it is deleted; empty when the catalogue has none. */
  public Optional<ObjectState> get(Key key) {
    return rows.observe(List.of(key)).get(0).content();
  }

  /** The id of an object, also when it is deleted. */
  public Optional<String> id(Key key) {
    return key.isEmpty() ? Optional.empty() : get(key).flatMap(ObjectState::id);
  }

  /** A copy of all objects that are there, in key order; deleted ones are left out. */
  public NavigableMap<Key, ObjectState> snapshot() {
    return rows.snapshot();
  }
}
