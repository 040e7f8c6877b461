package dev.chirograph.simulation;

import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.memory.MemoryTenants;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.testkit.ManualClock;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What the offices of a schedule share: the cloud, the time, and a store for what engines keep. */
final class TableTown {

  final ManualClock clock = ManualClock.create();
  final MemoryTenants cloud;
  StateStore state;

  private final Map<TableHappening, Long> counts = new EnumMap<>(TableHappening.class);

  TableTown(List<TableShape> shapes) {
    this.cloud = MemoryTenants.of(shapes, clock);
    this.state = MemoryBackend.create(clock).state("office");
  }

  void loseState() {
    state = MemoryBackend.create(clock).state("office");
  }

  void count(TableHappening what, long often) {
    if (often > 0) {
      counts.merge(what, often, Long::sum);
    }
  }

  Map<TableHappening, Long> counts() {
    return counts;
  }
}
