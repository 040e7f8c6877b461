package dev.chirograph.memory;

import dev.chirograph.Digest;
import dev.chirograph.Key;
import dev.chirograph.Slice;
import dev.chirograph.digest.DigestTree;
import dev.chirograph.spi.LogItem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The items of a log, by name, by position, and with their digests. */
final class LogRows {

  private final Map<Name, Row> byName = new HashMap<>();
  private final NavigableMap<Long, Row> byNumber = new TreeMap<>();
  private final DigestTree<Place> places = new DigestTree<>(Comparator.naturalOrder());

  /** A version of a key. */
  private record Name(Key key, String version) {
    static Name of(LogItem item) {
      return new Name(item.key(), item.version());
    }
  }

  /** Names in the order of the hashes of their keys, so that buckets are ranges. */
  private record Place(long hash, Name name) implements Comparable<Place> {

    static Place of(Name name) {
      return new Place(Slice.hash(name.key), name);
    }

    /** Before every item of a bucket. */
    static Place first(int bucket) {
      return new Place(
          (long) bucket << (Long.SIZE - Slice.Bucket.MAX_BITS), new Name(Key.EMPTY, ""));
    }

    /** The same; null behind the last bucket. */
    static @Nullable Place end(int bucket) {
      return bucket == (1 << Slice.Bucket.MAX_BITS) ? null : first(bucket);
    }

    @Override
    public int compareTo(Place other) {
      // Nearly always this decides, without a look at the bytes.
      int order = Long.compareUnsigned(hash, other.hash);
      if (order == 0) {
        order = name.key.compareTo(other.name.key);
      }
      return order == 0 ? name.version.compareTo(other.name.version) : order;
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
    return Optional.ofNullable(byName.get(Name.of(item)));
  }

  /** Adds an item, or moves it to another position. */
  void put(LogItem item, long number) {
    Name name = Name.of(item);
    Row row = new Row(item, number);
    Row old = byName.put(name, row);
    if (old != null) {
      byNumber.remove(old.number);
    }
    byNumber.put(number, row);
    places.put(Place.of(name), item.hash());
  }

  void remove(LogItem item) {
    Name name = Name.of(item);
    Row old = byName.remove(name);
    if (old != null) {
      byNumber.remove(old.number);
      places.remove(Place.of(name));
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
    for (long rank = rank(Place.of(new Name(key, ""))); rank < places.size(); rank++) {
      Row row = row(rank);
      if (!row.item.key().equals(key)) {
        break;
      }
      found.add(row.item);
    }
    return found;
  }

  /** How many places come before one. */
  private long rank(@Nullable Place place) {
    return place == null ? places.size() : places.digest(null, place).count();
  }

  private Row row(long rank) {
    return Objects.requireNonNull(byName.get(places.key(rank).name));
  }

  Digest digest(Slice.Bucket bucket) {
    return places.digest(Place.first(bucket.from()), Place.end(bucket.to()));
  }

  /** The items of a bucket. */
  List<Row> in(Slice.Bucket bucket) {
    long end = rank(Place.end(bucket.to()));
    List<Row> rows = new ArrayList<>();
    for (long rank = rank(Place.first(bucket.from())); rank < end; rank++) {
      rows.add(row(rank));
    }
    return rows;
  }
}
