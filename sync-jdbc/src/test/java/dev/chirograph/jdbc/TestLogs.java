package dev.chirograph.jdbc;

import dev.chirograph.Key;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Dot;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Position;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** What tests of logs write and read. */
final class TestLogs {

  static final UUID EPOCH = new UUID(7, 7);

  private TestLogs() {}

  static Body add(String key) {
    return body(Operation.ADD, key, Content.NONE);
  }

  static Body body(Operation operation, String key, Content content) {
    return new Body(UUID.randomUUID(), operation, Key.utf8(key), "1", content, "{}");
  }

  /** A content of ten bytes. */
  static Content content(int number) {
    return new Content(sha256(number), 10, "");
  }

  static String sha256(int number) {
    return "%064x".formatted(number);
  }

  /** What another node wrote. */
  static LogItem foreign(String node, long number, Body body) {
    Instant at = Instant.ofEpochSecond(1_700_000_000L + number);
    return LogItem.of(new LogEntry(new Dot(node, EPOCH, number), at, body));
  }

  static Position elsewhere(long number) {
    return new Position(EPOCH, number, new UUID(8, number));
  }

  /** The keys in the order of positions. */
  static List<String> keys(ReplicaLog log) {
    return all(log).stream().map(item -> item.key().text()).toList();
  }

  static List<LogItem> all(ReplicaLog log) {
    return log.read(Position.START, 100_000, Long.MAX_VALUE).items();
  }
}
