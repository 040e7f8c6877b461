package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.ReplicaLog;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryLogTest extends ReplicaLogConformance {

  private final ManualClock clock = ManualClock.create();

  @Override
  protected ReplicaLog open(String node) {
    return MemoryLog.builder(node).clock(clock).build();
  }

  @Override
  protected Instant now() {
    return clock.instant();
  }

  @Override
  protected void advance(Duration time) {
    clock.advance(time);
  }

  @Override
  protected Runnable backup(ReplicaLog log) {
    MemoryLog memory = (MemoryLog) log;
    MemoryLog.Backup backup = memory.backup();
    return () -> memory.restore(backup);
  }

  @Override
  protected int rounds() {
    return 500;
  }

  @Test
  void LOG_10_whatWasNotedAfterABackupIsNotNotedAfterItsRestore() {
    MemoryLog log = MemoryLog.builder("here").clock(clock).build();
    log.append(List.of(entry(Operation.DELETE, "gone")));
    MemoryLog.Backup backup = log.backup();
    log.compact(Instant.EPOCH, Instant.EPOCH);
    log.restore(backup);
    clock.advance(Duration.ofHours(1));
    assertThat(log.compact(Instant.EPOCH, clock.instant())).isZero();
    assertThat(log.find(List.of(Key.utf8("gone")))).hasSize(1);
  }

  @Test
  void restoringBringsEverythingBack() {
    MemoryLog log = MemoryLog.of("here");
    log.append(List.of(entry()));
    log.merge(page("there", 1, seen("there", 1)));
    MemoryLog.Backup backup = log.backup();
    ReplicaLog.Bounds bounds = log.bounds();
    log.merge(page("there", 2, seen("there", 2), foreign("there", 2, entry())));
    log.passed("reader", log.bounds().head());
    log.restore(backup);
    assertThat(log.bounds()).isEqualTo(bounds);
    assertThat(log.pointer("there")).contains(elsewhere(1));
    assertThat(log.members()).hasSize(1);
  }
}
