package dev.chirograph.memory;

import dev.chirograph.Expect;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.SyncException;
import dev.chirograph.Version;
import dev.chirograph.memory.MemoryBlobStore.Versioning;
import dev.chirograph.memory.StoredObject.Stored;
import dev.chirograph.spi.BlobStore.BlobRef;
import java.time.InstantSource;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The objects of a bucket with their versions. One at a time changes them; anybody may look. */
final class StoredObjects {

  /** The largest number of tags on one version, as in S3. */
  static final int MAX_TAGS = 10;

  /** The storage class of what names none, as in S3. */
  private static final String STANDARD = "STANDARD";

  private final InstantSource clock;
  private final ConcurrentNavigableMap<Key, StoredObject> objects = new ConcurrentSkipListMap<>();
  private Versioning versioning;
  private long sequence;

  StoredObjects(InstantSource clock, Versioning versioning) {
    this.clock = clock;
    this.versioning = versioning;
  }

  /** All objects in key order; changes under the caller's feet. */
  NavigableMap<Key, StoredObject> all() {
    return Collections.unmodifiableNavigableMap(objects);
  }

  synchronized Versioning versioning() {
    return versioning;
  }

  /** Changes how versions are kept from now on; answers false for the way back, which is none. */
  synchronized boolean versioning(Versioning wanted) {
    if (wanted == Versioning.OFF && versioning != Versioning.OFF) {
      return false;
    }
    this.versioning = wanted;
    return true;
  }

  /** Puts bytes under an expectation. */
  synchronized Outcome put(Key key, ObjectVersion attributes, byte[] bytes, Expect expect) {
    Optional<Outcome> conflict = conflict(key, expect);
    if (conflict.isPresent()) {
      return conflict.get();
    }
    try {
      return Outcome.applied(write(key, attributes, bytes).token(), Guard.ATOMIC);
    } catch (SyncException e) {
      return Outcome.rejected(e);
    }
  }

  /**
   * Puts bytes, whatever is there.
   *
   * @throws SyncException for too many tags; then nothing has changed
   */
  synchronized Stored write(Key key, ObjectVersion attributes, byte[] bytes) {
    if (attributes.tags().optional().map(Map::size).orElse(0) > MAX_TAGS) {
      throw tooManyTags();
    }
    Version state = nextState();
    ObjectVersion written =
        ObjectVersion.builder()
            .versionId(newVersionId())
            .etag(Contents.md5(bytes))
            .size(bytes.length)
            .lastModified(clock.instant())
            .storageClass(attributes.storageClass().orElse(null))
            .contentType(known(attributes.contentType(), "application/octet-stream"))
            .metadata(known(attributes.metadata(), Map.of()))
            .tags(known(attributes.tags(), Map.of()))
            .build();
    Stored version = new Stored(written, bytes, state);
    objects.put(key, StoredObject.with(objects.get(key), version, state));
    return version;
  }

  /**
   * Deletes an object as a delete without a version id does.
   *
   * @param token what the expectation is about: the latest version, or the object
   */
  synchronized Outcome deleteLatest(
      Key key, Expect expect, BiFunction<StoredObject, Stored, Version> token) {
    StoredObject object = objects.get(key);
    if (object == null) {
      return expect instanceof Expect.At ? Outcome.conflict() : Outcome.unchanged();
    }
    Version found = token.apply(object, object.latest());
    if (!StoredObject.holds(expect, object.latest(), found)) {
      return StoredObject.conflict(found);
    }
    if (object.deleted()) {
      return Outcome.unchanged();
    }
    if (versioning == Versioning.OFF) {
      objects.remove(key);
    } else {
      objects.put(key, StoredObject.with(object, marker(), nextState()));
    }
    return Outcome.deleted(Guard.ATOMIC);
  }

  /** Deletes one version for good. */
  synchronized Outcome deleteVersion(Key key, String id, Expect expect) {
    StoredObject object = objects.get(key);
    Stored version = object == null ? null : object.version(id).orElse(null);
    if (object == null || version == null) {
      return expect instanceof Expect.At ? Outcome.conflict() : Outcome.unchanged();
    }
    if (expect instanceof Expect.Absent || !StoredObject.holds(expect, version, version.token())) {
      return StoredObject.conflict(version.token());
    }
    object
        .without(id, nextState())
        .ifPresentOrElse(left -> objects.put(key, left), () -> objects.remove(key));
    return Outcome.deleted(Guard.ATOMIC);
  }

  /** Replaces the tags of one version where it stands. */
  synchronized Outcome writeTags(Key key, String id, Map<String, String> tags) {
    StoredObject object = objects.get(key);
    Stored version = object == null ? null : object.version(id).orElse(null);
    if (object == null || version == null || version.deleteMarker()) {
      return Outcome.conflict();
    }
    if (tags.size() > MAX_TAGS) {
      return Outcome.rejected(tooManyTags());
    }
    Version state = nextState();
    ObjectVersion changed = version.attributes().toBuilder().tags(Part.known(tags)).build();
    objects.put(key, object.replacing(new Stored(changed, version.content(), state), state));
    return Outcome.applied(state, Guard.ATOMIC);
  }

  /** Adds tags to one version where it stands, which leaves its state as it is. */
  synchronized Outcome addTags(BlobRef ref, Version pin, Map<String, String> tags) {
    Stored version = find(ref);
    StoredObject object = objects.get(ref.key());
    if (object == null || version == null || isOther(version, pin)) {
      return StoredObject.conflict(version == null ? null : version.token());
    }
    Map<String, String> wanted =
        new HashMap<>(version.attributes().tags().optional().orElse(Map.of()));
    wanted.putAll(tags);
    ObjectVersion tagged = version.attributes().toBuilder().tags(Part.known(wanted)).build();
    if (tagged.equals(version.attributes())) {
      return Outcome.unchanged();
    }
    if (wanted.size() > MAX_TAGS) {
      return Outcome.rejected(tooManyTags());
    }
    Stored changed = new Stored(tagged, version.content(), version.token());
    objects.put(ref.key(), object.replacing(changed, nextState()));
    return Outcome.applied(version.token(), Guard.ATOMIC);
  }

  /** Moves the latest version into another storage class; where versions are kept, as a copy. */
  synchronized Outcome move(Key key, Version pin, String storageClass) {
    Stored latest = find(BlobRef.latest(key));
    StoredObject object = objects.get(key);
    if (object == null || latest == null || latest.deleteMarker()) {
      return StoredObject.conflict(latest == null ? null : latest.token());
    }
    boolean there = latest.attributes().storageClass().orElse(STANDARD).equals(storageClass);
    boolean same = latest.token().equals(pin);
    if (there && (same || isCopy(object, latest, pin))) {
      return Outcome.unchanged();
    }
    if (!same) {
      return StoredObject.conflict(latest.token());
    }
    ObjectVersion moved = latest.attributes().toBuilder().storageClass(storageClass).build();
    boolean inPlace = versioning != Versioning.ON && latest.id().equals(ObjectVersion.NULL_VERSION);
    if (!inPlace) {
      return Outcome.applied(write(key, moved, latest.content()).token(), Guard.ATOMIC);
    }
    Stored changed = new Stored(moved, latest.content(), latest.token());
    objects.put(key, object.replacing(changed, nextState()));
    return Outcome.applied(latest.token(), Guard.ATOMIC);
  }

  /** Whether the latest version has the content of the one of that state. */
  private static boolean isCopy(StoredObject object, Stored latest, Version pin) {
    return object.versions().stream()
        .filter(version -> version.token().equals(pin))
        .anyMatch(version -> version.attributes().etag().equals(latest.attributes().etag()));
  }

  private static boolean isOther(Stored version, Version pin) {
    return version.deleteMarker() || !version.token().equals(pin);
  }

  /** What speaks against a put under an expectation, if anything. */
  synchronized Optional<Outcome> conflict(Key key, Expect expect) {
    StoredObject object = objects.get(key);
    Stored latest = object == null ? null : object.latest();
    Version token = latest == null ? null : latest.token();
    return StoredObject.holds(expect, latest, token)
        ? Optional.empty()
        : Optional.of(StoredObject.conflict(token));
  }

  /** A version, the latest unless one is named; null when there is none. */
  @Nullable Stored find(BlobRef ref) {
    StoredObject object = objects.get(ref.key());
    if (object == null) {
      return null;
    }
    return ref.versionId().isEmpty()
        ? object.latest()
        : object.version(ref.versionId().get()).orElse(null);
  }

  private Stored marker() {
    Version state = nextState();
    ObjectVersion marker =
        ObjectVersion.builder()
            .versionId(newVersionId())
            .deleteMarker()
            .lastModified(clock.instant())
            .build();
    return new Stored(marker, new byte[0], state);
  }

  private Version nextState() {
    sequence++;
    return new Version("s" + sequence);
  }

  private String newVersionId() {
    return versioning == Versioning.ON ? "v" + sequence : ObjectVersion.NULL_VERSION;
  }

  private static <T> Part<T> known(Part<T> given, T otherwise) {
    return Part.known(given.optional().orElse(otherwise));
  }

  private static SyncException tooManyTags() {
    return SyncException.invalid("an object has at most " + MAX_TAGS + " tags");
  }
}
