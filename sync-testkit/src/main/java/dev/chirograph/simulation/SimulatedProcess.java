package dev.chirograph.simulation;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Advice;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.log.LogAnswer;
import dev.chirograph.log.LogRequest;
import dev.chirograph.log.LogRequest.Push;
import dev.chirograph.log.LogResponder;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.SupportsPeers;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A process of a node: it knows nothing when it begins but what is in the log. */
final class SimulatedProcess implements WatchedLog.Watcher {

  private static final int POLL = 60;

  final SimulatedNode node;
  final String name;
  final SplittableRandom random;
  private final SupportsPeers log;
  private final Map<SimulatedNode, SimulatedLink> links = new LinkedHashMap<>();
  private LogResponder responder;
  private @Nullable Trouble trouble;
  private int callsUntilTrouble;
  private @Nullable SyncException failure;
  private int life;
  private boolean up;

  /** What goes wrong at a call of the log. */
  enum Trouble {
    DIES_BEFORE,
    DIES_AFTER,
    FAILS_BEFORE,
    FAILS_AFTER
  }

  /** The process ends in the middle of what it was doing. */
  private static final class Ended extends Error {
    private static final long serialVersionUID = 1;
  }

  SimulatedProcess(SimulatedNode node, String name, SplittableRandom random) {
    this.node = node;
    this.name = name;
    this.random = random;
    this.log = (SupportsPeers) WatchedLog.of(node.log, this);
    this.responder = LogResponder.of(log);
  }

  ReplicaLog log() {
    return log;
  }

  boolean isUp() {
    return up;
  }

  /** Whether it is still the one that it was. */
  boolean lives(int number) {
    return up && life == number;
  }

  int life() {
    return life;
  }

  /** It begins. */
  void start() {
    up = true;
    life++;
    trouble = null;
    responder = LogResponder.of(log);
    node.neighbours().forEach(this::meet);
  }

  /** It hears of a neighbour. */
  void meet(SimulatedNode neighbour) {
    if (node.log.members().stream().noneMatch(known -> known.name().equals(neighbour.name))) {
      node.log.passed(neighbour.name, Position.START);
    }
    SimulatedLink link = new SimulatedLink(this, neighbour);
    links.put(neighbour, link);
    node.network.in(random.nextInt(POLL), link::tick);
  }

  /** It hears that a neighbour has left for good. */
  void part(SimulatedNode neighbour) {
    links.remove(neighbour);
  }

  /** It ends; what it had sent may still arrive, what was sent to it does not. */
  void crash() {
    up = false;
    life++;
    links.clear();
  }

  /** Something goes wrong soon. */
  void trouble(Trouble kind, int calls) {
    trouble = kind;
    callsUntilTrouble = calls;
  }

  void noTrouble() {
    trouble = null;
  }

  SimulatedLink link(SimulatedNode to) {
    return Objects.requireNonNull(links.get(to), "no link to it");
  }

  /** Whether this very link is one of its own still. */
  boolean has(SimulatedLink link) {
    return links.containsValue(link);
  }

  /**
   * Lets the process do something.
   *
   * @return what came of it; empty when the process is not there, or ended meanwhile, or when its
   *     log failed
   */
  <T> Optional<T> attempt(Supplier<T> action) {
    if (!up) {
      return Optional.empty();
    }
    try {
      return Optional.of(action.get());
    } catch (Ended e) {
      crash();
    } catch (SyncException e) {
      if (failure != e) {
        throw e;
      }
    }
    return Optional.empty();
  }

  /**
   * Appends entries; again when there was no answer, which is harmless.
   *
   * @return whether they are known to be there
   */
  boolean append(List<Body> bodies) {
    return Stream.generate(() -> attempt(() -> log.append(bodies)))
        .limit(2)
        .anyMatch(Optional::isPresent);
  }

  /** Forgets deletes; answers how many, when that is known. */
  Optional<Long> compact(Instant passed, Instant noted) {
    return attempt(() -> log.compact(passed, noted));
  }

  /** What it answers; nothing when it is down, refuses, or has trouble. */
  Optional<LogAnswer> answer(SimulatedNode from, LogRequest request) {
    try {
      return attempt(() -> responder.answer(from.name, request));
    } catch (SyncException e) {
      if (e.kind() != Kind.INVALID_ARGUMENT || !node.refuses()) {
        throw e;
      }
      return Optional.empty();
    }
  }

  /** Sends some items to every neighbour, and does not care what becomes of it. */
  void push(List<LogItem> items) {
    for (SimulatedNode to : node.neighbours()) {
      node.network.send(node.number, to.number, () -> to.answer(node, new Push(items)));
    }
  }

  // ---- calls of the log

  @Override
  public void before(String call, Object argument) {
    if (!up) {
      throw new Ended();
    }
    node.hears(call, argument);
    if (trouble != null && callsUntilTrouble-- == 0 && isBefore(trouble)) {
      happen(trouble, call);
    }
  }

  @Override
  public void after(String call, Object result) {
    node.heard(result);
    if (trouble != null && callsUntilTrouble < 0) {
      happen(trouble, call);
    }
  }

  private static boolean isBefore(Trouble kind) {
    return kind == Trouble.DIES_BEFORE || kind == Trouble.FAILS_BEFORE;
  }

  private void happen(Trouble kind, String call) {
    trouble = null;
    node.trace.accept(name + " " + kind + " " + call);
    if (kind == Trouble.DIES_BEFORE || kind == Trouble.DIES_AFTER) {
      node.tally.count(Happening.CRASH_AT_A_CALL);
      throw new Ended();
    }
    node.tally.count(Happening.FAILED_CALL);
    failure =
        new SyncException(
            Kind.UNAVAILABLE, Advice.MAY_RETRY, "the log of " + name + " fails at " + call, null);
    throw failure;
  }
}
