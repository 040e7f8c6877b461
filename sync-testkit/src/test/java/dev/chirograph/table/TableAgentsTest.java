package dev.chirograph.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.CloseableIterator;
import dev.chirograph.DeleteLimit;
import dev.chirograph.KeyRange;
import dev.chirograph.SyncException;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.StateStore.Stored;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.ReplicaTable.Write;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two agents that work on one table: while one stands still, the other does all there is to do. */
class TableAgentsTest {

  private static final Duration NEVER = Duration.ofDays(1_000);

  private final TableLab lab = new TableLab();
  private final AtomicBoolean still = new AtomicBoolean(true);

  @BeforeEach
  void bothSidesAreEqual() {
    lab.rows(1, 10);
    lab.run();
    lab.assertEqual();
  }

  private TableSync.Builder engine(ReplicaDatabase replica, StateStore state, String agent) {
    return TableSync.builder("office", lab.office, replica, state)
        .agent(agent)
        .compareEvery(NEVER)
        .batch(4, 1 << 20, Duration.ofSeconds(2))
        .environment(lab.clock.environment());
  }

  /** Stands still once, before a write or behind it, for longer than its lease. */
  private TableReport slow(Predicate<Write> at, boolean behind, Runnable meanwhile) {
    ReplicaDatabase replica =
        Watched.replica(
            lab.cloud,
            (method, arguments, real) -> {
              boolean stands =
                  method.getName().equals("write")
                      && at.test((Write) arguments[0])
                      && still.getAndSet(false);
              Object answer = stands && !behind ? null : real.call();
              if (stands) {
                lab.clock.advance(Duration.ofMinutes(3));
                meanwhile.run();
              }
              return stands && !behind ? real.call() : answer;
            });
    return engine(replica, lab.state, "slow").build().run().get(0);
  }

  private TableReport quick() {
    return engine(lab.cloud, lab.state, "quick").build().run().get(0);
  }

  private static Predicate<Write> puts(String id) {
    return write -> write.puts().stream().anyMatch(row -> row.key().text().equals(id));
  }

  @Test
  void L4_whatWasReadBeforeAnotherAgentCameIsNotWrittenBehindIt() {
    for (int i = 11; i <= 16; i++) {
      lab.source.put("" + i, "old", "" + i);
    }
    TableReport report =
        slow(
            puts("11"),
            true,
            () -> {
              lab.source.put("15", "new", "17"); // its old version waits to be written
              assertThat(quick().failure()).isEmpty();
              lab.assertEqual();
            });
    assertThat(report.failure().map(SyncException::kind)).contains(SyncException.Kind.CONFLICT);
    lab.assertEqual();
  }

  @Test
  void L11_aRowThatAnotherAgentHoldsMeanwhileStaysHeld() {
    lab.replica.refuse(row -> row.cells().contains("bad"));
    lab.source.put("1", "bad", "11");
    lab.source.put("2", "bad", "12");
    assertThat(quick().quarantined()).isEqualTo(2);
    lab.source.put("2", "good", "13");
    lab.source.put("3", "good", "14");
    slow(
        puts("3"),
        true,
        () -> {
          lab.source.put("2", "bad", "15"); // it was held before
          lab.source.put("3", "bad", "16"); // it was not
          assertThat(quick().quarantined()).isGreaterThan(1);
        });
    assertThat(held()).as("records of the rows 1, 2 and 3").isEqualTo(3);
    lab.replica.refuse(row -> false);
    lab.clock.advance(Duration.ofHours(1));
    quick();
    lab.assertEqual();
  }

  @Test
  void whatAnotherAgentHasNotedMeanwhileDoesNotStandForWhatWasReadBefore() {
    MemoryTable.Backup before = lab.source.backup();
    lab.rows(11, 12);
    StateStore state =
        Watched.of(
            StateStore.class,
            lab.state,
            (method, arguments, real) -> {
              if (arguments[0].equals("table-tag") && still.getAndSet(false)) {
                assertThat(quick().sent()).isEqualTo(2);
              }
              return real.call();
            });
    assertThat(engine(lab.cloud, state, "slow").build().run().get(0).failure()).isEmpty();
    lab.source.restore(before, "another life");
    assertThat(quick().deleted()).isEqualTo(2);
    lab.assertEqual();
  }

  @Test
  void L3_whatAnotherAgentHasDeletedMeanwhileInTheSameRoundCounts() {
    TableOptions few = TableOptions.standard().withDeletes(DeleteLimit.of(5, 1));
    TableSync quick = engine(lab.cloud, lab.state, "quick").table(TableLab.NAME, few).build();
    lab.replica.refuse(row -> row.cells().contains("bad"));
    lab.source.put("1", "bad", "11"); // a round lasts until this row is taken
    quick.verify();
    deleted("2", "3");
    quick.run();
    assertThat(quick.run().get(0).deleted()).isEqualTo(2);
    deleted("4", "5");
    quick.run();
    StateStore state =
        Watched.of(
            StateStore.class,
            lab.state,
            (method, arguments, real) -> {
              if (arguments[0].equals("table-tag") && still.getAndSet(false)) {
                assertThat(quick.run().get(0).deleted()).isEqualTo(2);
                deleted("6", "7");
                quick.run();
              }
              return real.call();
            });
    TableSync slow = engine(lab.cloud, state, "slow").table(TableLab.NAME, few).build();
    TableReport report = slow.run().get(0);
    assertThat(report.deleted()).isZero();
    assertThat(report.heldBack()).isEqualTo(2);
  }

  private void deleted(String... ids) {
    for (String id : ids) {
      lab.source.remove(id);
    }
  }

  @Test
  void L4_whatWasFoundOutBeforeAnotherAgentCameIsNotWrittenDownBehindIt() {
    lab.rows(11, 12);
    AtomicReference<byte[]> kept = new AtomicReference<>(new byte[0]);
    TableReport report =
        slow(
            puts("11"),
            true,
            () -> {
              lab.rows(13, 14);
              assertThat(quick().failure()).isEmpty();
              kept.set(memory());
            });
    assertThat(report.failure().map(SyncException::kind)).contains(SyncException.Kind.CONFLICT);
    assertThat(memory()).isEqualTo(kept.get());
    lab.assertEqual();
  }

  private long held() {
    long number = 0;
    try (CloseableIterator<Stored> records = lab.state.scan("table-quarantine", KeyRange.all())) {
      for (; records.hasNext(); records.next()) {
        number++;
      }
    }
    return number;
  }

  private byte[] memory() {
    try (CloseableIterator<Stored> records = lab.state.scan("table-memory", KeyRange.all())) {
      return records.next().value();
    }
  }
}
