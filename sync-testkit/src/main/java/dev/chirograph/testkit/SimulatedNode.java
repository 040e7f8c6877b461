package dev.chirograph.testkit;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.log.LogAnswer;
import dev.chirograph.log.LogLink;
import dev.chirograph.log.LogRequest;
import dev.chirograph.log.LogRequest.Push;
import dev.chirograph.log.LogResponder;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.testkit.LogModel.Spot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** A deployment: a log that survives, and a process that does not. */
final class SimulatedNode {

  private static final int TIMEOUT = 400;
  private static final int POLL = 60;

  final int number;
  final String name;
  final MemoryLog log;
  private final ReplicaLog seenByTheProcess;
  private final SimulatedNetwork network;
  private final SplittableRandom random;
  private final Consumer<String> trace;
  private final Instant start;
  private final List<SimulatedNode> neighbours = new ArrayList<>();
  private final Map<SimulatedNode, Link> links = new LinkedHashMap<>();
  private Set<Spot> knownAsDeleted = new HashSet<>();
  private LogResponder responder;
  private Optional<Key> refused = Optional.empty();
  private int life;
  private boolean up;

  SimulatedNode(
      int number,
      SimulatedNetwork network,
      SplittableRandom random,
      Duration skew,
      Consumer<String> trace) {
    this.number = number;
    this.name = "n" + number;
    this.network = network;
    this.random = random;
    this.trace = trace;
    this.start = Instant.parse("2026-01-01T00:00:00Z").plus(skew);
    this.log = MemoryLog.builder(name).clock(this::clock).random(random.split()).build();
    this.seenByTheProcess =
        WatchedLog.of(log, () -> refused, item -> knownAsDeleted.add(Spot.of(item)));
    this.responder = LogResponder.of(seenByTheProcess);
  }

  /** What its clock says, which is wrong. */
  Instant clock() {
    return start.plusMillis(network.now());
  }

  void knows(SimulatedNode neighbour) {
    neighbours.add(neighbour);
  }

  List<SimulatedNode> neighbours() {
    return neighbours;
  }

  boolean isUp() {
    return up;
  }

  /** A process begins, with nothing but what is in the log. */
  void start() {
    up = true;
    life++;
    responder = LogResponder.of(seenByTheProcess);
    neighbours.forEach(
        neighbour -> {
          if (log.members().stream().noneMatch(known -> known.name().equals(neighbour.name))) {
            log.passed(neighbour.name, Position.START);
          }
          Link link = new Link(neighbour);
          links.put(neighbour, link);
          network.in(random.nextInt(POLL), link::tick);
        });
  }

  /** The process ends; what it had sent may still arrive, what was sent to it does not. */
  void crash() {
    up = false;
    life++;
    links.clear();
  }

  /** Items of a key are not taken from others for now. */
  void refuse(Optional<Key> key) {
    refused = key;
  }

  /** The versions of which the node has heard once that they are gone. */
  Set<Spot> knownAsDeleted() {
    return Set.copyOf(knownAsDeleted);
  }

  /** All that a backup brings back. */
  Backup backup() {
    return new Backup(this, network.now(), log.backup(), knownAsDeleted());
  }

  void restore(Backup backup) {
    log.restore(backup.log());
    knownAsDeleted = new HashSet<>(backup.knownAsDeleted());
  }

  /** What a node held. */
  record Backup(SimulatedNode of, long at, MemoryLog.Backup log, Set<Spot> knownAsDeleted) {}

  void append(List<Body> bodies) {
    log.append(bodies);
    bodies.stream()
        .filter(body -> body.operation() == Operation.DELETE)
        .forEach(body -> knownAsDeleted.add(Spot.of(body)));
  }

  /** Sends what is known of some keys to every neighbour, and does not care what becomes of it. */
  void push(List<Key> keys) {
    List<LogItem> items = log.find(keys);
    for (SimulatedNode to : neighbours) {
      network.send(number, to.number, () -> to.answer(this, new Push(items)));
    }
  }

  Link link(SimulatedNode to) {
    return Objects.requireNonNull(links.get(to), "no link to it");
  }

  /** What it answers; nothing when it is down or refuses. */
  Optional<LogAnswer> answer(SimulatedNode from, LogRequest request) {
    if (!up) {
      return Optional.empty();
    }
    try {
      return Optional.of(responder.answer(from.name, request));
    } catch (SyncException e) {
      if (e.kind() != Kind.INVALID_ARGUMENT || refused.isEmpty()) {
        throw e;
      }
      return Optional.empty();
    }
  }

  /** The link to one neighbour, and whoever drives it. */
  final class Link {
    private final SimulatedNode to;
    private final LogLink link;
    private final int during = life;
    private Optional<LogRequest> waiting = Optional.empty();
    private long calls;

    private Link(SimulatedNode to) {
      this.to = to;
      LogLink.Options options =
          new LogLink.Options(
              1 + random.nextInt(6),
              1 << 20,
              Duration.ZERO,
              DeleteLimit.of(Long.MAX_VALUE, 1).allowEmptySource(),
              item -> {},
              (item, why) -> trace.accept(name + " refuses " + item.key() + " of " + to.name));
      this.link = LogLink.of(seenByTheProcess, to.name, options);
    }

    void compare() {
      link.compare();
    }

    private void tick() {
      if (life != during || network.isCalm()) {
        return;
      }
      LogRequest request = link.next();
      waiting = Optional.of(request);
      long call = ++calls;
      network.send(number, to.number, () -> ask(request));
      network.in(TIMEOUT, () -> timedOut(call));
    }

    private void ask(LogRequest request) {
      to.answer(SimulatedNode.this, request)
          .ifPresent(answer -> network.send(to.number, number, () -> answered(request, answer)));
    }

    private void timedOut(long call) {
      if (life == during && waiting.isPresent() && call == calls) {
        waiting = Optional.empty();
        link.failed();
        network.in(1 + random.nextInt(POLL), this::tick);
      }
    }

    /** Late and repeated answers come here, too. */
    private void answered(LogRequest request, LogAnswer answer) {
      if (life != during) {
        return;
      }
      boolean more = take(request, answer);
      if (waiting.isPresent() && waiting.get() == request) {
        waiting = Optional.empty();
        network.in(more ? 1 : 1 + random.nextInt(2 * POLL), this::tick);
      }
    }

    private boolean take(LogRequest request, LogAnswer answer) {
      try {
        return link.answered(request, answer);
      } catch (SyncException e) {
        if (e.kind() != Kind.CONFLICT) {
          throw e;
        }
        trace.accept(name + " begins to compare with " + to.name + " again: " + e.getMessage());
        return true;
      }
    }

    /** Asks without a network in between until there is nothing more. */
    void finish() {
      link.failed();
      boolean more = true;
      for (int i = 0; more; i++) {
        if (i == 10_000) {
          throw new AssertionError("the link from " + name + " to " + to.name + " does not end");
        }
        LogRequest request = link.next();
        more = take(request, to.answer(SimulatedNode.this, request).orElseThrow());
      }
    }
  }
}
