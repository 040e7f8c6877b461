package dev.chirograph.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.LogContext;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.SupportsPeers.Member;
import dev.chirograph.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.IntStream;

/** Two nodes, here and there, and short words for what they do. */
abstract class TwoLogs {

  final ManualClock clock = ManualClock.create();
  final MemoryLog here = log("here");
  final MemoryLog there = log("there");
  final List<String> merged = new ArrayList<>();
  final List<String> refused = new ArrayList<>();
  final List<SyncException> why = new ArrayList<>();

  MemoryLog log(String node) {
    return MemoryLog.builder(node).clock(clock).build();
  }

  // ---- links

  LogLink.Options options(int items, DeleteLimit forgets) {
    return new LogLink.Options(
        items,
        1 << 20,
        Duration.ZERO,
        forgets,
        item -> merged.add(item.key().text()),
        (item, error) -> {
          refused.add(item.key().text());
          why.add(error);
        });
  }

  LogLink link(ReplicaLog from, String to) {
    return LogLink.of(from, to, options(10, DeleteLimit.standard()));
  }

  /** Lets one node ask another until it has all that the other has; answers what was asked. */
  List<LogRequest> finish(LogLink link, String from, ReplicaLog to) {
    LogResponder responder = LogResponder.of(to);
    List<LogRequest> asked = new ArrayList<>();
    boolean more = true;
    while (more) {
      LogRequest request = link.next();
      asked.add(request);
      assertThat(asked.size()).as("requests in a row").isLessThan(5_000);
      more = link.answered(request, responder.answer(from, request));
    }
    return asked;
  }

  List<LogRequest> pull(MemoryLog from, MemoryLog to) {
    return finish(link(from, to.node()), from.node(), to);
  }

  List<LogRequest> compare(MemoryLog from, MemoryLog to) {
    LogLink link = link(from, to.node());
    link.compare();
    return finish(link, from.node(), to);
  }

  void pullBoth() {
    pull(here, there);
    pull(there, here);
    // What was read last tells the other how far.
    pull(here, there);
  }

  // ---- logs

  static Body body(Operation operation, String key) {
    return new Body(UUID.randomUUID(), operation, Key.utf8(key), "1", Content.NONE, "{}");
  }

  static void add(MemoryLog log, String... keys) {
    for (String key : keys) {
      log.append(List.of(body(Operation.ADD, key)));
    }
  }

  static void add(MemoryLog log, String prefix, int number) {
    log.append(IntStream.range(0, number).mapToObj(i -> body(Operation.ADD, prefix + i)).toList());
  }

  static void delete(MemoryLog log, String... keys) {
    for (String key : keys) {
      log.append(List.of(body(Operation.DELETE, key)));
    }
  }

  static void push(MemoryLog to, MemoryLog from, LogItem... items) {
    to.merge(Merge.of(from.node(), List.of(items)));
  }

  /** Moves a pointer past what was not read, as an operator might who repairs a log by hand. */
  static Merge skippingTo(MemoryLog peer) {
    Position head = peer.bounds().head();
    return new Merge(peer.node(), List.of(), Optional.of(head), LogContext.EMPTY, Optional.empty());
  }

  static LogItem item(MemoryLog log, String key) {
    return log.find(List.of(Key.utf8(key))).get(0);
  }

  static List<LogItem> items(MemoryLog log) {
    return log.read(Position.START, Integer.MAX_VALUE, Long.MAX_VALUE).items();
  }

  static Set<Long> hashes(MemoryLog log) {
    Set<Long> hashes = new TreeSet<>();
    items(log).forEach(item -> hashes.add(item.hash()));
    return hashes;
  }

  /** The keys that are there. */
  static Set<String> keys(MemoryLog log) {
    Set<String> keys = new TreeSet<>();
    items(log).stream()
        .filter(item -> !item.isDeleted())
        .forEach(item -> keys.add(item.key().text()));
    return keys;
  }

  static Member member(MemoryLog log, String name) {
    return log.members().stream()
        .filter(member -> member.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Forgets deletes, whoever has passed them. */
  long forget(MemoryLog log) {
    Instant later = clock.instant().plusSeconds(60);
    return log.compact(later, later) + log.compact(later, later);
  }

  /** Forgets deletes that every reader has passed. */
  long compact(MemoryLog log) {
    Instant later = clock.instant().plusSeconds(60);
    return log.compact(Instant.EPOCH, later) + log.compact(Instant.EPOCH, later);
  }
}
