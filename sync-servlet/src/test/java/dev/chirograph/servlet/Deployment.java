package dev.chirograph.servlet;

import dev.chirograph.Key;
import dev.chirograph.RetryPolicy;
import dev.chirograph.http.HttpLogPeer;
import dev.chirograph.http.LogHandler;
import dev.chirograph.http.LogKeys;
import dev.chirograph.http.SigningKey;
import dev.chirograph.log.LogReplicator;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Position;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/** A node with a log and a server of its own, and with a wire that leads to it. */
final class Deployment implements AutoCloseable {

  private static final String SECRET = "a secret that both nodes of a pair know";

  private final String name;
  private final Wire wire = new Wire();
  private final MemoryLog log;
  private final LogReplicator.Builder building;
  private final List<String> changed = new CopyOnWriteArrayList<>();
  private LogReplicator node;
  private LogHandler handler;
  private Server server;
  private Duration timeout = Duration.ofSeconds(30);

  Deployment(String name) {
    this.name = name;
    this.log = MemoryLog.of(name);
    this.building =
        LogReplicator.builder(name, log)
            .patience(Duration.ZERO)
            .onChange(item -> changed.add(item.key().text()))
            .pushRetries(
                RetryPolicy.builder()
                    .pauses(Duration.ofMillis(1), Duration.ofMillis(2))
                    .attempts(2)
                    .build());
  }

  static SigningKey keyOf(String node) {
    return SigningKey.of(
        node + "-1", Arrays.copyOf((SECRET + node).getBytes(StandardCharsets.UTF_8), 64));
  }

  LogReplicator.Builder building() {
    return building;
  }

  /** How long to wait for answers; to be said before the peers are. */
  Deployment timeout(Duration atMost) {
    timeout = atMost;
    return this;
  }

  /** Knows another, which it asks over the wire that leads there. */
  Deployment peer(Deployment other) {
    building.peer(
        other.name,
        HttpLogPeer.builder(name, other.name, URI.create(other.wire.base()))
            .key(keyOf(name))
            .timeout(timeout)
            .build());
    return this;
  }

  Deployment start(Server.Kind kind) {
    node = building.build();
    LogKeys keys = caller -> List.of(keyOf(caller));
    handler = LogHandler.builder(node).keys(keys).bodyLimit(1 << 20).build();
    server = kind.start(handler);
    wire.leadTo(server.port());
    return this;
  }

  LogReplicator node() {
    return node;
  }

  LogHandler handler() {
    return handler;
  }

  MemoryLog log() {
    return log;
  }

  Wire wire() {
    return wire;
  }

  int port() {
    return server.port();
  }

  /** The keys of items of others that told something new, in their order. */
  List<String> changed() {
    return changed;
  }

  void append(String key) {
    node.append(List.of(body(key, "{}")));
  }

  static Body body(String key, String payload) {
    return new Body(UUID.randomUUID(), Operation.ADD, Key.utf8(key), "1", Content.NONE, payload);
  }

  List<LogItem> items() {
    return log.read(Position.START, 1_000_000, Long.MAX_VALUE).items();
  }

  List<String> keys() {
    return items().stream().map(item -> item.key().text()).toList();
  }

  /** All that the log says of itself. */
  String state() {
    return log.bounds() + " " + items() + " " + log.members();
  }

  @Override
  public void close() {
    node.close();
    wire.close();
    server.close();
  }
}
