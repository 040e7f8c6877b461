package dev.chirograph.benchmarks;

import com.sun.net.httpserver.HttpServer;
import dev.chirograph.http.BearerTokens;
import dev.chirograph.http.HttpReplica;
import dev.chirograph.http.JdkHttpHandler;
import dev.chirograph.http.TableCaller;
import dev.chirograph.http.TableHandler;
import dev.chirograph.spi.table.ReplicaTenants;
import dev.chirograph.spi.table.Tenant;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;

/** Tables of a tenant behind a server on the loopback interface, and what goes over the wire. */
final class ServedTables implements AutoCloseable {

  private static final Tenant TENANT = new Tenant("benchmark", "office");
  private static final String TOKEN = "the-only-caller-of-a-benchmark-knows-this";

  private final HttpServer server;
  private final ExecutorService threads;
  private final CountingRelay relay;
  private final LongAdder requests;

  private ServedTables(
      HttpServer server, ExecutorService threads, CountingRelay relay, LongAdder requests) {
    this.server = server;
    this.threads = threads;
    this.relay = relay;
    this.requests = requests;
  }

  /**
   * Starts.
   *
   * @param delay of all bytes, in each direction
   */
  static ServedTables of(ReplicaTenants tenants, Duration delay) throws IOException {
    // The JDK's server waits 40 ms in the middle of many answers otherwise.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    ExecutorService threads = Executors.newCachedThreadPool();
    server.setExecutor(threads);
    tenants.register(TENANT);
    TableHandler handler =
        TableHandler.builder(
                tenants,
                BearerTokens.of(
                    Map.of(BearerTokens.hash(TOKEN), TableCaller.of(TENANT.customer()))))
            .build();
    LongAdder requests = new LongAdder();
    server.createContext(
        "/tables",
        JdkHttpHandler.of(
            call -> {
              requests.increment();
              return handler.handle(call);
            }));
    server.start();
    return new ServedTables(
        server, threads, CountingRelay.to(server.getAddress().getPort(), delay), requests);
  }

  /** The tables as the other side sees them. */
  HttpReplica replica() {
    URI base = URI.create("http://localhost:" + relay.port() + "/tables");
    return HttpReplica.builder(base, TENANT).token(TOKEN).build();
  }

  /** How many requests were answered so far. */
  long requests() {
    return requests.sum();
  }

  /** How many bytes went over the wire so far, headers included. */
  long bytes() {
    return relay.bytes();
  }

  @Override
  public void close() throws IOException {
    relay.close();
    server.stop(0);
    threads.shutdownNow();
  }
}
