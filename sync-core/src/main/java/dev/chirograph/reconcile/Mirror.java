package dev.chirograph.reconcile;

import dev.chirograph.Change;
import dev.chirograph.Entry;
import dev.chirograph.Evidence;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.Mergeable;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.SyncException;
import dev.chirograph.Version;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.Replica;
import dev.chirograph.spi.Source;
import dev.chirograph.spi.StoreCapabilities;
import dev.chirograph.spi.SupportsCopy;
import dev.chirograph.spi.SupportsSplit;
import dev.chirograph.spi.SupportsSteps;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The two sides of bucket → bucket: what is missing or different is copied, what is extra is
 * deleted.
 *
 * <pre>{@code
 * var mirror = Mirror.of(sourceBucket, sourceBlobs, targetBucket, targetBlobs);
 * Reconciler.builder("mirror", mirror.source(), mirror.replica()).build().sync(Scope.all());
 * }</pre>
 *
 * <p>Only latest versions take part. Content, content type, user metadata, tags and storage class
 * are copied. The entity tag of a copy may differ from that of its original (parts, encryption), so
 * each copy carries the original's in its metadata under {@value #ORIGIN}; listings alone prove
 * equality only where the entity tags agree, otherwise the copy is looked at once a run.
 *
 * <p>A store that can copy from the source by itself is asked to ({@link SupportsCopy}); otherwise
 * the bytes are streamed in bounded memory. A copy in steps is kept with its job and goes on there
 * after a failure or a crash, also when a job is replayed that had failed for good; one that is
 * given up, or that is no longer due, is abandoned. What the target refuses to abandon is told and
 * left, and what a job that was dropped had begun is left too: it stays in the target until its
 * unfinished uploads expire or are aborted. Safe for use by several threads.
 */
public final class Mirror {

  /** The metadata name under which a copy keeps the entity tag of its original. */
  public static final String ORIGIN = "chirograph-origin";

  private final Source<?> sourceListing;
  private final BlobStore from;
  private final Source<?> targetListing;
  private final BlobStore to;

  private Mirror(Source<?> sourceListing, BlobStore from, Source<?> targetListing, BlobStore to) {
    this.sourceListing = Objects.requireNonNull(sourceListing, "sourceListing");
    this.from = Objects.requireNonNull(from, "from");
    this.targetListing = Objects.requireNonNull(targetListing, "targetListing");
    this.to = Objects.requireNonNull(to, "to");
  }

  /**
   * A mirror.
   *
   * @param sourceListing lists the bucket that is right
   * @param from reads it
   * @param targetListing lists the bucket that is brought into agreement
   * @param to writes it
   */
  public static Mirror of(
      Source<ObjectState> sourceListing,
      BlobStore from,
      Source<ObjectState> targetListing,
      BlobStore to) {
    return new Mirror(sourceListing, from, targetListing, to);
  }

  /** The bucket that is right, as a source of what is to be copied. */
  public Source<Original> source() {
    return sourceListing instanceof SupportsSplit splittable
        ? new SplittableSide(sourceListing, from, splittable)
        : new Side(sourceListing, from);
  }

  /** The bucket that is brought into agreement. */
  public Replica<Original> replica() {
    return new Target();
  }

  /**
   * What is compared and copied of an object.
   *
   * @param origin the entity tag of the original
   * @param pin the state that was seen, to be copied and no other
   * @param attributes everything but the content; its metadata is without {@link #ORIGIN}
   */
  public record Original(String origin, Version pin, ObjectVersion attributes)
      implements Mergeable<Original> {

    @Override
    public Merged<Original> onto(Optional<Original> stored) {
      List<SyncException> unread = new ArrayList<>();
      attributes.contentType().trouble().ifPresent(unread::add);
      attributes.metadata().trouble().ifPresent(unread::add);
      attributes.tags().trouble().ifPresent(unread::add);
      stored.flatMap(copy -> copy.attributes.contentType().trouble()).ifPresent(unread::add);
      stored.flatMap(copy -> copy.attributes.metadata().trouble()).ifPresent(unread::add);
      stored.flatMap(copy -> copy.attributes.tags().trouble()).ifPresent(unread::add);
      // A copy replaces the whole, so nothing is copied while a part of the original is not known.
      boolean changed = unread.isEmpty() && stored.filter(this::same).isEmpty();
      return new Merged<>(this, changed, unread);
    }

    private boolean same(Original copy) {
      return origin.equals(copy.origin)
          && attributes.size() == copy.attributes.size()
          && agree(attributes.contentType(), copy.attributes.contentType())
          && agree(attributes.metadata(), copy.attributes.metadata())
          && agree(attributes.tags(), copy.attributes.tags());
    }

    private static <T> boolean agree(Part<T> original, Part<T> copy) {
      return original.optional().isEmpty()
          || copy.optional().isEmpty()
          || original.optional().equals(copy.optional());
    }
  }

  /** One bucket, looked at. */
  private static class Side implements Source<Original> {
    private final Source<?> listing;
    private final BlobStore blobs;

    Side(Source<?> listing, BlobStore blobs) {
      this.listing = listing;
      this.blobs = blobs;
    }

    @Override
    public StoreCapabilities capabilities() {
      StoreCapabilities blob = blobs.capabilities();
      StoreCapabilities.Builder own =
          StoreCapabilities.builder()
              .puts(blob.puts())
              .deletes(blob.deletes())
              .maxBatch(1)
              .evidence(EnumSet.of(Evidence.Fact.ETAG, Evidence.Fact.SIZE));
      if (listing.capabilities().ordered()) {
        own.ordered();
      }
      if (blob.deletesUndoable()) {
        own.deletesUndoable();
      }
      return own.build();
    }

    @Override
    public Listing list(KeyRange range) {
      return new WithoutTombstones(listing.list(range));
    }

    @Override
    public List<Observation<Original>> observe(List<Key> keys) {
      return keys.stream().map(this::observe).toList();
    }

    private Observation<Original> observe(Key key) {
      Observation<ObjectVersion> seen = blobs.head(BlobRef.latest(key));
      if (seen instanceof Observation.Present<ObjectVersion> present) {
        return Observation.present(
            original(present.value(), present.version()), present.version(), present.evidence());
      }
      if (seen instanceof Observation.Unknown<ObjectVersion> unknown) {
        return Observation.unknown(unknown.why());
      }
      return Observation.absent(); // a delete marker on top: for a mirror there is nothing
    }

    private Original original(ObjectVersion seen, Version pin) {
      Map<String, String> metadata = seen.metadata().optional().orElse(Map.of());
      if (!metadata.containsKey(ORIGIN)) {
        return new Original(seen.etag(), pin, seen);
      }
      Map<String, String> own = new HashMap<>(metadata);
      String origin = own.remove(ORIGIN);
      return new Original(
          isCopy() && origin != null ? origin : seen.etag(),
          pin,
          seen.toBuilder().metadata(Part.known(own)).build());
    }

    /** Whether the objects here are copies, which name their originals. */
    boolean isCopy() {
      return false;
    }

    @Override
    public String toString() {
      return blobs.name();
    }
  }

  private static final class SplittableSide extends Side implements SupportsSplit {
    private final SupportsSplit splittable;

    SplittableSide(Source<?> listing, BlobStore blobs, SupportsSplit splittable) {
      super(listing, blobs);
      this.splittable = splittable;
    }

    @Override
    public Optional<Key> split(KeyRange range) {
      return splittable.split(range);
    }
  }

  private final class Target extends Side implements Replica<Original>, SupportsSteps<Original> {

    Target() {
      super(targetListing, to);
    }

    @Override
    boolean isCopy() {
      return true;
    }

    @Override
    public List<Outcome> apply(List<Change<Original>> changes) {
      return changes.stream().map(change -> apply(change, Unkept.PROGRESS)).toList();
    }

    @Override
    public Outcome apply(Change<Original> change, Progress progress) {
      try {
        Optional<SteppedCopy> stepped = stepped(change.key(), progress);
        if (change instanceof Change.Put<Original> put) {
          return copy(put.key(), put.value(), put.expect(), stepped);
        }
        if (stepped.isPresent() && !stepped.get().forget()) {
          return Outcome.rejected(stepped.get().stopped());
        }
        return to.delete(BlobRef.latest(change.key()), change.expect());
      } catch (SyncException e) {
        return e.kind() == SyncException.Kind.CONFLICT ? Outcome.conflict() : Outcome.rejected(e);
      }
    }

    @Override
    public void abandon(Key key, Progress progress) {
      stepped(key, progress).ifPresent(SteppedCopy::forget);
    }

    /** Copies that the target makes by itself; empty: the bytes have to pass through here. */
    private Optional<SteppedCopy> stepped(Key key, Progress progress) {
      return to instanceof SupportsCopy copier && copier.copiesFrom(from)
          ? Optional.of(new SteppedCopy(from, copier, key, progress))
          : Optional.empty();
    }

    private Outcome copy(Key key, Original original, Expect expect, Optional<SteppedCopy> stepped) {
      ObjectVersion attributes = stamped(original);
      if (stepped.isPresent()) {
        return stepped.get().run(original.pin(), attributes, expect);
      }
      return to.put(key, attributes, () -> opened(key, original.pin()), expect);
    }

    /**
     * One that is gone since it was looked at is as one that has changed: it is looked at again.
     */
    private InputStream opened(Key key, Version pin) {
      try {
        return from.open(BlobRef.latest(key), 0, Expect.at(pin));
      } catch (SyncException e) {
        throw e.kind() == SyncException.Kind.NOT_FOUND
            ? new SyncException(SyncException.Kind.CONFLICT, String.valueOf(e.getMessage()), e)
            : e;
      }
    }

    private static ObjectVersion stamped(Original original) {
      Map<String, String> metadata =
          new HashMap<>(original.attributes().metadata().optional().orElse(Map.of()));
      metadata.put(ORIGIN, original.origin());
      return original.attributes().toBuilder().metadata(Part.known(metadata)).build();
    }
  }

  /** A listing without the items that are deleted: for a mirror they are not there. */
  private static final class WithoutTombstones implements Listing {
    private final Listing all;
    private @Nullable Entry ahead;

    WithoutTombstones(Listing all) {
      this.all = all;
    }

    @Override
    public boolean hasNext() {
      while (ahead == null && all.hasNext()) {
        Entry entry = all.next();
        ahead = entry.tombstone() ? null : entry;
      }
      return ahead != null;
    }

    @Override
    public Entry next() {
      if (!hasNext() || ahead == null) {
        throw new NoSuchElementException();
      }
      Entry entry = ahead;
      ahead = null;
      return entry;
    }

    @Override
    public End end() {
      return all.end();
    }

    @Override
    public Optional<SyncException> why() {
      return all.why();
    }

    @Override
    public void close() {
      all.close();
    }
  }
}
