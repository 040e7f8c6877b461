package dev.chirograph.servlet;

import dev.chirograph.http.HttpEndpoint;
import dev.chirograph.memory.MemoryTenants;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.ReplicaTenants;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.spi.table.Tenant;
import dev.chirograph.testkit.ManualClock;
import dev.chirograph.testkit.ReplicaTenantsConformance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Tenants over HTTP share nothing, each with a token of its own. */
abstract class TenantsOverHttp extends ReplicaTenantsConformance {

  private static final Pattern NAME = Pattern.compile("\"([a-z]+)\"(?!:)");

  private final List<TableDeployment> servers = new ArrayList<>();

  abstract Server server(HttpEndpoint endpoint);

  @Override
  protected void close() {
    servers.forEach(TableDeployment::close);
  }

  @Override
  protected ReplicaTenants newTenants(List<TableShape> shapes) {
    MemoryTenants tenants = MemoryTenants.of(shapes, ManualClock.create());
    TableDeployment server = new TableDeployment(tenants, this::server);
    servers.add(server);
    return new ReplicaTenants() {
      @Override
      public void register(Tenant tenant) {
        server.replica(tenant).register();
      }

      @Override
      public List<String> databases(String customer) {
        return listed(server, customer);
      }

      @Override
      public ReplicaDatabase database(Tenant tenant) {
        return server.replica(tenant);
      }
    };
  }

  private static List<String> listed(TableDeployment server, String customer) {
    URI uri = URI.create(server.base() + "/v1/customers/" + customer + "/databases");
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Authorization", "Bearer " + TableDeployment.token(customer))
            .build();
    try {
      String body = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
      return NAME.matcher(body).results().map((MatchResult name) -> name.group(1)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
