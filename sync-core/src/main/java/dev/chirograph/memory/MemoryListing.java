package dev.chirograph.memory;

import dev.chirograph.Entry;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.SyncException;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Walks a map entry by entry and holds one at a time. Items that come or go meanwhile may be seen
 * or not; all others are given once.
 */
final class MemoryListing<R> implements Listing {

  private final NavigableMap<Key, R> rows;
  private final KeyRange range;
  private final boolean ordered;
  private final Function<Map.Entry<Key, R>, Optional<Entry>> line;
  private Map.@Nullable Entry<Key, R> cursor;
  private @Nullable Entry next;
  private boolean ended;
  private boolean closed;

  /**
   * A listing of the rows of a range.
   *
   * @param rows a map that may change meanwhile
   * @param ordered whether the map is in key order; when not, all of it is walked
   * @param line the entry of a row; empty when it is not listed
   */
  MemoryListing(
      NavigableMap<Key, R> rows,
      KeyRange range,
      boolean ordered,
      Function<Map.Entry<Key, R>, Optional<Entry>> line) {
    this.rows = rows;
    this.range = range;
    this.ordered = ordered;
    this.line = line;
    this.cursor = ordered ? rows.ceilingEntry(range.from()) : rows.firstEntry();
  }

  @Override
  public boolean hasNext() {
    while (!closed && next == null && !ended) {
      advance();
    }
    return !closed && next != null;
  }

  private void advance() {
    Map.Entry<Key, R> row = cursor;
    if (row == null || (ordered && !range.contains(row.getKey()))) {
      ended = true;
      return;
    }
    if (range.contains(row.getKey())) {
      next = line.apply(row).orElse(null);
    }
    cursor = rows.higherEntry(row.getKey());
  }

  @Override
  public Entry next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the listing of " + range + " has ended");
    }
    Entry entry = next;
    next = null;
    return Objects.requireNonNull(entry);
  }

  @Override
  public End end() {
    if (ended && next == null) {
      return End.COMPLETE;
    }
    if (closed) {
      return End.CUT;
    }
    throw new IllegalStateException("the listing of " + range + " has not ended yet");
  }

  @Override
  public Optional<SyncException> why() {
    return closed && !(ended && next == null)
        ? Optional.of(
            new SyncException(
                SyncException.Kind.UNAVAILABLE,
                "the listing of " + range + " was closed before it had ended"))
        : Optional.empty();
  }

  @Override
  public void close() {
    closed = true;
  }
}
