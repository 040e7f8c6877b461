package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.spi.ReplicaLog.LogEntry;
import dev.chirograph.spi.ReplicaLog.Position;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What merging the entries of peers does: LOG-5 and LOG-6. */
abstract class LogMergeGuarantees extends LogReadGuarantees {

  // ---- LOG-5

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
  void LOG_5_aPointerIsNeverAheadOfItsEntries() {
    UUID epoch = UUID.randomUUID();
    Crowd.whileRunning(
        () -> {
          for (int i = 1; i <= rounds(); i++) {
            LogEntry foreign = foreign("there", i, entry());
            Position pointer = new Position(epoch, i, foreign.body().id());
            log.merge("there", Optional.of(pointer), List.of(foreign));
          }
        },
        () -> {
          long pointer = log.pointer("there").map(Position::number).orElse(0L);
          assertThat(log.bounds().head().number()).isGreaterThanOrEqualTo(pointer);
          return pointer;
        });
  }

  // ---- LOG-6

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
}
