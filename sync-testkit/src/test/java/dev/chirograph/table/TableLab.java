package dev.chirograph.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.memory.MemoryTables;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.ColumnType.Kind;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.testkit.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** An office with one table, its replica, and an engine between them. */
final class TableLab {

  static final String NAME = "invoice";

  static final TableShape SHAPE = shape(NAME);

  final ManualClock clock = ManualClock.create();
  final MemoryTables office;
  final MemoryTables cloud;
  final MemoryTable source;
  final MemoryTable replica;
  final StateStore state = MemoryBackend.create(clock).state("office");

  TableLab() {
    this(SHAPE);
  }

  TableLab(TableShape... shapes) {
    this.office = MemoryTables.of(List.of(shapes), clock, "office");
    this.cloud = MemoryTables.of(List.of(shapes), clock, "cloud");
    this.source = office.table(shapes[0].name());
    this.replica = cloud.table(shapes[0].name());
  }

  static TableShape shape(String name) {
    return new TableShape(
        name,
        List.of(
            new Column("id", ColumnType.of(Kind.INTEGER), false),
            new Column("text", ColumnType.of(Kind.TEXT), true),
            new Column("version", ColumnType.of(Kind.INTEGER), false)),
        List.of("id"),
        Optional.of("version"));
  }

  TableSync.Builder builder() {
    return TableSync.builder("office", office, cloud, state)
        .agent("agent")
        .batch(4, 1 << 20, Duration.ofSeconds(2))
        .environment(clock.environment());
  }

  /** One run of an engine that knows nothing but what is in the stores. */
  TableReport run() {
    return builder().build().run().get(0);
  }

  TableReport verify() {
    return builder().build().verify().get(0);
  }

  void rows(int from, int to) {
    for (int i = from; i <= to; i++) {
      source.put(String.valueOf(i), "v" + i, String.valueOf(i));
    }
  }

  void assertEqual() {
    assertThat(replica.all()).isEqualTo(source.all());
  }
}
