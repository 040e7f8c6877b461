package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.spi.LogContext;
import dev.chirograph.spi.LogContext.Life;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Dot;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Appended;
import dev.chirograph.spi.ReplicaLog.Fate;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.ReplicaLog.Validity;
import dev.chirograph.spi.SupportsContents;
import dev.chirograph.spi.SupportsPeers;
import dev.chirograph.spi.SupportsRepair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What the tests of logs share: an empty log for each, and short words for what is done with it.
 */
@ExtendWith(SkipCounter.class)
abstract class LogHarness {

  static final long NO_LIMIT = Long.MAX_VALUE;
  static final UUID EPOCH = new UUID(7, 7);
  static final Instant NEVER = Instant.EPOCH;

  ReplicaLog log;

  /**
   * Opens the empty log of a node. Called once for each node of a test; another node's log is
   * another log.
   */
  protected abstract ReplicaLog open(String node) throws Exception;

  /** What the clock says by which the logs date what is written. */
  protected abstract Instant now();

  /** Moves that clock forward by so much at least; called by one thread at a time. */
  protected abstract void advance(Duration time);

  /** Closes what {@link #open} opened. */
  protected void close() throws Exception {}

  /** Takes a backup; running the answer restores it, epoch included. Skips where it cannot. */
  protected Runnable backup(ReplicaLog log) throws Exception {
    return Assumptions.abort("this log cannot be restored from a backup in a test");
  }

  /** How many lists each of the appenders of the race appends; 60 unless told. */
  protected int rounds() {
    return 60;
  }

  @BeforeEach
  final void openLog() throws Exception {
    log = open("here");
  }

  @AfterEach
  final void closeLog() throws Exception {
    close();
  }

  // ---- abilities

  /** The log as it knows its peers; skips where it does not. */
  SupportsPeers peers() {
    Assumptions.assumeTrue(log instanceof SupportsPeers, "this log does not know its peers");
    return (SupportsPeers) log;
  }

  /** The log as it can be compared; skips where it cannot. */
  SupportsRepair repair() {
    return repair(log);
  }

  static SupportsRepair repair(ReplicaLog log) {
    Assumptions.assumeTrue(log instanceof SupportsRepair, "this log cannot be compared");
    return (SupportsRepair) log;
  }

  /** The log as it knows its contents; skips where it does not. */
  SupportsContents contents() {
    Assumptions.assumeTrue(log instanceof SupportsContents, "this log does not know contents");
    return (SupportsContents) log;
  }

  /** Notes what may be forgotten, lets the note be old and forgets it. */
  long compact(Instant before) {
    SupportsPeers peers = peers();
    Instant later = now().plusSeconds(60);
    return peers.compact(before, later) + peers.compact(before, later);
  }

  /** Lets everything that was seen by now be so old that what is not held counts as deleted. */
  void forgetAll() {
    append(entry(Operation.DELETE, "forgotten " + UUID.randomUUID()));
    assertThat(compact(now().plusSeconds(60))).isPositive();
  }

  // ---- words for writing

  List<Body> append(int count) {
    List<Body> bodies = IntStream.range(0, count).mapToObj(i -> entry()).toList();
    log.append(bodies);
    return bodies;
  }

  Appended append(Body body) {
    return log.append(List.of(body)).get(0);
  }

  List<Appended> merge(LogItem... items) {
    return log.merge(Merge.of("there", List.of(items)));
  }

  static Body entry() {
    return entry("{}");
  }

  static Body entry(String payload) {
    UUID id = UUID.randomUUID();
    return new Body(id, Operation.ADD, Key.utf8("key/" + id), "1", Content.NONE, payload);
  }

  /** An entry about the first version of a key. */
  static Body entry(Operation operation, String key) {
    return entry(UUID.randomUUID(), operation, key, Content.NONE);
  }

  static Body entry(UUID id, Operation operation, String key, Content content) {
    return new Body(id, operation, Key.utf8(key), "1", content, "{}");
  }

  /** What another entry says of the same version. */
  static Body entry(Operation operation, Body of) {
    return new Body(UUID.randomUUID(), operation, of.key(), of.version(), Content.NONE, "{}");
  }

  /** What an entry of another node says. */
  static LogItem foreign(String node, long number, Body body) {
    Instant at = Instant.ofEpochSecond(1_700_000_000L + number % 1000);
    return LogItem.of(new LogEntry(new Dot(node, EPOCH, number), at, body));
  }

  static Position elsewhere(long number) {
    return new Position(EPOCH, number, new UUID(8, number));
  }

  static LogContext seen(String node, long number) {
    return LogContext.of(Map.of(new Life(node, EPOCH), number));
  }

  /** A page of a peer's log. */
  static Merge page(String peer, long number, LogContext context, LogItem... items) {
    return new Merge(
        peer, List.of(items), Optional.of(elsewhere(number)), context, Optional.empty());
  }

  // ---- words for reading

  List<LogItem> readAll(Position after) {
    return readAll(log, after);
  }

  static List<LogItem> readAll(ReplicaLog log, Position after) {
    Page page = log.read(after, 100_000, NO_LIMIT);
    assertThat(page.validity()).isEqualTo(Validity.OK);
    assertThat(page.reachesHead()).isTrue();
    return page.items();
  }

  Position head() {
    return log.bounds().head();
  }

  /** The position behind each single item, in ascending order. */
  List<Position> positions() {
    List<Position> positions = new ArrayList<>();
    Page page = log.read(Position.START, 1, NO_LIMIT);
    while (!page.items().isEmpty()) {
      positions.add(page.next());
      page = log.read(page.next(), 1, NO_LIMIT);
      assertThat(page.validity()).isEqualTo(Validity.OK);
    }
    return positions;
  }

  /** The only item of a key; empty when there is none. */
  Optional<LogItem> item(Key key) {
    List<LogItem> found = log.find(List.of(key));
    assertThat(found).hasSizeLessThanOrEqualTo(1);
    return found.stream().findFirst();
  }

  LogItem item(String key) {
    return item(Key.utf8(key)).orElseThrow();
  }

  static List<Body> bodies(List<LogItem> items) {
    return items.stream().map(item -> item.last().body()).toList();
  }

  static void assertFates(List<Appended> answers, Fate... fates) {
    assertThat(answers.stream().map(Appended::fate))
        .containsExactlyElementsOf(Arrays.asList(fates));
  }
}
