package dev.chirograph.memory;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.Version;
import dev.chirograph.memory.StoredObject.Stored;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.StoreCapabilities;
import dev.chirograph.spi.SupportsCopy;
import dev.chirograph.spi.relocate.ArchiveRule;
import dev.chirograph.spi.relocate.SupportsArchive;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A bucket in memory, with versions or without, as S3 keeps them: for a quick start, for a host's
 * own tests, and as the reference of what {@link BlobStore} asks for.
 *
 * <p>With {@link Versioning#ON} every put adds a version and deleting adds a delete marker. With
 * {@link Versioning#SUSPENDED} both replace the version {@link ObjectVersion#NULL_VERSION} and
 * leave the others. Entity tags are MD5 sums in hexadecimal. Expectations are guarded atomically; a
 * delete marker on top satisfies the expectation that nothing is there, as in S3.
 *
 * <p>Safe for use by several threads. Contents are held in memory whole.
 */
public final class MemoryBlobStore implements BlobStore, SupportsCopy, SupportsArchive {

  /** What becomes of the state that a put or a delete replaces. */
  public enum Versioning {
    /** It is gone. */
    OFF,
    /** It stays as an older version. */
    ON,
    /** It stays, unless it was written while versions were not kept. */
    SUSPENDED
  }

  private static final String RESUME = "at:";

  private final String name;
  private final long copyStepBytes;
  private final StoredObjects objects;

  private MemoryBlobStore(Builder builder) {
    this.name = builder.name;
    this.copyStepBytes = builder.copyStepBytes;
    this.objects =
        new StoredObjects(builder.clock, builder.versioned ? Versioning.ON : Versioning.OFF);
  }

  /** An empty bucket without versions. */
  public static MemoryBlobStore of(String name) {
    return builder(name).build();
  }

  /** A builder of an empty bucket without versions, on the system's clock. */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public StoreCapabilities capabilities() {
    return asReplica().capabilities();
  }

  @Override
  public Observation<ObjectVersion> head(BlobRef ref) {
    Stored version = objects.find(ref);
    if (version == null) {
      return Observation.absent();
    }
    return version.deleteMarker()
        ? Observation.deleted(version.token(), version.attributes())
        : Observation.present(
            version.attributes(), version.token(), ObjectState.of(version.attributes()).evidence());
  }

  @Override
  public InputStream open(BlobRef ref, long from, Expect expect) {
    Stored version = objects.find(ref);
    if (version == null || version.deleteMarker()) {
      throw new SyncException(
          Kind.NOT_FOUND,
          "cannot open " + name(ref) + (version == null ? ": no such object" : ": it is deleted"));
    }
    if (!StoredObject.holds(expect, version, version.token())) {
      throw new SyncException(
          Kind.CONFLICT,
          "cannot open " + name(ref) + ": expected " + expect + ", found " + version.token());
    }
    byte[] content = version.content();
    if (from < 0 || from > content.length) {
      throw SyncException.invalid(
          "cannot open " + name(ref) + " at " + from + ": it has " + content.length + " bytes");
    }
    return new ByteArrayInputStream(content, (int) from, content.length - (int) from);
  }

  @Override
  public Outcome put(Key key, ObjectVersion attributes, Content content, Expect expect) {
    if (key.isEmpty()) {
      return Outcome.rejected(Batches.emptyKey());
    }
    Optional<Outcome> conflict = objects.conflict(key, expect);
    if (conflict.isPresent()) {
      return conflict.get();
    }
    byte[] bytes;
    try {
      bytes = Contents.read(attributes.size(), content, name + "/" + key);
    } catch (SyncException e) {
      return Outcome.rejected(e);
    }
    return objects.put(key, attributes, bytes, expect);
  }

  @Override
  public Outcome delete(BlobRef ref, Expect expect) {
    return ref.versionId().isPresent()
        ? objects.deleteVersion(ref.key(), ref.versionId().get(), expect)
        : objects.deleteLatest(ref.key(), expect, (object, latest) -> latest.token());
  }

  @Override
  public boolean copiesFrom(BlobStore source) {
    return source instanceof MemoryBlobStore;
  }

  @Override
  public Step copy(
      BlobStore source,
      BlobRef from,
      Version pin,
      ObjectVersion attributes,
      Key to,
      Expect expect,
      Optional<String> resume) {
    if (!(source instanceof MemoryBlobStore other)) {
      return new Finished(
          Outcome.rejected(
              new SyncException(
                  Kind.UNSUPPORTED,
                  "a memory store copies only from its like, not from " + source.name())));
    }
    Stored version = other.objects.find(from);
    if (version == null || version.deleteMarker() || !version.token().equals(pin)) {
      return new Finished(StoredObject.conflict(version == null ? null : version.token()));
    }
    return copy(version, carried(attributes, version.attributes()), to, expect, resume);
  }

  private Step copy(
      Stored version, ObjectVersion attributes, Key to, Expect expect, Optional<String> resume) {
    Optional<Outcome> conflict = to.isEmpty() ? Optional.empty() : objects.conflict(to, expect);
    if (conflict.isPresent()) {
      return new Finished(conflict.get());
    }
    long done = resume.map(MemoryBlobStore::offset).orElse(0L);
    if (to.isEmpty() || done < 0 || done > version.content().length) {
      return new Finished(
          Outcome.rejected(
              SyncException.invalid(
                  "cannot copy to "
                      + name
                      + "/"
                      + to
                      + " going on at '"
                      + resume.orElse("")
                      + "'")));
    }
    if (version.content().length - done > copyStepBytes) {
      return new Going(RESUME + (done + copyStepBytes));
    }
    return new Finished(objects.put(to, attributes, version.content(), expect));
  }

  /** Nothing is held between two steps, so there is nothing to free. */
  @Override
  public void abandon(Key to, String resume) {
    Objects.requireNonNull(to, "to");
    Objects.requireNonNull(resume, "resume");
  }

  /**
   * {@inheritDoc}
   *
   * <p>As in S3 tags leave the state as it is, and where versions are kept another storage class
   * makes a new version; a version that is not the latest any more stays in its class.
   */
  @Override
  public Outcome archive(BlobRef ref, Version pin, ArchiveRule rule) {
    if (rule instanceof ArchiveRule.Tag tag) {
      return objects.addTags(ref, pin, tag.tags());
    }
    return rule instanceof ArchiveRule.StorageClass storageClass
        ? objects.move(ref.key(), pin, storageClass.name())
        : Outcome.rejected(
            SyncException.invalid(
                "archiving means tags or a storage class, not "
                    + rule
                    + ": delete, or leave alone"));
  }

  /** What a copy carries: the parts that are given, and those of the source for the rest. */
  private static ObjectVersion carried(ObjectVersion given, ObjectVersion source) {
    return source.toBuilder()
        .storageClass(given.storageClass().or(source::storageClass).orElse(null))
        .contentType(given.contentType().orStored(source.contentType()))
        .metadata(given.metadata().orStored(source.metadata()))
        .tags(given.tags().orStored(source.tags()))
        .build();
  }

  private static long offset(String resume) {
    try {
      return resume.startsWith(RESUME) ? Long.parseLong(resume.substring(RESUME.length())) : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** Puts bytes with default attributes, whatever is there; answers the version id. */
  public String put(Key key, byte[] content) {
    return put(key, ObjectVersion.builder().build(), content);
  }

  /**
   * Puts bytes, whatever is there; answers the version id.
   *
   * @param attributes content type, metadata, tags and storage class; the rest is not looked at
   * @throws SyncException of kind INVALID_ARGUMENT for the empty key and for more than ten tags
   */
  public String put(Key key, ObjectVersion attributes, byte[] content) {
    if (key.isEmpty()) {
      throw Batches.emptyKey();
    }
    return objects.write(key, attributes, content.clone()).id();
  }

  /** The bytes of an object; empty when there is none or it is deleted. */
  public Optional<byte[]> content(Key key) {
    Stored latest = objects.find(BlobRef.latest(key));
    return latest == null || latest.deleteMarker()
        ? Optional.empty()
        : Optional.of(latest.content().clone());
  }

  /** All versions of an object with its delete markers, newest first; empty when there is none. */
  public List<ObjectVersion> versions(Key key) {
    StoredObject object = objects.all().get(key);
    return object == null ? List.of() : object.versions().stream().map(Stored::attributes).toList();
  }

  /** Whether versions are kept now. */
  public Versioning versioning() {
    return objects.versioning();
  }

  /**
   * Begins or suspends keeping versions. What is there stays as it is.
   *
   * @throws SyncException of kind INVALID_ARGUMENT for {@link Versioning#OFF} once it was on: as in
   *     S3 there is no way back
   */
  public void versioning(Versioning wanted) {
    if (!objects.versioning(wanted)) {
      throw SyncException.invalid(
          "the bucket " + name + " has versions; they can only be suspended");
    }
  }

  /** This bucket as a store of object states, to be brought into agreement with a catalogue. */
  public MemoryBucket asReplica() {
    return new MemoryBucket(this, versioning());
  }

  /** What the bucket holds. */
  StoredObjects objects() {
    return objects;
  }

  private String name(BlobRef ref) {
    return name + "/" + ref.key() + ref.versionId().map(id -> " version " + id).orElse("");
  }

  /** Says what a bucket is like. Not safe for use by several threads. */
  public static final class Builder {
    private final String name;
    private InstantSource clock = InstantSource.system();
    private long copyStepBytes = Long.MAX_VALUE;
    private boolean versioned;

    private Builder(String name) {
      this.name = Objects.requireNonNull(name, "name");
    }

    /** Versions are kept from the beginning. */
    public Builder versioned() {
      this.versioned = true;
      return this;
    }

    /** Where the times of last change come from. */
    public Builder clock(InstantSource source) {
      this.clock = Objects.requireNonNull(source, "source");
      return this;
    }

    /** How many bytes one step of a copy moves, all by default; at least 1. */
    public Builder copyStepBytes(long bytes) {
      if (bytes < 1) {
        throw SyncException.invalid("copyStepBytes must be at least 1, not " + bytes);
      }
      this.copyStepBytes = bytes;
      return this;
    }

    /** An empty bucket. */
    public MemoryBlobStore build() {
      return new MemoryBlobStore(this);
    }
  }
}
