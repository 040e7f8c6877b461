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
  private record Id(int bucket, Key key, String version) implements Comparable<Id> {
    private static final Comparator<Id> ORDER =
        Comparator.comparingInt(Id::bucket).thenComparing(Id::key).thenComparing(Id::version);

    static Id of(LogItem item) {
      return of(item.key(), item.version());
    }

    static Id of(Key key, String version) {
      return new Id(Slice.Bucket.of(key), key, version);
    }

    /** Before every item of a bucket. */
    static @Nullable Id first(int bucket) {
      return bucket == (1 << Slice.Bucket.MAX_BITS) ? null : new Id(bucket, Key.EMPTY, "");
    }

    @Override
    public int compareTo(Id other) {
      return ORDER.compare(this, other);
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
    return digests.digest(Id.first(bucket.from()), Id.first(bucket.to()));
  }

  /** The items of a bucket. */
  Collection<Row> in(Slice.Bucket bucket) {
    NavigableMap<Id, Row> from = byId.tailMap(new Id(bucket.from(), Key.EMPTY, ""), true);
    Id to = Id.first(bucket.to());
    return to == null ? from.values() : from.headMap(to, false).values();
  }
}
