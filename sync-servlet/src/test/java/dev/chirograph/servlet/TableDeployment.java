package dev.chirograph.servlet;

import dev.chirograph.SyncException;
import dev.chirograph.http.BearerTokens;
import dev.chirograph.http.HttpReplica;
import dev.chirograph.http.TableCaller;
import dev.chirograph.http.TableHandler;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTenants;
import dev.chirograph.spi.table.TableInfo;
import dev.chirograph.spi.table.Tenant;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Tables behind a server; every customer has a token of its own. */
final class TableDeployment implements AutoCloseable {

  private final Server server;

  TableDeployment(ReplicaTenants tenants, Server.Kind kind) {
    this.server = kind.start(handler(tenants).build());
  }

  static TableHandler.Builder handler(ReplicaTenants tenants) {
    return TableHandler.builder(
        tenants,
        BearerTokens.of(
            hash ->
                List.of("acme", "acme2", "ACME", "acme-north", "north", "acm_", "acm").stream()
                    .filter(customer -> BearerTokens.hash(token(customer)).equals(hash))
                    .map(TableCaller::of)
                    .findFirst()));
  }

  static String token(String customer) {
    return "a-token-that-nobody-can-guess-of-" + customer;
  }

  URI base() {
    return URI.create("http://localhost:" + server.port() + "/app/sync");
  }

  HttpReplica replica(Tenant tenant) {
    return HttpReplica.builder(base(), tenant).token(token(tenant.customer())).build();
  }

  @Override
  public void close() {
    server.close();
  }

  /** Databases of a single table each. */
  static final class Single implements ReplicaTenants {
    private final Map<Tenant, ReplicaTable> tables = new ConcurrentHashMap<>();

    void put(Tenant tenant, ReplicaTable table) {
      tables.put(tenant, table);
    }

    @Override
    public void register(Tenant tenant) {}

    @Override
    public List<String> databases(String customer) {
      return List.of();
    }

    @Override
    public ReplicaDatabase database(Tenant tenant) {
      ReplicaTable only = tables.get(tenant);
      if (only == null) {
        throw new SyncException(SyncException.Kind.NOT_FOUND, "not registered");
      }
      return new ReplicaDatabase() {
        @Override
        public Optional<State> state(Optional<String> known) {
          List<TableInfo> infos = List.of(only.info());
          return Optional.of(new State(infos.toString(), infos));
        }

        @Override
        public ReplicaTable table(String name) {
          return only;
        }
      };
    }
  }
}
