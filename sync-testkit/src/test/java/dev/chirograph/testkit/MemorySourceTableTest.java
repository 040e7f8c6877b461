package dev.chirograph.testkit;

import dev.chirograph.memory.MemoryTable;
import dev.chirograph.spi.table.SourceTable;
import dev.chirograph.spi.table.TableShape;
import java.util.List;
import org.jspecify.annotations.Nullable;

@ExpectedSkips(1) // there is one writer at a time
class MemorySourceTableTest extends SourceTableConformance {

  private final ManualClock clock = ManualClock.create();

  @Override
  protected SourceTable newSource(TableShape shape) {
    return MemoryTable.of(shape, clock, "office");
  }

  @Override
  protected void put(SourceTable table, List<@Nullable String> cells) {
    ((MemoryTable) table).put(cells.toArray(String[]::new));
  }

  @Override
  protected void remove(SourceTable table, List<@Nullable String> key) {
    ((MemoryTable) table).remove(key.toArray(String[]::new));
  }

  @Override
  protected int rounds() {
    return 500;
  }
}
