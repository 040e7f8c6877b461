package dev.chirograph.jdbc;

import dev.chirograph.Digest;
import dev.chirograph.Key;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Bounds;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.ReplicaLog.Validity;
import dev.chirograph.spi.SupportsContents.Stored;
import dev.chirograph.spi.SupportsPeers.Member;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * What is read of one log. Each call sees everything as it was at one moment, after it has seen to
 * entries that wait for a position. Immutable and safe for use by several threads.
 */
final class LogReader {

  private final LogTables tables;
  private final LogWriter writer;
  private final int log;

  LogReader(LogTables tables, LogWriter writer, int log) {
    this.tables = tables;
    this.writer = writer;
    this.log = log;
  }

  /** Something that is read while nothing changes. */
  @FunctionalInterface
  private interface Reading<T> {
    T read(Connection connection, LogHead head) throws SQLException;
  }

  private <T> T snapshot(String operation, Reading<T> reading) {
    boolean mail =
        tables.database.read(operation, connection -> tables.heads.read(connection, log).mail());
    if (mail) {
      writer.drain();
    }
    return tables.database.snapshot(
        operation,
        connection -> {
          LogHead head = tables.heads.read(connection, log).head();
          writer.requireOurs(head);
          return reading.read(connection, head);
        });
  }

  // ---- positions

  Bounds bounds() {
    return snapshot("reading the ends of the log", this::bounds);
  }

  private Bounds bounds(Connection connection, LogHead head) throws SQLException {
    return bounds(connection, head, lives());
  }

  private Bounds bounds(Connection connection, LogHead head, LivesOfLog lives) throws SQLException {
    run(connection, lives.load(Set.of()));
    return new Bounds(head.floorPosition(), head.position(), lives.context(head));
  }

  private LivesOfLog lives() {
    return new LivesOfLog(tables.lives, log);
  }

  /** What the log thinks of a position. */
  Validity validity(Position position) {
    return snapshot(
        "looking at a position", (connection, head) -> validity(connection, head, position));
  }

  private Validity validity(Connection connection, LogHead head, Position position)
      throws SQLException {
    if (position.equals(Position.START)) {
      return Validity.OK;
    }
    if (!position.epoch().equals(head.epoch())) {
      return Validity.OTHER_HISTORY;
    }
    if (position.number() < head.floor()) {
      return position.equals(head.belowFloor(position.number()))
          ? Validity.OK
          : Validity.BELOW_FLOOR;
    }
    if (position.number() > head.number()) {
      return Validity.BEYOND_HEAD;
    }
    UUID mark =
        position.number() == head.number()
            ? head.mark()
            : tables.commits.place(connection, log, position.number()).mark();
    return mark.equals(position.mark()) ? Validity.OK : Validity.OTHER_HISTORY;
  }

  // ---- pages

  Page page(Position after, int limit, long maxBytes) {
    return snapshot(
        "reading the log after " + after.number(),
        (connection, head) -> {
          Validity validity = validity(connection, head, after);
          if (validity != Validity.OK) {
            return new Page(List.of(), after, bounds(connection, head), validity);
          }
          List<LogRow> rows = new ArrayList<>();
          tables.items.page(log, after.number(), limit, maxBytes, rows::add).run(connection);
          LivesOfLog lives = lives();
          List<LogItem> items = items(connection, rows, lives);
          Position next = next(connection, head, rows);
          return new Page(items, next, bounds(connection, head, lives), validity);
        });
  }

  /** Where to read on: behind the last row, or at the head when nothing is behind it. */
  private Position next(Connection connection, LogHead head, List<LogRow> rows)
      throws SQLException {
    if (rows.isEmpty()) {
      return head.position();
    }
    long last = rows.get(rows.size() - 1).number();
    if (last == head.number()) {
      return head.position();
    }
    LogCommits.Place place = tables.commits.place(connection, log, last);
    if (!place.more()) {
      return head.position();
    }
    return last < head.floor()
        ? head.belowFloor(last)
        : new Position(head.epoch(), last, place.mark());
  }

  private List<LogItem> items(Connection connection, List<LogRow> rows, LivesOfLog lives)
      throws SQLException {
    Set<Long> named = new HashSet<>();
    for (LogRow row : rows) {
      named.add(row.last().life());
      row.added().ifPresent(entry -> named.add(entry.life()));
    }
    run(connection, lives.loadNumbers(named));
    return rows.stream().map(row -> row.item(lives::get)).toList();
  }

  /** All versions of keys, in the order of the keys. */
  List<LogItem> find(List<Key> keys) {
    if (keys.isEmpty()) {
      return List.of();
    }
    return snapshot(
        "finding " + keys.size() + " keys",
        (connection, head) -> {
          List<LogRow> rows = new ArrayList<>();
          run(connection, tables.items.versions(log, keys, rows::add));
          Map<Key, List<LogItem>> found = new HashMap<>();
          for (LogItem item : items(connection, rows, lives())) {
            found.computeIfAbsent(item.key(), key -> new ArrayList<>()).add(item);
          }
          found.values().forEach(items -> items.sort(Comparator.comparing(LogItem::version)));
          return keys.stream().flatMap(key -> found.getOrDefault(key, List.of()).stream()).toList();
        });
  }

  // ---- comparing

  List<Digest> digests(List<Slice> slices) {
    List<Slice.Bucket> buckets = slices.stream().map(LogReader::bucket).toList();
    List<Slice.Bucket> fine = buckets.stream().filter(LogReader::isFine).toList();
    return snapshot(
        "digesting " + slices.size() + " slices",
        (connection, head) -> {
          Map<Integer, Digest> coarse = new HashMap<>();
          tables.digests.all(log, coarse).run(connection);
          NavigableMap<Integer, Digest> finest = new TreeMap<>();
          hashes(
              connection,
              fine,
              (bucket, hash) -> finest.merge(bucket, Digest.of(hash), Digest::plus));
          return buckets.stream()
              .map(bucket -> isFine(bucket) ? sum(within(finest, bucket)) : sum(coarse, bucket))
              .toList();
        });
  }

  private static Slice.Bucket bucket(Slice slice) {
    if (slice instanceof Slice.Bucket bucket) {
      return bucket;
    }
    throw new SyncException(
        Kind.UNSUPPORTED, "a log is compared by buckets of its keys, not by " + slice);
  }

  /** Whether it is smaller than the buckets whose digests are kept. */
  private static boolean isFine(Slice.Bucket bucket) {
    return bucket.bits() > LogDigests.BITS;
  }

  private static Digest sum(Map<Integer, Digest> coarse, Slice.Bucket bucket) {
    int bits = Slice.Bucket.MAX_BITS - LogDigests.BITS;
    Digest sum = Digest.EMPTY;
    for (int i = bucket.from() >> bits; i < bucket.to() >> bits; i++) {
      sum = sum.plus(coarse.getOrDefault(i, Digest.EMPTY));
    }
    return sum;
  }

  private static Digest sum(Collection<Digest> digests) {
    return digests.stream().reduce(Digest.EMPTY, Digest::plus);
  }

  /** Of what is kept for the finest buckets that of one bucket. */
  private static <T> Collection<T> within(NavigableMap<Integer, T> finest, Slice.Bucket bucket) {
    return finest.subMap(bucket.from(), true, bucket.to(), false).values();
  }

  private void hashes(Connection connection, List<Slice.Bucket> buckets, LogItems.HashTaker taker)
      throws SQLException {
    for (BucketRange range : BucketRange.of(buckets)) {
      tables.items.hashes(connection, log, range, taker);
    }
  }

  /** The hashes of all items in slices. */
  List<long[]> hashes(List<Slice.Bucket> slices) {
    return snapshot(
        "reading the hashes in " + slices.size() + " slices",
        (connection, head) -> {
          NavigableMap<Integer, LongStream.Builder> finest = new TreeMap<>();
          hashes(
              connection,
              slices,
              (bucket, hash) ->
                  finest.computeIfAbsent(bucket, number -> LongStream.builder()).add(hash));
          NavigableMap<Integer, long[]> built = new TreeMap<>();
          finest.forEach((bucket, hashes) -> built.put(bucket, hashes.build().toArray()));
          return slices.stream()
              .map(slice -> within(built, slice).stream().flatMapToLong(LongStream::of).toArray())
              .toList();
        });
  }

  /** The items in a slice that have these hashes. */
  List<LogItem> items(Slice.Bucket slice, List<Long> wanted) {
    List<Long> different = wanted.stream().distinct().toList();
    return snapshot(
        "reading items by their hashes",
        (connection, head) -> {
          List<LogRow> rows = new ArrayList<>();
          run(connection, tables.items.byHash(log, BucketRange.of(slice), different, rows::add));
          return items(connection, rows, lives());
        });
  }

  // ---- peers and contents

  Optional<Member> member(String name) {
    return this.<Member>read(
            "reading the member " + name, found -> List.of(tables.members.find(log, name, found)))
        .stream()
        .findFirst();
  }

  List<Member> members() {
    return this.<Member>read(
            "reading the members", found -> List.of(tables.members.all(log, found)))
        .stream()
        .sorted(Comparator.comparing(Member::name))
        .toList();
  }

  Optional<Stored> content(String sha256) {
    return this.<LogContentTable.Row>read(
            "reading a content", found -> tables.contents.find(log, List.of(sha256), found))
        .stream()
        .map(LogContentTable.Row::stored)
        .findFirst();
  }

  List<Stored> pending(String after, int limit) {
    return this.<LogContentTable.Row>read(
            "reading contents that are pending",
            found -> List.of(tables.contents.pending(log, after, limit, found)))
        .stream()
        .map(LogContentTable.Row::stored)
        .toList();
  }

  /** All rows of one query. */
  private <T> List<T> read(String operation, Function<Consumer<T>, List<Query>> query) {
    return tables.database.read(
        operation,
        connection -> {
          List<T> found = new ArrayList<>();
          run(connection, query.apply(found::add));
          return found;
        });
  }

  private void run(Connection connection, List<Query> queries) throws SQLException {
    Query.runAll(connection, tables.database.dialect(), queries);
  }
}
