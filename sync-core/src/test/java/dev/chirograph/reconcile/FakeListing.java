package dev.chirograph.reconcile;

import dev.chirograph.Entry;
import dev.chirograph.Evidence;
import dev.chirograph.Key;
import dev.chirograph.Listing;
import dev.chirograph.SyncException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Some keys and an end. */
final class FakeListing implements Listing {

  private final Iterator<Entry> entries;
  private final End end;
  boolean closed;

  private FakeListing(End end, List<Entry> entries) {
    this.end = end;
    this.entries = entries.iterator();
  }

  static FakeListing of(End end, String... keys) {
    return new FakeListing(end, Arrays.stream(keys).map(FakeListing::entry).toList());
  }

  static Entry entry(String key) {
    return Entry.present(Key.utf8(key), Evidence.none());
  }

  @Override
  public boolean hasNext() {
    return entries.hasNext();
  }

  @Override
  public Entry next() {
    return entries.next();
  }

  @Override
  public End end() {
    if (hasNext()) {
      throw new IllegalStateException("not at its end");
    }
    return end;
  }

  @Override
  public Optional<SyncException> why() {
    return end == End.COMPLETE
        ? Optional.empty()
        : Optional.of(new SyncException(SyncException.Kind.UNAVAILABLE, "broke off"));
  }

  @Override
  public void close() {
    closed = true;
  }
}
