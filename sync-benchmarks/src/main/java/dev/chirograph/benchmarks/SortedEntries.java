package dev.chirograph.benchmarks;

import dev.chirograph.Change;
import dev.chirograph.Entry;
import dev.chirograph.Evidence;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.Version;
import dev.chirograph.spi.Replica;
import dev.chirograph.spi.StoreCapabilities;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/** A side of a merge that costs next to nothing: sorted entries in an array. Not writable. */
final class SortedEntries implements Replica<String> {

  private static final StoreCapabilities CAPABILITIES =
      StoreCapabilities.builder()
          .ordered()
          .maxBatch(1_000)
          .evidence(EnumSet.of(Evidence.Fact.ETAG, Evidence.Fact.SIZE, Evidence.Fact.LAST_MODIFIED))
          .build();

  private final Entry[] entries;

  private SortedEntries(Entry[] entries) {
    this.entries = entries;
  }

  /**
   * Entries like those of a bucket of photos. Two sides of the same number share no object, only
   * content.
   *
   * @param changedEach every how many the entity tag is another one; 0 means never
   */
  static SortedEntries of(int number, int changedEach) {
    Entry[] entries = new Entry[number];
    for (int i = 0; i < number; i++) {
      boolean changed = changedEach > 0 && i % changedEach == changedEach / 2;
      entries[i] =
          Entry.present(
              Key.utf8(String.format("photos/2026/%03d/img-%09d.jpg", i / 10_000, i)),
              Evidence.builder()
                  .etag(String.format("%032x", (changed ? -1L : 1L) * (i + 1)))
                  .size(i % 5_000_000)
                  .lastModified(Instant.ofEpochSecond(1_770_000_000L + i))
                  .build());
    }
    return new SortedEntries(entries);
  }

  @Override
  public StoreCapabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public Listing list(KeyRange range) {
    int from = position(range.from());
    return new Slice(from, range.to().map(this::position).orElse(entries.length));
  }

  /** The index of the first entry that is not below the key. */
  private int position(Key key) {
    int low = 0;
    int high = entries.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (entries[middle].key().compareTo(key) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  @Override
  public List<Observation<String>> observe(List<Key> keys) {
    return keys.stream().map(this::observe).toList();
  }

  private Observation<String> observe(Key key) {
    int index = position(key);
    if (index == entries.length || !entries[index].key().equals(key)) {
      return Observation.absent();
    }
    Evidence evidence = entries[index].evidence();
    String etag = evidence.etag().orElseThrow();
    return Observation.present(etag, new Version(etag), evidence);
  }

  @Override
  public List<Outcome> apply(List<Change<String>> changes) {
    SyncException why =
        new SyncException(SyncException.Kind.UNSUPPORTED, "these entries are only for reading");
    return Collections.nCopies(changes.size(), Outcome.rejected(why));
  }

  private final class Slice implements Listing {
    private final int to;
    private int next;

    Slice(int from, int to) {
      this.next = from;
      this.to = to;
    }

    @Override
    public boolean hasNext() {
      return next < to;
    }

    @Override
    public Entry next() {
      if (next >= to) {
        throw new NoSuchElementException();
      }
      return entries[next++];
    }

    @Override
    public End end() {
      return End.COMPLETE;
    }

    @Override
    public Optional<SyncException> why() {
      return Optional.empty();
    }

    @Override
    public void close() {}
  }
}
