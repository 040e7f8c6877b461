package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.LogContext;
import dev.chirograph.spi.LogContext.Life;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Dot;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.SupportsContents;
import dev.chirograph.spi.SupportsPeers;
import dev.chirograph.spi.SupportsRepair;
import dev.chirograph.testkit.ManualClock;
import dev.chirograph.testkit.Seed;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import javax.sql.DataSource;

/**
 * Does the same to a log in a database and to the reference in memory, and compares all answers.
 */
final class LogModel {

  private static final List<String> NODES = List.of("here", "berlin", "oslo");
  private static final List<String> PEERS = List.of("berlin", "oslo", "rome");
  private static final Instant NEVER = Instant.EPOCH;

  private final DataSource dataSource;
  private final RandomGenerator random;
  private final ManualClock clock = ManualClock.create();
  private final MemoryLog memory;
  private final JdbcLog jdbc;
  private final List<Position> positions = new ArrayList<>(List.of(Position.START));
  private final List<UUID> epochs = new ArrayList<>(List.of(new UUID(7, 1), new UUID(7, 2)));
  private long step = 1;
  private MemoryLog.Backup memoryBackup;
  private LogBackup jdbcBackup;

  LogModel(DataSource dataSource, Seed seed) throws SQLException {
    this.dataSource = dataSource;
    this.random = seed.random();
    // Both draw the same ids, however often: what is drawn in a step is its number.
    RandomGenerator ids = () -> step;
    this.memory = MemoryLog.builder("here").clock(clock).random(ids).build();
    this.jdbc =
        JdbcLog.builder(dataSource, "here")
            .name("log " + UUID.randomUUID())
            .clock(clock)
            .random(ids)
            .build();
    backup();
  }

  void run(int steps) throws SQLException {
    for (int i = 0; i < steps; i++) {
      step++;
      step();
      check("bounds", ReplicaLog::bounds);
      positions.add(memory.bounds().head());
      epochs.add(memory.bounds().head().epoch());
      if (i % 10 == 0) {
        compareAll();
      }
    }
    compareAll();
  }

  private void compareAll() {
    check("all", log -> log.read(Position.START, 10_000, Long.MAX_VALUE));
    check("members", SupportsPeers::members);
    check("pending", log -> contents(log).pending("", 1_000));
    check("digest", log -> repair(log).digests(List.of(Slice.Bucket.ALL)));
  }

  // ---- steps

  private void step() throws SQLException {
    switch (random.nextInt(24)) {
      case 0, 1, 2, 3, 4, 5 -> {
        List<Body> bodies = some(5, this::body);
        check("append", log -> log.append(bodies));
      }
      case 6, 7, 8, 9, 10 -> {
        Merge merge = merge();
        check("merge " + merge, log -> log.merge(merge));
      }
      case 11, 12, 13 -> {
        Position after = position();
        int limit = 1 + random.nextInt(6);
        long bytes = random.nextInt(40) - 1;
        check("read " + after, log -> log.read(after, limit, bytes));
      }
      case 14 -> {
        List<Key> keys = some(4, this::key);
        check("find", log -> log.find(keys));
      }
      case 15 -> peers();
      case 16 -> compact();
      case 17 -> {
        UUID epoch = one(epochs);
        check("new epoch", log -> done(() -> log.newEpoch(epoch)));
      }
      case 18, 19 -> compare();
      case 20, 21 -> contents();
      case 22 -> forget();
      default -> clockOrBackup();
    }
  }

  private void peers() {
    String peer = one(PEERS);
    Position position = position();
    switch (random.nextInt(4)) {
      case 0 -> check("pointer", log -> log.pointer(peer));
      case 1 -> check("retire", log -> done(() -> log.retire(peer)));
      default -> check("passed " + position, log -> done(() -> log.passed(peer, position)));
    }
  }

  private void compact() {
    Instant before = random.nextInt(3) == 0 ? NEVER : past();
    Instant noted = random.nextInt(3) == 0 ? clock.instant().plusSeconds(1) : past();
    check("compact", log -> log.compact(before, noted));
  }

  private Instant past() {
    return clock.instant().minusMillis(random.nextInt(20_000));
  }

  private void compare() {
    List<Slice.Bucket> buckets =
        some(
            3,
            () -> {
              int bits = random.nextInt(17);
              return new Slice.Bucket(bits, random.nextInt(1 << bits));
            });
    check("digests", log -> repair(log).digests(List.<Slice>copyOf(buckets)));
    check(
        "hashes",
        log ->
            repair(log).hashes(buckets).stream()
                .map(hashes -> Arrays.stream(hashes).sorted().boxed().toList())
                .toList());
    List<Long> wanted = some(4, () -> one(all()).hash()).stream().distinct().toList();
    check(
        "items",
        log ->
            repair(log).items(buckets.get(0), wanted).stream()
                .sorted((a, b) -> Long.compare(a.hash(), b.hash()))
                .toList());
  }

  private void contents() {
    String sha256 = sha256();
    long size = random.nextInt(50);
    Instant before = past();
    switch (random.nextInt(6)) {
      case 0 -> check("content", log -> contents(log).content(sha256));
      case 1 -> check("reserve", log -> contents(log).reserve(sha256, size, 120));
      case 2 -> check("stored", log -> done(() -> contents(log).stored(sha256, true)));
      case 3 -> check("removed", log -> done(() -> contents(log).stored(sha256, false)));
      case 4 -> check("doom", log -> contents(log).doom(sha256, before));
      default -> check("pending", log -> contents(log).pending(sha256, 2));
    }
  }

  private void forget() {
    List<LogItem> items =
        some(
            3,
            () -> {
              LogItem item = one(all());
              return random.nextInt(3) == 0 ? item(item.key(), item.version()) : item;
            });
    check("forget", log -> repair(log).forget(items));
  }

  private void clockOrBackup() throws SQLException {
    switch (random.nextInt(6)) {
      case 0 -> backup();
      case 1 -> {
        memory.restore(memoryBackup);
        jdbcBackup.restore();
      }
      default -> clock.advance(Duration.ofMillis(random.nextInt(10_000)));
    }
  }

  private void backup() throws SQLException {
    memoryBackup = memory.backup();
    jdbcBackup = LogBackup.of(dataSource);
  }

  // ---- what is done it to

  /** The items there are; one that is nowhere when there are none. */
  private List<LogItem> all() {
    List<LogItem> items = memory.read(Position.START, 10_000, Long.MAX_VALUE).items();
    return items.isEmpty() ? List.of(item(key(), "1")) : items;
  }

  private Position position() {
    Position position = one(positions);
    return switch (random.nextInt(6)) {
      case 0 -> new Position(position.epoch(), position.number(), new UUID(9, 9));
      case 1 -> new Position(one(epochs), random.nextInt(60), new UUID(step / 2, step / 2));
      default -> position;
    };
  }

  private Merge merge() {
    Optional<Position> pointer = random.nextBoolean() ? Optional.of(position()) : Optional.empty();
    Optional<Boolean> gap =
        random.nextInt(4) == 0 ? Optional.of(random.nextBoolean()) : Optional.empty();
    Map<Life, Long> seen = new HashMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      seen.put(new Life(one(NODES), one(epochs)), (long) random.nextInt(30));
    }
    return new Merge(
        one(PEERS), some(5, () -> item(key(), version())), pointer, LogContext.of(seen), gap);
  }

  private LogItem item(Key key, String version) {
    LogEntry last = entry(operation(), key, version);
    return last.body().operation() == Operation.DEPRECATE && random.nextBoolean()
        ? new LogItem(last, Optional.of(entry(Operation.ADD, key, version)))
        : LogItem.of(last);
  }

  private LogEntry entry(Operation operation, Key key, String version) {
    Dot dot = new Dot(one(NODES), one(epochs), 1 + random.nextInt(40));
    Instant at = Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
    return new LogEntry(dot, at, body(operation, key, version));
  }

  private Body body() {
    return body(operation(), key(), version());
  }

  private Body body(Operation operation, Key key, String version) {
    Content content =
        random.nextInt(3) == 0
            ? Content.NONE
            : new Content(sha256(), random.nextInt(50), "at " + random.nextInt(3));
    UUID id = new UUID(0, random.nextInt(60));
    return new Body(id, operation, key, version, content, "x".repeat(random.nextInt(20)));
  }

  private Operation operation() {
    return one(List.of(Operation.ADD, Operation.ADD, Operation.DEPRECATE, Operation.DELETE));
  }

  private Key key() {
    return Key.utf8("key " + random.nextInt(12));
  }

  private String version() {
    return one(List.of("1", "2", "2 ", "É"));
  }

  private String sha256() {
    return "%064x".formatted(random.nextInt(5) + 10);
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private <T> List<T> some(int atMost, Supplier<T> what) {
    return IntStream.rangeClosed(0, random.nextInt(atMost)).mapToObj(i -> what.get()).toList();
  }

  // ---- comparing

  private static SupportsRepair repair(SupportsPeers log) {
    return (SupportsRepair) log;
  }

  private static SupportsContents contents(SupportsPeers log) {
    return (SupportsContents) log;
  }

  private static boolean done(Runnable call) {
    call.run();
    return true;
  }

  private void check(String what, Function<SupportsPeers, ?> call) {
    Object expected = answer(() -> call.apply(memory));
    Object found = answer(() -> call.apply(jdbc));
    assertThat(found).as("step " + step + ": " + what).isEqualTo(expected);
  }

  private static Object answer(Supplier<?> call) {
    try {
      return call.get();
    } catch (SyncException e) {
      return e.kind();
    }
  }
}
