package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Proves the guarantees of {@link ReplicaLog}. An adapter's test class extends it and says how to
 * open empty logs.
 */
@ExtendWith(SkipCounter.class)
public abstract class ReplicaLogConformance {

  private static final long NO_LIMIT = Long.MAX_VALUE;
  private static final int APPENDERS = 6;

  private ReplicaLog log;

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

  // ---- LOG-1
  // -------------------------------------------------------------------------------------

  @Test
  void LOG_1_positionsHaveNoGaps() {
    assertThat(log.append(List.of(entry(), entry(), entry())))
        .containsExactly(added(1), added(2), added(3));
    assertThat(log.append(List.of(entry()))).containsExactly(added(4));
    assertThat(numbers(readAll(Position.START))).containsExactly(1L, 2L, 3L, 4L);
    assertThat(log.bounds().head().number()).isEqualTo(4);
    assertThat(log.bounds().floor().number()).isZero();
  }

  @Test
  void LOG_1_anEmptyLogBeginsAtZero() {
    assertThat(log.bounds().head().number()).isZero();
    Page page = log.read(Position.START, 10, NO_LIMIT);
    assertThat(page.validity()).isEqualTo(Validity.OK);
    assertThat(page.entries()).isEmpty();
    assertThat(log.append(List.of())).isEmpty();
    Position head = log.bounds().head();
    log.append(List.of(entry()));
    assertThat(numbers(log.read(head, 10, NO_LIMIT).entries())).containsExactly(1L);
  }

  @Test
  void LOG_1_readingOnFromTheLastEntryGivesTheRest() {
    append(5);
    Page first = log.read(Position.START, 2, NO_LIMIT);
    Position last = position(first.entries().get(1));
    assertThat(numbers(readAll(last))).containsExactly(3L, 4L, 5L);
  }

  @Test
  void LOG_1_aReaderWhoPollsNeverMissesWhatRacingWritersAppend() throws Exception {
    AtomicInteger busy = new AtomicInteger(APPENDERS);
    List<Supplier<List<UUID>>> threads = new ArrayList<>();
    IntStream.range(0, APPENDERS).forEach(i -> threads.add(() -> appending(i, busy)));
    threads.add(() -> polling(busy));
    List<List<UUID>> results = Racing.together(threads);
    List<UUID> seen = results.get(APPENDERS);
    Set<UUID> written = new HashSet<>();
    results.subList(0, APPENDERS).forEach(written::addAll);
    assertThat(seen).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(written);
    assertThat(numbers(readAll(Position.START)))
        .containsExactlyElementsOf(LongStream.rangeClosed(1, written.size()).boxed().toList());
  }

  private List<UUID> appending(int appender, AtomicInteger busy) {
    try {
      List<UUID> written = new ArrayList<>();
      for (int round = 0; round < rounds(); round++) {
        List<NewEntry> entries =
            IntStream.rangeClosed(0, round % 4).mapToObj(i -> entry()).toList();
        if (appender % 3 == 0) {
          int first = round * 4;
          log.merge(
              "peer" + appender,
              Optional.empty(),
              IntStream.range(0, entries.size())
                  .mapToObj(i -> foreign("peer" + appender, first + i + 1, entries.get(i)))
                  .toList());
        } else {
          log.append(entries);
        }
        entries.forEach(entry -> written.add(entry.id()));
      }
      return written;
    } finally {
      busy.decrementAndGet();
    }
  }

  /** Reads on and on; every page has to follow the one before without a gap. */
  private List<UUID> polling(AtomicInteger busy) {
    List<UUID> seen = new ArrayList<>();
    Position position = Position.START;
    boolean last = false;
    while (true) {
      Page page = log.read(position, 7, NO_LIMIT);
      assertThat(page.validity()).isEqualTo(Validity.OK);
      for (LogEntry entry : page.entries()) {
        assertThat(entry.number())
            .as("the number after %s", position)
            .isEqualTo(position.number() + 1);
        position = new Position(page.bounds().head().epoch(), entry.number(), entry.body().id());
        seen.add(entry.body().id());
      }
      if (page.entries().isEmpty()) {
        if (last) {
          return seen;
        }
        // Everything was appended before this was read, so one more empty page ends it.
        last = busy.get() == 0;
      }
    }
  }

  // ---- LOG-2
  // -------------------------------------------------------------------------------------

  @Test
  void LOG_2_aKnownIdAddsNothing() {
    NewEntry first = entry();
    NewEntry second = entry();
    log.append(List.of(first, second));
    assertThat(log.append(List.of(entry(), second, first)))
        .containsExactly(added(3), known(2), known(1));
    assertThat(log.bounds().head().number()).isEqualTo(3);
  }

  @Test
  void LOG_2_anIdTwiceInOneListIsOneEntry() {
    NewEntry twice = entry();
    assertThat(log.append(List.of(twice, entry(), twice)))
        .containsExactly(added(1), added(2), known(1));
    assertThat(readAll(Position.START)).hasSize(2);
  }

  @Test
  void LOG_2_mergingWhatIsKnownAddsNothing() {
    NewEntry own = entry();
    log.append(List.of(own));
    LogEntry foreign = foreign("there", 7, entry());
    assertThat(log.merge("there", Optional.empty(), List.of(foreign))).containsExactly(added(2));
    assertThat(
            log.merge(
                "there", Optional.empty(), List.of(foreign, foreign("there", 8, own), foreign)))
        .containsExactly(known(2), known(1), known(2));
    assertThat(log.append(List.of(foreign.body()))).containsExactly(known(2));
    assertThat(readAll(Position.START)).hasSize(2);
    assertThat(readAll(Position.START).get(0).origin()).isEqualTo("here");
  }

  @Test
  void LOG_2_racingMergesOfOneEntryLeaveOne() throws Exception {
    for (int round = 1; round <= 10; round++) {
      LogEntry foreign = foreign("there", round, entry());
      List<List<Appended>> answers =
          Racing.together(
              IntStream.range(0, APPENDERS)
                  .<Supplier<List<Appended>>>mapToObj(
                      i -> () -> log.merge("p" + i, Optional.empty(), List.of(foreign)))
                  .toList());
      assertThat(answers.stream().filter(answer -> answer.get(0).added())).hasSize(1);
      long number = round;
      assertThat(answers).allSatisfy(a -> assertThat(a.get(0).number()).isEqualTo(number));
    }
  }

  // ---- LOG-3
  // -------------------------------------------------------------------------------------

  @Test
  void LOG_3_aPageHasAtMostSoManyEntries() {
    append(5);
    assertThat(numbers(log.read(Position.START, 3, NO_LIMIT).entries()))
        .containsExactly(1L, 2L, 3L);
    assertThat(log.read(Position.START, 5, NO_LIMIT).entries()).hasSize(5);
    assertThat(log.read(Position.START, 6, NO_LIMIT).entries()).hasSize(5);
  }

  @Test
  void LOG_3_aPageHasAtMostSoManyBytesButAnEntry() {
    // Characters of three bytes each: what is counted is bytes.
    log.append(IntStream.range(0, 4).mapToObj(i -> entry("\u20ac".repeat(100))).toList());
    assertThat(log.read(Position.START, 10, 700).entries()).hasSize(2);
    assertThat(log.read(Position.START, 10, 600).entries()).hasSize(2);
    assertThat(log.read(Position.START, 10, 599).entries()).hasSize(1);
    assertThat(log.read(Position.START, 10, 1).entries()).hasSize(1);
  }

  @Test
  void LOG_3_whatWasAppendedIsReadBack() {
    List<Operation> operations = List.of(Operation.ADD, Operation.DEPRECATE, Operation.DELETE);
    List<NewEntry> written = new ArrayList<>();
    for (Key key : HostileKeys.all()) {
      written.add(
          new NewEntry(
              UUID.randomUUID(),
              operations.get(written.size() % 3),
              key,
              "v\u20ac1",
              written.size() % 2 == 0 ? "" : "ab".repeat(32),
              written.size() * 1_000_000_000_000L,
              written.size() % 2 == 0 ? "" : "s3://bucket/" + written.size(),
              "{\"text\":\"\ud83d\ude00\"}"));
    }
    log.append(written);
    assertThat(readAll(Position.START))
        .extracting(LogEntry::body)
        .containsExactlyElementsOf(written);
  }

  // ---- LOG-4
  // -------------------------------------------------------------------------------------

  @Test
  void LOG_4_itsOwnPositionsAreValid() {
    append(3);
    for (LogEntry entry : readAll(Position.START)) {
      assertThat(log.read(position(entry), 1, NO_LIMIT).validity()).isEqualTo(Validity.OK);
    }
    assertThat(log.read(log.bounds().head(), 1, NO_LIMIT).validity()).isEqualTo(Validity.OK);
  }

  @Test
  void LOG_4_beyondTheHeadIsRecognised() {
    append(3);
    Position head = log.bounds().head();
    invalid(new Position(head.epoch(), 4, UUID.randomUUID()), Validity.BEYOND_HEAD);
  }

  @Test
  void LOG_4_anotherEntryAtThatNumberIsRecognised() {
    append(3);
    Position head = log.bounds().head();
    invalid(new Position(head.epoch(), 2, UUID.randomUUID()), Validity.OTHER_HISTORY);
    invalid(new Position(head.epoch(), 3, UUID.randomUUID()), Validity.OTHER_HISTORY);
  }

  @Test
  void LOG_4_aPositionOfAnotherLogIsRecognised() throws Exception {
    append(3);
    ReplicaLog other = open("elsewhere");
    other.append(List.of(entry(), entry()));
    invalid(other.bounds().head(), Validity.OTHER_HISTORY);
  }

  @Test
  void LOG_4_belowTheFloorIsRecognised() throws Exception {
    append(5);
    List<LogEntry> before = readAll(Position.START);
    compactTo(log, 3);
    assertThat(log.bounds().floor()).isEqualTo(position(before.get(2)));
    assertThat(log.bounds().head()).isEqualTo(position(before.get(4)));
    invalid(Position.START, Validity.BELOW_FLOOR);
    invalid(position(before.get(1)), Validity.BELOW_FLOOR);
    assertThat(numbers(readAll(position(before.get(2))))).containsExactly(4L, 5L);
    assertThat(log.append(List.of(entry()))).containsExactly(added(6));
  }

  @Test
  void LOG_4_aLogThatWasRestoredIsRecognised() throws Exception {
    append(2);
    Runnable restore = backup(log);
    append(3);
    Position lost = log.bounds().head();
    restore.run();
    assertThat(log.bounds().head().number()).isEqualTo(2);
    invalid(lost, Validity.BEYOND_HEAD);
    append(3);
    invalid(lost, Validity.OTHER_HISTORY);
  }

  // ---- LOG-5
  // -------------------------------------------------------------------------------------

  @Test
  void LOG_5_mergingMovesThePointerOfThatPeerOnly() {
    assertThat(log.pointer("there")).isEmpty();
    Position pointer = new Position(UUID.randomUUID(), 7, UUID.randomUUID());
    log.merge("there", Optional.of(pointer), List.of(foreign("there", 7, entry())));
    assertThat(log.pointer("there")).contains(pointer);
    assertThat(log.pointer("elsewhere")).isEmpty();
  }

  @Test
  void LOG_5_withoutAPointerThePointerStays() {
    Position pointer = new Position(UUID.randomUUID(), 7, UUID.randomUUID());
    log.merge("there", Optional.of(pointer), List.of());
    log.merge("there", Optional.empty(), List.of(foreign("there", 8, entry())));
    assertThat(log.pointer("there")).contains(pointer);
    assertThat(readAll(Position.START)).hasSize(1);
  }

  @Test
  void LOG_5_aPointerIsNeverAheadOfItsEntries() throws Exception {
    UUID epoch = UUID.randomUUID();
    AtomicBoolean merging = new AtomicBoolean(true);
    Supplier<Boolean> writer =
        () -> {
          try {
            for (int i = 1; i <= rounds(); i++) {
              LogEntry foreign = foreign("there", i, entry());
              Position pointer = new Position(epoch, i, foreign.body().id());
              log.merge("there", Optional.of(pointer), List.of(foreign));
            }
            return true;
          } finally {
            merging.set(false);
          }
        };
    Supplier<Boolean> reader =
        () -> {
          while (merging.get()) {
            long pointer = log.pointer("there").map(Position::number).orElse(0L);
            assertThat(log.bounds().head().number()).isGreaterThanOrEqualTo(pointer);
          }
          return true;
        };
    assertThat(Racing.together(List.of(writer, reader))).containsExactly(true, true);
  }

  // ---- LOG-6
  // -------------------------------------------------------------------------------------

  @Test
  void LOG_6_originsAreKept() {
    append(1);
    LogEntry foreign = foreign("far", 4_000_000_000L, entry());
    log.merge("there", Optional.empty(), List.of(foreign));
    List<LogEntry> read = readAll(Position.START);
    assertThat(read.get(0).origin()).isEqualTo("here");
    assertThat(read.get(0).originNumber()).isEqualTo(1);
    assertThat(read.get(1).origin()).isEqualTo("far");
    assertThat(read.get(1).originNumber()).isEqualTo(4_000_000_000L);
    assertThat(read.get(1).at()).isEqualTo(foreign.at());
    assertThat(read.get(1).body()).isEqualTo(foreign.body());
    assertThat(read.get(1).number()).isEqualTo(2);
  }

  // ---- LOG-7
  // -------------------------------------------------------------------------------------

  @Test
  void LOG_7_repeatingAnAppendIsHarmless() {
    List<NewEntry> entries = List.of(entry(), entry(), entry());
    log.append(entries);
    assertThat(log.append(entries)).containsExactly(known(1), known(2), known(3));
    assertThat(readAll(Position.START)).hasSize(3);
  }

  @Test
  void LOG_7_aListThatIsRefusedAddsNothing() {
    List<NewEntry> broken = Arrays.asList(entry(), null, entry());
    assertThatThrownBy(() -> log.append(broken)).isInstanceOf(RuntimeException.class);
    assertThat(log.bounds().head().number()).isZero();
    assertThat(readAll(Position.START)).isEmpty();
  }

  // ---- help
  // --------------------------------------------------------------------------------------

  private void append(int count) {
    log.append(IntStream.range(0, count).mapToObj(i -> entry()).toList());
  }

  private void invalid(Position position, Validity expected) {
    Page page = log.read(position, 10, NO_LIMIT);
    assertThat(page.validity()).isEqualTo(expected);
    assertThat(page.entries()).isEmpty();
    assertThat(page.bounds()).isEqualTo(log.bounds());
  }

  private List<LogEntry> readAll(Position after) {
    Page page = log.read(after, 100_000, NO_LIMIT);
    assertThat(page.validity()).isEqualTo(Validity.OK);
    return page.entries();
  }

  private Position position(LogEntry entry) {
    return new Position(log.bounds().head().epoch(), entry.number(), entry.body().id());
  }

  private static List<Long> numbers(List<LogEntry> entries) {
    return entries.stream().map(LogEntry::number).toList();
  }

  private static Appended added(long number) {
    return new Appended(number, true);
  }

  private static Appended known(long number) {
    return new Appended(number, false);
  }

  private static LogEntry foreign(String origin, long number, NewEntry body) {
    return new LogEntry(
        number, origin, number, Instant.ofEpochSecond(1_700_000_000L + number % 1000), body);
  }

  private static NewEntry entry() {
    return entry("{}");
  }

  private static NewEntry entry(String payload) {
    UUID id = UUID.randomUUID();
    byte[] key = ("key/" + id).getBytes(StandardCharsets.UTF_8);
    return new NewEntry(id, Operation.ADD, Key.ofBytes(key), "1", "", 0, "", payload);
  }
}
