package dev.chirograph.memory;

import dev.chirograph.Digest;
import dev.chirograph.Key;
import dev.chirograph.Slice;
import dev.chirograph.digest.DigestTree;
import dev.chirograph.spi.LogItem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The items of a log, by key, by position, and with their digests. */
final class LogRows {

  private final NavigableMap<Id, Row> byId = new TreeMap<>();
  private final NavigableMap<Long, Row> byNumber = new TreeMap<>();
  private final DigestTree<Id> digests = new DigestTree<>(Comparator.naturalOrder());

  /** Items in the order of the hashes of their keys, so that buckets are ranges. */
  private record Id(long hash, Key key, String version) implements Comparable<Id> {

    static Id of(LogItem item) {
      return of(item.key(), item.version());
    }

    static Id of(Key key, String version) {
      return new Id(Slice.hash(key), key, version);
    }

    /** Before every item of a bucket. */
    static Id first(int bucket) {
      return new Id((long) bucket << (Long.SIZE - Slice.Bucket.MAX_BITS), Key.EMPTY, "");
    }

    /** The same; null behind the last bucket. */
    static @Nullable Id end(int bucket) {
      return bucket == (1 << Slice.Bucket.MAX_BITS) ? null : first(bucket);
    }

    @Override
    public int compareTo(Id other) {
      // Nearly always this decides, without a look at the bytes.
      int order = Long.compareUnsigned(hash, other.hash);
      if (order == 0) {
        order = key.compareTo(other.key);
      }
      return order == 0 ? version.compareTo(other.version) : order;
    }
  }

  /** An item and its position. */
  record Row(LogItem item, long number) {}

  LogRows copy() {
    LogRows copy = new LogRows();
    byNumber.values().forEach(row -> copy.put(row.item, row.number));
    return copy;
  }

  Optional<Row> get(LogItem item) {
    return Optional.ofNullable(byId.get(Id.of(item)));
  }

  /** Adds an item, or moves it to another position. */
  void put(LogItem item, long number) {
    Row row = new Row(item, number);
    Id id = Id.of(item);
    Row old = byId.put(id, row);
    if (old != null) {
      byNumber.remove(old.number);
    }
    byNumber.put(number, row);
    digests.put(id, item.hash());
  }

  void remove(LogItem item) {
    Id id = Id.of(item);
    Row old = byId.remove(id);
    if (old != null) {
      byNumber.remove(old.number);
      digests.remove(id);
    }
  }

  /** The items above a position, in ascending position. */
  Collection<Row> after(long number) {
    return byNumber.tailMap(number, false).values();
  }

  /** The items up to a position. */
  List<Row> upTo(long number) {
    return List.copyOf(byNumber.headMap(number, true).values());
  }

  /** All versions of a key. */
  List<LogItem> find(Key key) {
    List<LogItem> found = new ArrayList<>();
    for (Row row : byId.tailMap(Id.of(key, ""), true).values()) {
      if (!row.item.key().equals(key)) {
        break;
      }
      found.add(row.item);
    }
    return found;
  }

  Digest digest(Slice.Bucket bucket) {
    return digests.digest(Id.first(bucket.from()), Id.end(bucket.to()));
  }

  /** The items of a bucket. */
  Collection<Row> in(Slice.Bucket bucket) {
    NavigableMap<Id, Row> from = byId.tailMap(Id.first(bucket.from()), true);
    Id to = Id.end(bucket.to());
    return to == null ? from.values() : from.headMap(to, false).values();
  }
}
