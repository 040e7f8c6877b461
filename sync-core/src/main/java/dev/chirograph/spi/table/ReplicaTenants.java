package dev.chirograph.spi.table;

import java.util.List;

/**
 * Databases of many customers, of which none sees another's.
 *
 * <p>Who asks for a tenant has to know that the caller is this tenant: nothing is checked here.
 */
public interface ReplicaTenants {

  /** Registers a database; nothing happens when it is there already. */
  void register(Tenant tenant);

  /** The names of a customer's databases, in order. */
  List<String> databases(String customer);

  /**
   * The tables of a tenant.
   *
   * @throws dev.chirograph.SyncException of kind NOT_FOUND when it is not registered
   */
  ReplicaDatabase database(Tenant tenant);
}
