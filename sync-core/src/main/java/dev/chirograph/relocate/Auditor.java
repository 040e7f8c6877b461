package dev.chirograph.relocate;

import dev.chirograph.CloseableIterator;
import dev.chirograph.Entry;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.SyncException;
import dev.chirograph.spi.Source;
import dev.chirograph.spi.relocate.BlobStores;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Handles;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Placements;
import dev.chirograph.spi.relocate.SupportsAudit;
import dev.chirograph.spi.relocate.Vacated;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Merges the handles that refer to a bucket with its listing. What seems wrong is looked at afresh
 * before it is told: handles and objects come and go while they are read.
 */
final class Auditor {

  private final Handles handles;
  private final Placements placements;
  private final BlobStores stores;
  private final Throttle throttle;
  private final Sample sample;
  private final Consumer<Finding> each;
  private final Map<Finding.Kind, Long> counts = new EnumMap<>(Finding.Kind.class);
  private final List<Finding> findings = new ArrayList<>();
  private long handlesSeen;
  private long objectsSeen;
  private long bytes;

  /**
   * @param each is told of every finding
   */
  Auditor(
      Handles handles,
      Placements placements,
      BlobStores stores,
      Throttle throttle,
      Sample sample,
      Consumer<Finding> each) {
    this.handles = handles;
    this.placements = placements;
    this.stores = stores;
    this.throttle = throttle;
    this.sample = sample;
    this.each = each;
  }

  AuditReport audit(String bucket, SupportsAudit ordered, Source<?> objects) {
    Listing listing = objects.list(KeyRange.all());
    try (listing;
        CloseableIterator<FileHandle> rows = ordered.in(bucket, KeyRange.all())) {
      FileHandle handle = next(rows);
      Entry entry = next(listing);
      while (handle != null || entry != null) {
        Key key = first(handle, entry);
        boolean listed = entry != null && entry.key().equals(key);
        boolean ended = entry == null && listing.end() != Listing.End.COMPLETE;
        boolean referred = false;
        while (handle != null && handle.at().key().equals(key)) {
          referred = true;
          seen(handle, listed ? entry : null, listed || ended);
          handle = next(rows);
        }
        if (listed) {
          objectsSeen++;
          if (!referred) {
            unreferred(Location.latest(bucket, key));
          }
          entry = next(listing);
        }
      }
      boolean complete = listing.end() == Listing.End.COMPLETE;
      return new AuditReport(
          bucket, handlesSeen, objectsSeen, bytes, sample.size(), complete, counts, findings);
    }
  }

  private static <T> @Nullable T next(CloseableIterator<T> from) {
    return from.hasNext() ? from.next() : null;
  }

  /** Tombstones are no objects. */
  private static @Nullable Entry next(Listing listing) {
    while (listing.hasNext()) {
      Entry entry = listing.next();
      if (!entry.tombstone()) {
        return entry;
      }
    }
    return null;
  }

  private static Key first(@Nullable FileHandle handle, @Nullable Entry entry) {
    if (handle == null || entry == null) {
      return handle != null ? handle.at().key() : Objects.requireNonNull(entry).key();
    }
    return handle.at().key().compareTo(entry.key()) <= 0 ? handle.at().key() : entry.key();
  }

  private void seen(FileHandle handle, @Nullable Entry entry, boolean there) {
    handlesSeen++;
    bytes += handle.size().orElse(0);
    boolean sized =
        entry == null
            || handle.at().versionId().isPresent()
            || handle.size().isEmpty()
            || entry.evidence().size().isEmpty()
            || entry.evidence().size().getAsLong() == handle.size().getAsLong();
    boolean listed =
        entry == null
            || handle.at().versionId().isEmpty()
            || handle.at().versionId().equals(entry.evidence().versionId());
    if (!(there && sized && listed) && !isSound(handle)) {
      return;
    }
    reread(handle);
    if (placements
        .placementFor(handle.owner())
        .filter(placement -> !placement.holds(handle.at()))
        .isPresent()) {
      tell(Finding.Kind.MISPLACED, handle.at(), Optional.of(handle.id()), "waits to be moved");
    }
  }

  /** Looks again, at the handle first: it may have moved on. */
  private boolean isSound(FileHandle read) {
    Optional<FileHandle> now =
        handles.find(List.of(read.id())).get(0).filter(one -> one.at().equals(read.at()));
    if (now.isEmpty()) {
      return false;
    }
    FileHandle handle = now.get();
    Optional<Key> id = Optional.of(handle.id());
    Observation<ObjectVersion> seen = look(handle.at());
    if (seen instanceof Observation.Unknown<ObjectVersion> unknown) {
      tell(Finding.Kind.UNKNOWN, handle.at(), id, unknown.why().summary());
    } else if (!(seen instanceof Observation.Present<ObjectVersion> present)) {
      tell(Finding.Kind.DANGLING, handle.at(), id, "there is no such object");
    } else if (handle.size().isPresent() && handle.size().getAsLong() != present.value().size()) {
      tell(
          Finding.Kind.DIFFERENT,
          handle.at(),
          id,
          "the handle says "
              + handle.size().getAsLong()
              + " bytes, the object has "
              + present.value().size());
    } else {
      return true;
    }
    return false;
  }

  /** No faster than the bucket bears; what cannot be found out is unknown. */
  private Observation<ObjectVersion> look(Location at) {
    try {
      return throttle.look(at, () -> stores.open(at.bucket()).head(at.ref()));
    } catch (SyncException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      return Observation.unknown(e);
    }
  }

  private void reread(FileHandle read) {
    Optional<Sample.Trouble> trouble = sample.reread(read);
    // Whoever writes object and handle anew meanwhile has given the handle another etag.
    if (trouble.isPresent()
        && handles.find(List.of(read.id())).get(0).filter(read::equals).isPresent()) {
      Optional<Key> id = Optional.of(read.id());
      tell(trouble.get().kind(), read.at(), id, trouble.get().detail());
    }
  }

  private void unreferred(Location at) {
    if (!handles.sharing(at, Optional.empty(), 1).isEmpty()) {
      return;
    }
    if (handles.vacated().states(List.of(at)).get(0) != Vacated.State.UNKNOWN
        && !cameToNothing(at)) {
      tell(Finding.Kind.LEFT_BEHIND, at, Optional.empty(), "was moved elsewhere");
      return;
    }
    Observation<ObjectVersion> seen = look(at);
    if (seen instanceof Observation.Unknown<ObjectVersion> unknown) {
      tell(Finding.Kind.UNKNOWN, at, Optional.empty(), unknown.why().summary());
    } else if (seen instanceof Observation.Present<ObjectVersion> present) {
      boolean copy = Stamp.isCopy(present.value(), at);
      tell(
          copy ? Finding.Kind.LEFTOVER : Finding.Kind.ORPHAN,
          at,
          Optional.empty(),
          "no handle refers to it, written " + present.value().lastModified());
    }
  }

  /** No handle was ever there, and none will be: what is there came too late to be removed. */
  private boolean cameToNothing(Location at) {
    return handles
        .vacated()
        .find(at)
        .filter(known -> known.retired() && known.pin().isEmpty())
        .isPresent();
  }

  private void tell(Finding.Kind kind, Location at, Optional<Key> handle, String detail) {
    counts.merge(kind, 1L, Long::sum);
    Finding finding = new Finding(kind, at, handle, detail);
    if (findings.size() < AuditReport.MOST) {
      findings.add(finding);
    }
    each.accept(finding);
  }
}
