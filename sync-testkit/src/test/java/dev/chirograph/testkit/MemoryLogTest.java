package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.ReplicaLog.Validity;
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
}
