package dev.chirograph.simulation;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.log.LogAnswer;
import dev.chirograph.log.LogRequest;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.simulation.LogModel.Spot;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Validity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** A deployment: a log that survives, and processes that do not. */
final class SimulatedNode {

  final int number;
  final String name;
  final MemoryLog log;
  final SimulatedNetwork network;
  final Tally tally;
  final Consumer<String> trace;
  private final SplittableRandom random;
  private final Instant start;
  private final int drift;
  private final List<SimulatedNode> neighbours = new ArrayList<>();
  private final List<SimulatedProcess> processes;
  private Set<Spot> knownAsDeleted = new HashSet<>();
  private Optional<Key> refused = Optional.empty();
  private UUID epoch;
  private long restored;
  private long restoredAt;
  private boolean joined;
  private boolean left;

  SimulatedNode(
      int number,
      int processes,
      SimulatedNetwork network,
      SplittableRandom random,
      Tally tally,
      Consumer<String> trace) {
    this.number = number;
    this.name = "n" + number;
    this.network = network;
    this.random = random;
    this.tally = tally;
    this.trace = trace;
    // Its clock is wrong by a day at most, and by 2 per cent too fast or too slow.
    this.start =
        Instant.parse("2026-01-01T00:00:00Z").plusSeconds(random.nextInt(200_000) - 100_000);
    this.drift = random.nextInt(41) - 20;
    this.log = MemoryLog.builder(name).clock(this::clock).random(random.split()).build();
    this.epoch = log.bounds().head().epoch();
    this.processes =
        IntStream.range(0, processes)
            .mapToObj(i -> new SimulatedProcess(this, name + "abc".charAt(i), random.split()))
            .toList();
  }

  /** What its clock says, which is wrong. */
  Instant clock() {
    return start.plusMillis(network.now() + network.now() * drift / 1_000);
  }

  // ---- who is there

  /** A node that is to be a neighbour once both have joined. */
  void knows(SimulatedNode neighbour) {
    neighbours.add(neighbour);
  }

  /** Those who are there. */
  List<SimulatedNode> neighbours() {
    return neighbours.stream().filter(node -> node.joined && !node.left).toList();
  }

  boolean isThere() {
    return joined && !left;
  }

  boolean isToJoin() {
    return !joined;
  }

  /** It is there from now on. */
  void join() {
    joined = true;
    start();
    for (SimulatedNode neighbour : neighbours()) {
      // Deletes from before it was there may be forgotten; versions do not come again.
      knownAsDeleted.addAll(neighbour.knownAsDeleted);
      neighbour.processes.stream().filter(SimulatedProcess::isUp).forEach(each -> each.meet(this));
    }
  }

  /** It leaves for good, and no delete waits for it. */
  void leave() {
    crash();
    List<SimulatedNode> behind = neighbours();
    left = true;
    for (SimulatedNode neighbour : behind) {
      neighbour.processes.forEach(process -> process.part(this));
      neighbour.log.retire(name);
    }
  }

  // ---- processes

  void start() {
    processes.stream().filter(process -> !process.isUp()).forEach(SimulatedProcess::start);
  }

  /** Ends all processes. */
  void crash() {
    processes.forEach(SimulatedProcess::crash);
  }

  boolean isUp() {
    return processes.stream().anyMatch(SimulatedProcess::isUp);
  }

  List<SimulatedProcess> processes() {
    return processes;
  }

  /** One of those that run. */
  Optional<SimulatedProcess> anyProcess() {
    List<SimulatedProcess> running = processes.stream().filter(SimulatedProcess::isUp).toList();
    return running.isEmpty()
        ? Optional.empty()
        : Optional.of(running.get(random.nextInt(running.size())));
  }

  /** What it answers; nothing when it is down or refuses, or when the other has left. */
  Optional<LogAnswer> answer(SimulatedNode from, LogRequest request) {
    return from.left ? Optional.empty() : anyProcess().flatMap(each -> each.answer(from, request));
  }

  // ---- what its processes do with the log

  /** Items of a key are not taken from others for now. */
  void refuse(Optional<Key> key) {
    refused = key;
  }

  boolean refuses() {
    return refused.isPresent();
  }

  /** The versions of which the node has heard once that they are gone. */
  Set<Spot> knownAsDeleted() {
    return Set.copyOf(knownAsDeleted);
  }

  /** A process appends entries. */
  void appends(List<Body> bodies) {
    bodies.stream()
        .filter(body -> body.operation() == Operation.DELETE)
        .forEach(body -> knownAsDeleted.add(Spot.of(body)));
  }

  /** A process calls the log. */
  void hears(String call, Object argument) {
    if (argument instanceof Merge merge) {
      refused.ifPresent(key -> check(merge, key));
      merge.items().stream()
          .filter(LogItem::isDeleted)
          .forEach(item -> knownAsDeleted.add(Spot.of(item)));
    }
    if (call.equals("forget")) {
      List<?> items = (List<?>) argument;
      tally.count(Happening.DROPPED, items.size());
      items.forEach(item -> knownAsDeleted.add(Spot.of((LogItem) item)));
    }
  }

  /** The log has answered. */
  void heard(Object result) {
    if (result instanceof Page page && page.validity() != Validity.OK) {
      tally.count(Happening.INVALID_PLACE);
    }
    UUID life = log.bounds().head().epoch();
    if (!life.equals(epoch)) {
      tally.count(Happening.NEW_EPOCH);
      epoch = life;
    }
  }

  private static void check(Merge merge, Key key) {
    if (merge.items().stream().anyMatch(item -> item.key().equals(key))) {
      throw SyncException.invalid("items of " + key + " are not taken");
    }
  }

  // ---- backups

  /** All that a backup brings back. */
  Backup backup() {
    return new Backup(this, network.now(), log.backup(), knownAsDeleted());
  }

  void restore(Backup backup) {
    tally.count(Happening.RESTORE);
    if (backup.at() > restored && backup.at() < restoredAt) {
      tally.count(Happening.BRANCH);
    }
    restored = backup.at();
    restoredAt = network.now();
    log.restore(backup.log());
    knownAsDeleted = new HashSet<>(backup.knownAsDeleted());
    epoch = log.bounds().head().epoch();
  }

  /** What a node held. */
  record Backup(SimulatedNode of, long at, MemoryLog.Backup log, Set<Spot> knownAsDeleted) {}
}
