package dev.chirograph.http;

import dev.chirograph.SyncException;
import dev.chirograph.spi.table.Tenant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Who makes a request to tables: a customer, or one who may use some of its databases only. */
public final class TableCaller {

  private final String customer;
  private final Optional<Set<String>> databases;

  private TableCaller(String customer, Optional<Set<String>> databases) {
    this.customer = customer;
    this.databases = databases;
  }

  /**
   * A caller who may use and register all databases of a customer.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when no customer can have this name
   */
  public static TableCaller of(String customer) {
    return new TableCaller(new Tenant(customer, "any").customer(), Optional.empty());
  }

  /**
   * A caller who may use and register these databases of a customer, as one office does.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when one of the names cannot be one
   */
  public static TableCaller of(String customer, Set<String> databases) {
    TableCaller whole = of(customer);
    databases.forEach(database -> new Tenant(customer, database));
    return new TableCaller(whole.customer, Optional.of(Set.copyOf(databases)));
  }

  /** Whose databases the caller may use. */
  public String customer() {
    return customer;
  }

  /** Whether the caller may use a database. */
  public boolean mayUse(Tenant tenant) {
    return tenant.customer().equals(customer)
        && databases.map(some -> some.contains(tenant.database())).orElse(true);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TableCaller caller
        && caller.customer.equals(customer)
        && caller.databases.equals(databases);
  }

  @Override
  public int hashCode() {
    return Objects.hash(customer, databases);
  }

  @Override
  public String toString() {
    return customer + databases.map(some -> "/" + some).orElse("");
  }
}
