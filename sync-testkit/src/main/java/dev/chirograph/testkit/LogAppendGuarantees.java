package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.spi.ReplicaLog.Appended;
import dev.chirograph.spi.ReplicaLog.LogEntry;
import dev.chirograph.spi.ReplicaLog.NewEntry;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.ReplicaLog.Validity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What appending does: LOG-1, LOG-2 and LOG-7. */
abstract class LogAppendGuarantees extends LogHarness {

  private static final int APPENDERS = 6;

  // ---- LOG-1

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
  void LOG_1_aReaderWhoPollsNeverMissesWhatRacingWritersAppend() {
    AtomicInteger busy = new AtomicInteger(APPENDERS);
    List<List<UUID>> results =
        Crowd.of(APPENDERS + 1, i -> i < APPENDERS ? appending(i, busy) : polling(busy));
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
  void LOG_2_racingMergesOfOneEntryLeaveOne() {
    for (int round = 1; round <= 10; round++) {
      LogEntry foreign = foreign("there", round, entry());
      List<List<Appended>> answers =
          Crowd.of(APPENDERS, i -> log.merge("p" + i, Optional.empty(), List.of(foreign)));
      assertThat(answers.stream().filter(answer -> answer.get(0).added())).hasSize(1);
      long number = round;
      assertThat(answers).allSatisfy(a -> assertThat(a.get(0).number()).isEqualTo(number));
    }
  }

  // ---- LOG-7

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
}
