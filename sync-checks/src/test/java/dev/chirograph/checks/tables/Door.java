package dev.chirograph.checks.tables;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.chirograph.http.HttpEndpoint;
import dev.chirograph.http.JdkHttpHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;

/** A server of tables, and the road to it, on which things go wrong as they are told to. */
final class Door implements HttpHandler, AutoCloseable {

  static {
    // Its answers would come 40 ms later.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpHandler tables;
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch later = new CountDownLatch(1);
  private final Phaser late = new Phaser(1);
  private volatile Road road = (number, request, size) -> Trouble.NONE;

  /** Says what becomes of requests. */
  interface Road {
    /**
     * What becomes of one.
     *
     * @param number the first since the door was opened is 1
     * @param request method and path
     * @param size of its body as it is sent
     */
    Trouble at(int number, String request, long size);
  }

  Door(HttpEndpoint endpoint) {
    this.tables = JdkHttpHandler.of(endpoint);
    try {
      this.server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/sync", this);
    server.start();
  }

  URI address() {
    return URI.create("http://localhost:" + server.getAddress().getPort() + "/sync");
  }

  /** From now on requests fare like this, and are counted from 1 again. */
  void leads(Road other) {
    requests.clear();
    road = other;
  }

  /** The methods and paths of requests. */
  List<String> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  /** Does what is late: nobody waits for it any more. Waits until it has been done. */
  void deliverLate() {
    later.countDown();
    late.arriveAndAwaitAdvance();
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
    requests.add(request);
    Trouble trouble = road.at(requests.size(), request, body.length);
    if (trouble != Trouble.LATE) {
      trouble.treat(exchange, body, tables, () -> {});
      return;
    }
    late.register();
    try {
      trouble.treat(exchange, body, tables, this::awaitLater);
    } finally {
      late.arriveAndDeregister();
    }
  }

  private void awaitLater() {
    try {
      later.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    later.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
