package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.LogEntry;
import dev.chirograph.spi.ReplicaLog.NewEntry;
import dev.chirograph.spi.ReplicaLog.Operation;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.ReplicaLog.Validity;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What reading after a position does: LOG-3 and LOG-4. */
abstract class LogReadGuarantees extends LogAppendGuarantees {

  // ---- LOG-3

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

  private void invalid(Position position, Validity expected) {
    Page page = log.read(position, 10, NO_LIMIT);
    assertThat(page.validity()).isEqualTo(expected);
    assertThat(page.entries()).isEmpty();
    assertThat(page.bounds()).isEqualTo(log.bounds());
  }
}
