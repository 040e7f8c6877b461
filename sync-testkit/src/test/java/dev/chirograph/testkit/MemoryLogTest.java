package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Appended;
import dev.chirograph.spi.ReplicaLog.NewEntry;
import dev.chirograph.spi.ReplicaLog.Operation;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.ReplicaLog.Validity;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class MemoryLogTest extends ReplicaLogConformance {

  @Override
  protected ReplicaLog open(String node) {
    return MemoryLog.of(node);
  }

  @Override
  protected void compactTo(ReplicaLog log, long number) {
    ((MemoryLog) log).compactTo(number);
  }

  @Override
  protected Runnable backup(ReplicaLog log) {
    MemoryLog memory = (MemoryLog) log;
    MemoryLog.Backup backup = memory.backup();
    return () -> memory.restore(backup);
  }

  @Test
  void LOG_4_aNewEpochEndsOldPositions() {
    MemoryLog log = MemoryLog.of("here");
    Position before = log.bounds().head();
    log.newEpoch();
    assertThat(log.read(before, 1, 1).validity()).isEqualTo(Validity.OTHER_HISTORY);
    assertThat(log.read(log.bounds().head(), 1, 1).validity()).isEqualTo(Validity.OK);
  }

  @Test
  void LOG_2_whatWasCompactedAwayStaysKnown() {
    MemoryLog log = MemoryLog.of("here");
    NewEntry old = new NewEntry(new UUID(0, 7), Operation.ADD, Key.utf8("a"), "1", "", 0, "", "");
    log.append(List.of(old));
    log.compactTo(1);
    assertThat(log.append(List.of(old))).containsExactly(new Appended(1, false));
    assertThat(log.bounds().floor()).isEqualTo(log.bounds().head());
    assertThatThrownBy(() -> log.compactTo(2)).isInstanceOf(SyncException.class);
  }

  @Test
  void restoringBringsPointersBack() {
    MemoryLog log = MemoryLog.of("here");
    Position early = new Position(new UUID(0, 1), 1, new UUID(0, 2));
    Position late = new Position(new UUID(0, 1), 2, new UUID(0, 3));
    log.merge("there", Optional.of(early), List.of());
    MemoryLog.Backup backup = log.backup();
    log.merge("there", Optional.of(late), List.of());
    log.restore(backup);
    assertThat(log.pointer("there")).contains(early);
  }

  @Override
  protected int rounds() {
    return 2_000;
  }
}
