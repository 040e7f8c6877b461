package dev.chirograph.memory;

import dev.chirograph.CloseableIterator;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.Version;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Handles;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Placement;
import dev.chirograph.spi.relocate.SupportsAudit;
import dev.chirograph.spi.relocate.Vacated;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * File handles in memory: for a quick start, for a host's own tests, and as the reference of what
 * {@link Handles} asks for.
 *
 * <p>Safe for use by several threads.
 */
public final class MemoryHandles implements Handles, SupportsAudit {

  private final Map<Key, FileHandle> handles = new TreeMap<>();
  private final NavigableMap<Location, Left> left =
      new TreeMap<>(
          Comparator.comparing(Location::bucket)
              .thenComparing(Location::key)
              .thenComparing(at -> at.versionId().orElse("")));
  private final Set<String> movable;
  private final InstantSource clock;
  private long etags;

  /** A location that was left. */
  private record Left(@Nullable Version pin, Instant since, Stage stage) {}

  private enum Stage {
    LEFT,
    RETIRED,
    CLEARED
  }

  private MemoryHandles(Set<String> movable, InstantSource clock) {
    this.movable = Set.copyOf(movable);
    this.clock = Objects.requireNonNull(clock, "clock");
  }

  /**
   * No handles yet.
   *
   * @param movable the buckets out of which files may be moved
   */
  public static MemoryHandles of(Set<String> movable) {
    return new MemoryHandles(movable, InstantSource.system());
  }

  /** The same, whose times come from a clock. */
  public MemoryHandles withClock(InstantSource source) {
    return new MemoryHandles(movable, source);
  }

  // ---- what a host does

  /**
   * Adds a handle, or replaces it; it gets a new etag.
   *
   * @throws SyncException CONFLICT when its location is retired
   */
  public synchronized FileHandle put(FileHandle handle) {
    if (isRetired(handle.at())) {
      throw new SyncException(
          SyncException.Kind.CONFLICT,
          "the handle " + handle.id() + " cannot refer to " + handle.at() + ", which is retired");
    }
    FileHandle put = handle.withEtag(etag());
    handles.put(put.id(), put);
    return put;
  }

  /** Removes a handle. */
  public synchronized void remove(Key id) {
    handles.remove(id);
  }

  /** All handles, in the order of their ids. */
  public synchronized List<FileHandle> all() {
    return List.copyOf(handles.values());
  }

  private Version etag() {
    return new Version("e" + ++etags);
  }

  // ---- what relocation asks for

  @Override
  public synchronized List<FileHandle> misplaced(
      Placement placement, Optional<Key> after, int limit) {
    return behind(after)
        .filter(handle -> handle.owner().equals(placement.owner()))
        .filter(this::isMovable)
        .filter(handle -> !placement.holds(handle.at()))
        .limit(limit)
        .toList();
  }

  @Override
  public boolean isMovable(FileHandle handle) {
    return movable.contains(handle.at().bucket());
  }

  private Stream<FileHandle> behind(Optional<Key> after) {
    return handles.values().stream()
        .filter(handle -> after.isEmpty() || handle.id().compareTo(after.get()) > 0);
  }

  @Override
  public synchronized List<Optional<FileHandle>> find(List<Key> ids) {
    return ids.stream().map(id -> Optional.ofNullable(handles.get(id))).toList();
  }

  @Override
  public synchronized List<FileHandle> sharing(Location at, Optional<Key> after, int limit) {
    return behind(after).filter(handle -> handle.at().isSame(at)).limit(limit).toList();
  }

  @Override
  public synchronized List<Outcome> repoint(Switch change) {
    List<Outcome> outcomes = new ArrayList<>();
    boolean retired = isRetired(change.to());
    for (FileHandle expected : change.handles()) {
      FileHandle now = handles.get(expected.id());
      if (retired
          || now == null
          || !now.etag().equals(expected.etag())
          || !now.at().equals(change.from())) {
        outcomes.add(now == null ? Outcome.conflict() : Outcome.conflict(now.etag()));
        continue;
      }
      FileHandle moved = now.withEtag(etag()).movedTo(change.to());
      handles.put(moved.id(), moved);
      needed(change.to());
      leave(change.from(), change.pin());
      outcomes.add(Outcome.applied(moved.etag(), Guard.ATOMIC));
    }
    return outcomes;
  }

  /** It is referred to again. */
  private void needed(Location at) {
    left.computeIfPresent(at, (same, known) -> known.stage() == Stage.LEFT ? null : known);
  }

  private void leave(Location at, Version pin) {
    left.compute(
        at,
        (same, known) ->
            known == null || known.stage() == Stage.LEFT
                ? new Left(pin, clock.instant(), Stage.LEFT)
                : known);
  }

  @Override
  public synchronized CloseableIterator<FileHandle> in(String bucket, KeyRange keys) {
    return new MemoryIterator<>(
        handles.values().stream()
            .filter(handle -> handle.at().bucket().equals(bucket))
            .filter(handle -> keys.contains(handle.at().key()))
            .sorted(Comparator.comparing(handle -> handle.at().key()))
            .toList()
            .iterator());
  }

  private boolean isRetired(Location at) {
    return state(at) == Vacated.State.RETIRED;
  }

  /** What is known of it, or of one that counts as the same. */
  private Vacated.State state(Location at) {
    return left.tailMap(Location.latest(at.bucket(), at.key()), true).entrySet().stream()
        .takeWhile(one -> one.getKey().bucket().equals(at.bucket()))
        .takeWhile(one -> one.getKey().key().equals(at.key()))
        .filter(one -> one.getKey().isSame(at))
        .map(one -> one.getValue().stage())
        .map(known -> known == Stage.LEFT ? Vacated.State.LEFT : Vacated.State.RETIRED)
        .max(Comparator.naturalOrder())
        .orElse(Vacated.State.UNKNOWN);
  }

  @Override
  public Vacated vacated() {
    return new Vacated() {
      @Override
      public List<Vacancy> pending(Optional<Location> after, int limit) {
        return MemoryHandles.this.pending(after, limit);
      }

      @Override
      public boolean retire(Location at) {
        return MemoryHandles.this.retire(at);
      }

      @Override
      public List<State> states(List<Location> locations) {
        synchronized (MemoryHandles.this) {
          return locations.stream().map(MemoryHandles.this::state).toList();
        }
      }

      @Override
      public Optional<Vacancy> find(Location at) {
        synchronized (MemoryHandles.this) {
          return Optional.ofNullable(left.get(at)).map(one -> vacancy(at, one));
        }
      }

      @Override
      public void cleared(Location at) {
        MemoryHandles.this.cleared(at);
      }
    };
  }

  private synchronized List<Vacated.Vacancy> pending(Optional<Location> after, int limit) {
    List<Vacated.Vacancy> pending = new ArrayList<>();
    Map<Location, Left> rest = after.isEmpty() ? left : left.tailMap(after.get(), false);
    for (Map.Entry<Location, Left> entry : rest.entrySet()) {
      Left one = entry.getValue();
      if (one.stage() != Stage.CLEARED && pending.size() < limit) {
        pending.add(vacancy(entry.getKey(), one));
      }
    }
    return pending;
  }

  private Vacated.Vacancy vacancy(Location at, Left one) {
    return new Vacated.Vacancy(
        at,
        Optional.ofNullable(one.pin()),
        Duration.between(one.since(), clock.instant()),
        one.stage() != Stage.LEFT);
  }

  private synchronized boolean retire(Location at) {
    Left known = left.get(at);
    if (known != null && known.stage() != Stage.LEFT) {
      return true;
    }
    if (handles.values().stream().anyMatch(handle -> handle.at().isSame(at))) {
      left.remove(at);
      return false;
    }
    left.put(
        at,
        known == null
            ? new Left(null, clock.instant(), Stage.RETIRED)
            : new Left(known.pin(), known.since(), Stage.RETIRED));
    return true;
  }

  private synchronized void cleared(Location at) {
    left.computeIfPresent(
        at,
        (same, known) ->
            known.stage() == Stage.RETIRED
                ? new Left(known.pin(), known.since(), Stage.CLEARED)
                : known);
  }
}
