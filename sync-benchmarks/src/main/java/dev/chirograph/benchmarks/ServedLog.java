package dev.chirograph.benchmarks;

import com.sun.net.httpserver.HttpServer;
import dev.chirograph.http.HttpLogPeer;
import dev.chirograph.http.JdkHttpHandler;
import dev.chirograph.http.LogHandler;
import dev.chirograph.http.LogKeys;
import dev.chirograph.http.SigningKey;
import dev.chirograph.log.LogReplicator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A node behind a server on the loopback interface, which one other may call. */
final class ServedLog implements AutoCloseable {

  private static final SigningKey KEY =
      SigningKey.of(
          "benchmark", "both nodes of the benchmark know it".getBytes(StandardCharsets.UTF_8));

  private final LogReplicator node;
  private final HttpServer server;
  private final ExecutorService threads;

  private ServedLog(LogReplicator node, HttpServer server, ExecutorService threads) {
    this.node = node;
    this.server = server;
    this.threads = threads;
  }

  static ServedLog of(LogReplicator node, String caller) throws IOException {
    // The JDK's server waits 40 ms in the middle of many answers otherwise.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    ExecutorService threads = Executors.newCachedThreadPool();
    server.setExecutor(threads);
    LogHandler handler =
        LogHandler.builder(node).keys(LogKeys.fixed(Map.of(caller, List.of(KEY)))).build();
    server.createContext("/log", JdkHttpHandler.of(handler));
    server.start();
    return new ServedLog(node, server, threads);
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** The node as another sees it. */
  HttpLogPeer.Builder peer(String from) {
    return peer(from, port());
  }

  /** The same through something in between. */
  HttpLogPeer.Builder peer(String from, int port) {
    URI uri = URI.create("http://localhost:" + port + "/log");
    return HttpLogPeer.builder(from, node.node(), uri).key(KEY);
  }

  @Override
  public void close() {
    node.close();
    server.stop(0);
    threads.shutdownNow();
  }
}
