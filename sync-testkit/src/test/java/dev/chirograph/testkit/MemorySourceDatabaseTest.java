package dev.chirograph.testkit;

import dev.chirograph.memory.MemoryTable;
import dev.chirograph.memory.MemoryTables;
import dev.chirograph.spi.table.SourceDatabase;
import dev.chirograph.spi.table.SourceTable;
import dev.chirograph.spi.table.TableShape;
import java.util.List;
import org.jspecify.annotations.Nullable;

@ExpectedSkips(1) // whoever makes it says in which order tables are
class MemorySourceDatabaseTest extends SourceDatabaseConformance {

  @Override
  protected SourceDatabase newDatabase(List<TableShape> shapes) {
    return MemoryTables.of(shapes, ManualClock.create(), "office");
  }

  @Override
  protected void put(SourceTable table, List<@Nullable String> cells) {
    ((MemoryTable) table).put(cells.toArray(String[]::new));
  }
}
