package dev.chirograph.examples.offices;

import dev.chirograph.http.HttpCall;
import dev.chirograph.http.HttpEndpoint;
import dev.chirograph.http.HttpReply;
import dev.chirograph.servlet.EndpointServlet;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.ConnectionStatistics;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** Where agents ask: Jetty, which counts what goes through, and can go away. */
final class Door implements AutoCloseable {

  private final Server jetty = new Server();
  private final ServerConnector connector = new ServerConnector(jetty);
  private final ConnectionStatistics closed = new ConnectionStatistics();
  private final AtomicInteger writesLeft = new AtomicInteger(Integer.MAX_VALUE);
  private volatile CompletableFuture<Void> leaving = CompletableFuture.completedFuture(null);

  /** Requests that were made, and bytes that went over the wire in both directions. */
  record Traffic(long requests, long bytes) {
    Traffic since(Traffic before) {
      return new Traffic(requests - before.requests, bytes - before.bytes);
    }
  }

  private Door(HttpEndpoint api) {
    connector.setHost("localhost");
    connector.addBean(closed);
    jetty.addConnector(connector);
    ServletContextHandler context = new ServletContextHandler("/");
    context.addServlet(new ServletHolder(EndpointServlet.of(call -> handle(api, call))), "/sync/*");
    jetty.setHandler(context);
  }

  /** Begins to answer. */
  static Door open(HttpEndpoint api) {
    Door door = new Door(api);
    does("start", door.jetty::start);
    door.connector.setPort(door.connector.getLocalPort()); // it comes back at the same
    return door;
  }

  URI address() {
    return URI.create("http://localhost:" + connector.getPort() + "/sync");
  }

  Traffic traffic() {
    return new Traffic(
        closed.getReceivedMessages() + ofOpen(Connection::getMessagesIn),
        closed.getReceivedBytes()
            + closed.getSentBytes()
            + ofOpen(one -> one.getBytesIn() + one.getBytesOut()));
  }

  private long ofOpen(ToLongFunction<Connection> what) {
    return connector.getConnectedEndPoints().stream()
        .map(EndPoint::getConnection)
        .mapToLong(what)
        .sum();
  }

  // ---- going away

  /** Goes away when so many more batches of rows have been written; the last answer is lost. */
  void leaveAfter(int writes) {
    writesLeft.set(writes);
  }

  private HttpReply handle(HttpEndpoint api, HttpCall call) throws IOException {
    HttpReply reply = api.handle(call);
    boolean write = call.method().equals("POST") && call.path().matches(".*/tables/[^/]+");
    if (write && writesLeft.decrementAndGet() == 0) {
      leaving = CompletableFuture.runAsync(() -> does("stop", connector::stop));
      leaving.join();
      reply.close();
      throw new IOException("the answer gets lost");
    }
    return reply;
  }

  /** Answers again. */
  void comeBack() {
    leaving.join();
    writesLeft.set(Integer.MAX_VALUE);
    does("start again", connector::start);
  }

  @Override
  public void close() {
    does("stop", jetty::stop);
  }

  /** What Jetty does when it starts or stops. */
  private interface Step {
    void run() throws Exception;
  }

  private static void does(String what, Step step) {
    try {
      step.run();
    } catch (Exception e) {
      throw new IllegalStateException("Jetty did not " + what, e);
    }
  }
}
