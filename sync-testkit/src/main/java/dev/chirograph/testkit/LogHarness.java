package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Appended;
import dev.chirograph.spi.ReplicaLog.LogEntry;
import dev.chirograph.spi.ReplicaLog.NewEntry;
import dev.chirograph.spi.ReplicaLog.Operation;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.ReplicaLog.Validity;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
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

  ReplicaLog log;

  /**
   * Opens the empty log of a node. Called once for each node of a test; another node's log is
   * another log.
   */
  protected abstract ReplicaLog open(String node) throws Exception;

  /** Closes what {@link #open} opened. */
  protected void close() throws Exception {}

  /** Drops all entries up to a number and raises the floor to it; skips where it cannot. */
  protected void compactTo(ReplicaLog log, long number) throws Exception {
    Assumptions.abort("this log cannot be compacted by its adapter");
  }

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

  // ---- words

  void append(int count) {
    log.append(IntStream.range(0, count).mapToObj(i -> entry()).toList());
  }

  List<LogEntry> readAll(Position after) {
    Page page = log.read(after, 100_000, NO_LIMIT);
    assertThat(page.validity()).isEqualTo(Validity.OK);
    return page.entries();
  }

  Position position(LogEntry entry) {
    return new Position(log.bounds().head().epoch(), entry.number(), entry.body().id());
  }

  static List<Long> numbers(List<LogEntry> entries) {
    return entries.stream().map(LogEntry::number).toList();
  }

  static Appended added(long number) {
    return new Appended(number, true);
  }

  static Appended known(long number) {
    return new Appended(number, false);
  }

  static LogEntry foreign(String origin, long number, NewEntry body) {
    return new LogEntry(
        number, origin, number, Instant.ofEpochSecond(1_700_000_000L + number % 1000), body);
  }

  static NewEntry entry() {
    return entry("{}");
  }

  static NewEntry entry(String payload) {
    UUID id = UUID.randomUUID();
    byte[] key = ("key/" + id).getBytes(StandardCharsets.UTF_8);
    return new NewEntry(id, Operation.ADD, Key.ofBytes(key), "1", "", 0, "", payload);
  }
}
