package dev.chirograph.memory;

import dev.chirograph.SyncException;
import dev.chirograph.spi.table.ReplicaTenants;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.spi.table.Tenant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Databases of many customers in memory, all with tables of the same shapes.
 *
 * <p>Safe for use by several threads.
 */
public final class MemoryTenants implements ReplicaTenants {

  private final List<TableShape> shapes;
  private final InstantSource clock;
  private final Map<Tenant, MemoryTables> databases = new ConcurrentHashMap<>();

  private MemoryTenants(List<TableShape> shapes, InstantSource clock) {
    this.shapes = List.copyOf(shapes);
    this.clock = Objects.requireNonNull(clock, "clock");
  }

  /**
   * Nobody is registered at first.
   *
   * @param shapes of the tables that every database has
   * @param clock decides about leases
   */
  public static MemoryTenants of(List<TableShape> shapes, InstantSource clock) {
    return new MemoryTenants(shapes, clock);
  }

  @Override
  public void register(Tenant tenant) {
    databases.computeIfAbsent(tenant, one -> MemoryTables.of(shapes, clock, one.toString()));
  }

  @Override
  public List<String> databases(String customer) {
    return databases.keySet().stream()
        .filter(tenant -> tenant.customer().equals(customer))
        .map(Tenant::database)
        .sorted()
        .toList();
  }

  @Override
  public MemoryTables database(Tenant tenant) {
    MemoryTables database = databases.get(tenant);
    if (database == null) {
      throw new SyncException(
          SyncException.Kind.NOT_FOUND, "the database " + tenant + " is not registered");
    }
    return database;
  }
}
