package dev.chirograph.examples;

import com.sun.net.httpserver.HttpServer;
import dev.chirograph.Key;
import dev.chirograph.RetryPolicy;
import dev.chirograph.http.HttpLogPeer;
import dev.chirograph.http.JdkHttpHandler;
import dev.chirograph.http.LogHandler;
import dev.chirograph.http.LogKeys;
import dev.chirograph.http.SigningKey;
import dev.chirograph.jdbc.JdbcLog;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.log.LogPeer;
import dev.chirograph.log.LogReplicator;
import dev.chirograph.servers.Database;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Why a push does not move the pointer. M pushes what it gets to A; one push is lost, the next one
 * arrives. A pulls on from where it was, gets both, and keeps the one that it lacks.
 */
public final class Timeline {

  private Timeline() {}

  /** Takes no arguments: two logs in H2 talk over HTTP. */
  public static void main(String... args) throws IOException {
    int portOfM = freePort();
    int portOfA = freePort();
    try (Node m = new Node("M", portOfM, "A", portOfA);
        Node a = new Node("A", portOfA, "M", portOfM)) {
      m.append("X");
      m.replicator.push("A"); // which is not there yet
      say("T0", "M has X", m, a);

      a.open();
      m.open();
      a.replicator.pull("M");
      say("T1", "A joins and pulls", m, a);

      m.append("Y");
      say("T2", "M gets Y", m, a);

      a.shut();
      m.replicator.push("A");
      say("T3", "M pushes Y, which times out", m, a);

      a.open();
      m.append("Z");
      say("T4", "M gets Z", m, a);

      m.replicator.push("A");
      say("T5", "M pushes Z, which arrives", m, a);

      a.replicator.pull("M");
      say("T6", "A pulls from where it was at T1", m, a);

      if (!a.items().equals("X Z Y") || !m.items().equals("X Y Z")) {
        throw new IllegalStateException("the timeline came out differently");
      }
      say("T7", "both have the same", m, a);
    }
  }

  private static void say(String when, String what, Node m, Node a) {
    System.out.printf(
        "%s  %-32s  M[%s]  A[%s]  A has read M up to %s%n",
        when,
        what,
        m.items(),
        a.items(),
        a.log.pointer("M").map(position -> String.valueOf(position.number())).orElse("-"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  /** A deployment: a log in a database of its own, and a door that can be shut. */
  private static final class Node implements AutoCloseable {
    private static final byte[] SECRET =
        "a secret of 32 bytes, shared by M and A".getBytes(StandardCharsets.UTF_8);

    private final JdbcLog log;
    private final LogReplicator replicator;
    private final LogHandler handler;
    private final int port;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private @Nullable HttpServer server;

    Node(String name, int port, String other, int portOfOther) {
      DataSource database =
          new Database("jdbc:h2:mem:timeline-" + name + ";DB_CLOSE_DELAY=-1", "sa", "")
              .dataSource();
      JdbcSchema.of(database).install();
      SigningKey key = SigningKey.of("timeline", SECRET);
      LogPeer peer =
          HttpLogPeer.builder(name, other, URI.create("http://localhost:" + portOfOther + "/log"))
              .key(key)
              .connectTimeout(Duration.ofSeconds(2))
              .build();
      this.port = port;
      this.log = JdbcLog.of(database, name);
      this.replicator =
          LogReplicator.builder(name, log)
              .peer(other, peer)
              .pushRetries(RetryPolicy.builder().attempts(2).build())
              .patience(Duration.ZERO)
              .build();
      this.handler =
          LogHandler.builder(replicator).keys(LogKeys.fixed(Map.of(other, List.of(key)))).build();
    }

    void open() throws IOException {
      HttpServer opened =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
      opened.setExecutor(threads);
      opened.createContext("/log", JdkHttpHandler.of(handler));
      opened.start();
      server = opened;
    }

    void shut() {
      if (server != null) {
        server.stop(0);
      }
    }

    void append(String key) {
      replicator.append(
          List.of(
              new Body(UUID.randomUUID(), Operation.ADD, Key.utf8(key), "1", Content.NONE, "{}")));
    }

    String items() {
      Page page = log.read(Position.START, 100, Long.MAX_VALUE);
      return String.join(" ", page.items().stream().map(LogItem::key).map(Key::text).toList());
    }

    @Override
    public void close() {
      replicator.close();
      shut();
      threads.shutdownNow();
    }
  }
}
