package dev.chirograph.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.DeleteLimit;
import dev.chirograph.SyncException;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.ColumnType.Kind;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.testkit.ManualClock;
import dev.chirograph.testkit.Seed;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** One table and its replica, pass by pass. */
class TableSyncTest {

  private static final TableShape SHAPE =
      new TableShape(
          "invoice",
          List.of(
              new Column("id", ColumnType.of(Kind.INTEGER), false),
              new Column("text", ColumnType.of(Kind.TEXT), true),
              new Column("version", ColumnType.of(Kind.INTEGER), false)),
          List.of("id"),
          Optional.of("version"));

  private final ManualClock clock = ManualClock.create();
  private final MemoryTable source = MemoryTable.of(SHAPE, clock, "office");
  private final MemoryTable replica = MemoryTable.of(SHAPE, clock, "cloud");
  private final StateStore state = MemoryBackend.create(clock).state("office");

  private TableSync.Builder builder() {
    return TableSync.builder("invoice", source, replica, state)
        .batch(4, 1 << 20, Duration.ofSeconds(2))
        .environment(clock.environment());
  }

  private void rows(int from, int to) {
    for (int i = from; i <= to; i++) {
      source.put(String.valueOf(i), "v" + i, String.valueOf(i));
    }
  }

  @Test
  void aRowThatWasDeletedBetweenTwoBatchesIsDeleted() {
    rows(1, 10);
    assertThat(builder().build().run().sent()).isEqualTo(10);
    source.remove("5");

    TableReport report = builder().build().run();

    assertThat(report.deleted()).isOne();
    assertThat(report.certificate()).isPresent();
    assertThat(replica.all()).isEqualTo(source.all());
  }

  @Test
  void theNewestRowIsDeletedAfterItWasDeletedInTheSource() {
    rows(1, 10);
    builder().build().run();
    source.remove("10");
    assertThat(builder().build().run().deleted()).isOne();
    assertThat(replica.all()).isEqualTo(source.all());
  }

  @Test
  void anEmptySourceEmptiesNoReplica() {
    rows(1, 10);
    builder().build().run();
    for (int i = 1; i <= 10; i++) {
      source.remove(String.valueOf(i));
    }
    TableReport report = builder().build().run();
    assertThat(report.deleted()).isZero();
    assertThat(report.heldBack()).isEqualTo(10);
    assertThat(report.certificate()).isEmpty();
    assertThat(replica.size()).isEqualTo(10);
  }

  @Test
  void aSecondAgentFailsClearly() {
    rows(1, 2);
    assertThat(replica.lease("other", Duration.ofMinutes(1))).isPresent();
    assertThatThrownBy(() -> builder().build().run())
        .isInstanceOf(SyncException.class)
        .hasMessageContaining("another agent");
    clock.advance(Duration.ofMinutes(2));
    assertThat(builder().build().run().sent()).isEqualTo(2);
  }

  @Test
  void manyRowsOfOneVersionAreCompared() {
    for (int i = 0; i < 5_000; i++) {
      source.put(String.valueOf(i), "v", "7");
    }
    builder().batch(1_000, 1 << 20, Duration.ofSeconds(2)).build().run();
    source.put("17", "other", "7");
    TableReport report = builder().build().run();
    assertThat(report.mended()).isOne();
    assertThat(report.certificate()).isPresent();
  }

  @Test
  void afterAnyEditsOnePassMakesBothEqual() {
    SplittableRandom random = Seed.draw().random();
    long version = 0;
    for (int pass = 0; pass < 300; pass++) {
      for (int i = random.nextInt(20); i > 0; i--) {
        String id = String.valueOf(random.nextInt(50));
        if (random.nextInt(3) == 0) {
          source.remove(id);
        } else {
          // Now and then a version is given out again, as after a restore.
          version += random.nextInt(10) == 0 ? -random.nextInt(5) : 1;
          source.put(id, random.nextInt(5) == 0 ? null : "v" + random.nextInt(), "" + version);
        }
      }
      if (random.nextInt(5) == 0) {
        replica.remove(String.valueOf(random.nextInt(50)));
      }
      TableReport report =
          builder().deletes(DeleteLimit.of(1_000, 1).allowEmptySource()).build().run();
      assertThat(replica.all()).as("pass %s", pass).isEqualTo(source.all());
      assertThat(report.certificate()).isPresent();
    }
  }
}
