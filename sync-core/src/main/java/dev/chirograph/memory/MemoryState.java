package dev.chirograph.memory;

import dev.chirograph.Change;
import dev.chirograph.CloseableIterator;
import dev.chirograph.Expect;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.Version;
import dev.chirograph.spi.StateStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The records of one tenant in the memory of one process. {@link MemoryBackend#state} makes it.
 *
 * <p>It keeps every guarantee of {@link StateStore} but that a crash leaves anything. Scans see
 * records that are added or removed meanwhile, or not. Safe for use by several threads.
 */
public final class MemoryState implements StateStore {

  private static final int MAX_VALUE_BYTES = 1 << 20;
  private static final int MAX_SPACE_LENGTH = 100;

  private final Map<String, ConcurrentNavigableMap<Key, Stored>> spaces = new ConcurrentHashMap<>();
  private final AtomicLong versions;

  MemoryState(AtomicLong versions) {
    this.versions = versions;
  }

  @Override
  public int maxValueBytes() {
    return MAX_VALUE_BYTES;
  }

  @Override
  public List<Optional<Stored>> read(String space, List<Key> keys) {
    ConcurrentNavigableMap<Key, Stored> records = records(space);
    List<Optional<Stored>> found = new ArrayList<>(keys.size());
    for (Key key : keys) {
      found.add(Optional.ofNullable(records.get(key)).map(MemoryState::copy));
    }
    return found;
  }

  @Override
  public List<Outcome> write(String space, List<Change<byte[]>> changes) {
    ConcurrentNavigableMap<Key, Stored> records = records(space);
    checkKeys(space, changes);
    List<Outcome> outcomes = new ArrayList<>(changes.size());
    for (Change<byte[]> change : changes) {
      outcomes.add(write(space, records, change));
    }
    return outcomes;
  }

  @Override
  public CloseableIterator<Stored> scan(String space, KeyRange range) {
    ConcurrentNavigableMap<Key, Stored> records = records(space).tailMap(range.from(), true);
    ConcurrentNavigableMap<Key, Stored> within =
        range.to().map(to -> records.headMap(to, false)).orElse(records);
    return new MemoryIterator<>(within.values().stream().map(MemoryState::copy).iterator());
  }

  private Outcome write(
      String space, ConcurrentNavigableMap<Key, Stored> records, Change<byte[]> change) {
    if (change instanceof Change.Put<byte[]> put && put.value().length > MAX_VALUE_BYTES) {
      return Outcome.rejected(
          SyncException.invalid(
              ("cannot write record " + put.key() + " of space " + space + ": ")
                  + (put.value().length + " bytes, at most " + MAX_VALUE_BYTES + " are kept")));
    }
    AtomicReference<Outcome> outcome = new AtomicReference<>(Outcome.unchanged());
    // The map runs this for one key at a time but perhaps repeatedly: the last outcome counts.
    records.compute(
        change.key(),
        (key, present) -> {
          if (!holds(change.expect(), present)) {
            outcome.set(present == null ? Outcome.conflict() : Outcome.conflict(present.version()));
            return present;
          }
          return apply(change, present, outcome);
        });
    return Objects.requireNonNull(outcome.get());
  }

  private @Nullable Stored apply(
      Change<byte[]> change, @Nullable Stored present, AtomicReference<Outcome> outcome) {
    if (change instanceof Change.Put<byte[]> put) {
      Version version = new Version(Long.toString(versions.incrementAndGet()));
      outcome.set(Outcome.applied(version, Guard.ATOMIC));
      return new Stored(put.key(), put.value().clone(), version);
    }
    outcome.set(present == null ? Outcome.unchanged() : Outcome.deleted(Guard.ATOMIC));
    return null;
  }

  private static boolean holds(Expect expect, @Nullable Stored present) {
    if (expect instanceof Expect.Absent) {
      return present == null;
    }
    if (expect instanceof Expect.At at) {
      return present != null && present.version().equals(at.version());
    }
    return true;
  }

  private ConcurrentNavigableMap<Key, Stored> records(String space) {
    if (space.isEmpty() || space.length() > MAX_SPACE_LENGTH) {
      throw SyncException.invalid(
          "a space has a name of 1 to " + MAX_SPACE_LENGTH + " characters: '" + space + "'");
    }
    return spaces.computeIfAbsent(space, s -> new ConcurrentSkipListMap<>());
  }

  private static void checkKeys(String space, List<Change<byte[]>> changes) {
    Set<Key> keys = new HashSet<>();
    for (Change<byte[]> change : changes) {
      if (change.key().isEmpty()) {
        throw SyncException.invalid(
            "cannot write to space " + space + ": a record needs a key that is not empty");
      }
      if (!keys.add(change.key())) {
        throw SyncException.invalid(
            "cannot write to space "
                + space
                + ": record "
                + change.key()
                + " is changed twice in one call");
      }
    }
  }

  private static Stored copy(Stored stored) {
    return new Stored(stored.key(), stored.value().clone(), stored.version());
  }
}
