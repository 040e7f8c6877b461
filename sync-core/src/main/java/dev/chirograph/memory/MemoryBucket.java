package dev.chirograph.memory;

import dev.chirograph.Change;
import dev.chirograph.Entry;
import dev.chirograph.Evidence.Fact;
import dev.chirograph.Expect;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.SyncException;
import dev.chirograph.memory.MemoryBlobStore.Versioning;
import dev.chirograph.memory.StoredObject.Stored;
import dev.chirograph.spi.Replica;
import dev.chirograph.spi.StoreCapabilities;
import dev.chirograph.spi.SupportsSplit;
import dev.chirograph.spi.SupportsTags;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A {@link MemoryBlobStore} as a store of object states: each with all its versions, newest first,
 * and all attributes. An object under a delete marker is listed as a tombstone and observed as
 * deleted, with its versions as remains.
 *
 * <p>A put cannot bring bytes that are not there: it changes content type, metadata and tags of an
 * object whose content is the one that the value names, and is rejected otherwise. Deleting does
 * what the bucket does, and is undoable where it keeps versions.
 *
 * <p>Safe for use by several threads.
 */
public final class MemoryBucket implements Replica<ObjectState>, SupportsTags, SupportsSplit {

  private static final int MAX_BATCH = 1_000;

  private final MemoryBlobStore store;
  private final StoreCapabilities capabilities;

  MemoryBucket(MemoryBlobStore store, Versioning versioning) {
    this.store = store;
    StoreCapabilities.Builder able =
        StoreCapabilities.builder()
            .puts(Guard.ATOMIC)
            .deletes(Guard.ATOMIC)
            .ordered()
            .listsTombstones()
            .maxBatch(MAX_BATCH)
            .evidence(
                EnumSet.of(
                    Fact.ETAG, Fact.SIZE, Fact.VERSION_ID, Fact.LAST_MODIFIED, Fact.HISTORY));
    this.capabilities = versioning == Versioning.ON ? able.deletesUndoable().build() : able.build();
  }

  @Override
  public StoreCapabilities capabilities() {
    return capabilities;
  }

  @Override
  public Listing list(KeyRange range) {
    Objects.requireNonNull(range, "range");
    return new MemoryListing<>(store.objects().all(), range, true, MemoryBucket::entry);
  }

  @Override
  public List<Observation<ObjectState>> observe(List<Key> keys) {
    Batches.check("observe", keys, MAX_BATCH);
    List<Observation<ObjectState>> seen = new ArrayList<>(keys.size());
    for (Key key : keys) {
      seen.add(observe(key));
    }
    return seen;
  }

  @Override
  public List<Outcome> apply(List<Change<ObjectState>> changes) {
    Batches.check("apply", changes.stream().map(Change::key).toList(), MAX_BATCH);
    List<Outcome> outcomes = new ArrayList<>(changes.size());
    for (Change<ObjectState> change : changes) {
      outcomes.add(
          change instanceof Change.Put<ObjectState> put
              ? put(put)
              : store
                  .objects()
                  .deleteLatest(
                      change.key(), change.expect(), (object, latest) -> object.revision()));
    }
    return outcomes;
  }

  @Override
  public int maxTags() {
    return StoredObjects.MAX_TAGS;
  }

  @Override
  public Outcome writeTags(Key key, String versionId, Map<String, String> tags) {
    return store.objects().writeTags(key, versionId, tags);
  }

  /** The key of the object in the middle of a range: half of its objects, to one, lie below it. */
  @Override
  public Optional<Key> split(KeyRange range) {
    return Median.of(() -> list(range));
  }

  private Observation<ObjectState> observe(Key key) {
    if (key.isEmpty()) {
      return Observation.unknown(Batches.emptyKey());
    }
    StoredObject object = store.objects().all().get(key);
    if (object == null) {
      return Observation.absent();
    }
    ObjectState state = object.state();
    return object.deleted()
        ? Observation.deleted(object.revision(), state)
        : Observation.present(state, object.revision(), state.evidence());
  }

  private Outcome put(Change.Put<ObjectState> put) {
    synchronized (store.objects()) {
      StoredObject object = store.objects().all().get(put.key());
      if (object == null) {
        return put.expect() instanceof Expect.At ? Outcome.conflict() : noBytes(put.key());
      }
      if (!StoredObject.holds(put.expect(), object.latest(), object.revision())) {
        return StoredObject.conflict(object.revision());
      }
      ObjectVersion wanted = put.value().latest();
      return sameBytes(object.latest(), wanted)
          ? attributes(put.key(), object.latest(), wanted)
          : noBytes(put.key());
    }
  }

  private Outcome attributes(Key key, Stored latest, ObjectVersion wanted) {
    ObjectVersion have = latest.attributes();
    Part<String> type = wanted.contentType().orStored(have.contentType());
    Part<Map<String, String>> metadata = wanted.metadata().orStored(have.metadata());
    Part<Map<String, String>> tags = wanted.tags().orStored(have.tags());
    if (type.equals(have.contentType()) && metadata.equals(have.metadata())) {
      return tags.equals(have.tags())
          ? Outcome.unchanged()
          : store.objects().writeTags(key, latest.id(), tags.optional().orElse(Map.of()));
    }
    // Type and metadata belong to the bytes: they change by writing the object anew, as in S3.
    ObjectVersion written =
        have.toBuilder().contentType(type).metadata(metadata).tags(tags).build();
    return store.objects().put(key, written, latest.content(), Expect.anything());
  }

  private static boolean sameBytes(Stored latest, ObjectVersion wanted) {
    return !latest.deleteMarker()
        && !wanted.deleteMarker()
        && latest.attributes().etag().equals(wanted.etag())
        && latest.attributes().size() == wanted.size();
  }

  private Outcome noBytes(Key key) {
    return Outcome.rejected(
        new SyncException(
            SyncException.Kind.UNSUPPORTED,
            "cannot write the content of "
                + store.name()
                + "/"
                + key
                + ": a catalogue holds no bytes; copy the object from where it is"));
  }

  private static Optional<Entry> entry(Map.Entry<Key, StoredObject> item) {
    StoredObject object = item.getValue();
    Entry present = Entry.present(item.getKey(), object.state().evidence());
    return Optional.of(
        object.deleted() ? Entry.deleted(present.key(), present.evidence()) : present);
  }
}
