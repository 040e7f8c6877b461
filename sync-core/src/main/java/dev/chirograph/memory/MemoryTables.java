package dev.chirograph.memory;

import dev.chirograph.SyncException;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.SourceDatabase;
import dev.chirograph.spi.table.TableInfo;
import dev.chirograph.spi.table.TableShape;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A database in memory, as a source or as a replica.
 *
 * <p>Safe for use by several threads.
 */
public final class MemoryTables implements SourceDatabase, ReplicaDatabase {

  private final Map<String, MemoryTable> tables = new LinkedHashMap<>();

  private MemoryTables() {}

  /**
   * A database with empty tables.
   *
   * @param shapes of its tables; those that others refer to come before them
   * @param clock decides about leases
   * @param incarnation names the database
   */
  public static MemoryTables of(List<TableShape> shapes, InstantSource clock, String incarnation) {
    MemoryTables database = new MemoryTables();
    for (TableShape shape : shapes) {
      database.tables.put(shape.name(), MemoryTable.of(shape, clock, incarnation));
    }
    return database;
  }

  @Override
  public List<String> tables() {
    return List.copyOf(tables.keySet());
  }

  @Override
  public List<TableInfo> infos(Collection<String> names) {
    return names.stream().map(name -> table(name).info()).toList();
  }

  @Override
  public Optional<State> state(Optional<String> known) {
    List<TableInfo> infos = infos(tables.keySet());
    long writes = tables.values().stream().mapToLong(MemoryTable::writes).sum();
    String tag = Integer.toHexString(infos.hashCode()) + "-" + writes;
    return known.filter(tag::equals).isPresent()
        ? Optional.empty()
        : Optional.of(new State(tag, infos));
  }

  @Override
  public MemoryTable table(String name) {
    MemoryTable table = tables.get(name);
    if (table == null) {
      throw new SyncException(
          SyncException.Kind.NOT_FOUND, "there is no table '" + name + "', only " + tables());
    }
    return table;
  }
}
