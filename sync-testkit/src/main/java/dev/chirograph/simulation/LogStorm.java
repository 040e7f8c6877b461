package dev.chirograph.simulation;

import dev.chirograph.Key;
import dev.chirograph.simulation.LogModel.Spot;
import dev.chirograph.simulation.SimulatedProcess.Trouble;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.testkit.Seed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * One schedule of {@link LogSimulation}: what happens, and when.
 *
 * <p>Terms, network, steps and nodes draw from streams of their own, so that what is added to one
 * of them leaves the others as they were.
 */
final class LogStorm {

  private static final List<Operation> OPERATIONS =
      List.of(Operation.ADD, Operation.ADD, Operation.ADD, Operation.DEPRECATE, Operation.DELETE);

  private static final List<Trouble> TROUBLES = List.of(Trouble.values());

  private static final int TERMS = 0;
  private static final int NETWORK = 1;
  private static final int STEPS = 2;
  private static final int REST = 3;
  private static final int NODES = 4;
  private static final int FAILOVERS = 100;

  /** Milliseconds for which a delete is remembered after all have passed it. */
  private static final int REMEMBERED = 4_000;

  /** Milliseconds after which a delete counts as passed where not all wait for all. */
  private static final int RETENTION = 1_000;

  /** How old a backup is at most, and how long until all nodes agree again at most. */
  private static final int OLDEST_BACKUP = 1_500;

  private static final int LONGEST_RECOVERY = 2_000;

  private final SplittableRandom random;
  private final SplittableRandom failovers;
  private final Terms terms;
  private final Tally tally = new Tally();
  private final SimulatedNetwork network;
  private final Consumer<String> trace;
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final LogModel model = new LogModel();
  private final LogRest rest;
  private final List<SimulatedNode.Backup> backups = new ArrayList<>();
  private long recoverBy = Long.MAX_VALUE;

  LogStorm(Seed seed, Consumer<String> trace) {
    this.random = seed.random(STEPS);
    this.failovers = seed.random(FAILOVERS);
    this.terms = Terms.of(seed.random(TERMS));
    this.network = new SimulatedNetwork(seed.random(NETWORK), terms, tally);
    this.trace = line -> trace.accept(network.now() + " " + line);
    for (int i = 0; i < terms.nodes(); i++) {
      nodes.add(
          new SimulatedNode(
              i, terms.processes(), network, seed.random(NODES + i), tally, this.trace));
    }
    for (SimulatedNode node : nodes) {
      nodes.stream()
          .filter(other -> other != node && knows(node.number, other.number))
          .forEach(node::knows);
    }
    this.rest = new LogRest(seed.random(REST), nodes, network, model, this.trace);
    tally.count(Happening.NODE, terms.nodes());
    this.trace.accept(terms.toString());
  }

  private boolean knows(int i, int j) {
    return terms.shape().links(Math.min(i, j), Math.max(i, j), terms.nodes());
  }

  Tally run() {
    nodes.stream().limit(terms.nodes() - terms.late()).forEach(SimulatedNode::join);
    int steps = 20 + random.nextInt(terms.compactions() ? 120 : 80);
    for (int i = 0; i < steps; i++) {
      step();
      network.pass(random.nextInt(terms.compactions() ? 200 : 100));
      if (network.now() > recoverBy) {
        recover();
      }
    }
    // What was forgotten too early for one may come a long way, and so may its delete.
    rest.settle(terms.impatient());
    return tally;
  }

  private void step() {
    List<SimulatedNode> there = nodes.stream().filter(SimulatedNode::isThere).toList();
    SimulatedNode node = there.get(random.nextInt(there.size()));
    int what = random.nextInt(100);
    if (what < 42) {
      append(node);
    } else if (what < 48) {
      crash(node);
    } else if (what < 60) {
      restart();
    } else if (what < 65) {
      network.cut(random.nextLong(), random.nextInt(3) == 0);
      trace.accept("the network is cut");
    } else if (what < 71) {
      network.heal();
    } else if (what < 75) {
      backup(node);
    } else if (what < 79 && terms.restores()) {
      restore(node);
    } else if (what < 88 && terms.compactions()) {
      there.forEach(this::compact);
    } else if (what < 91 && terms.refusals()) {
      refuse(node);
    } else if (what < 95 && terms.trouble()) {
      trouble(node);
    } else if (what < 97) {
      join();
    } else if (what < 98 && terms.leaving()) {
      leave();
    } else if (what < 99 && terms.compactions()) {
      beAway(node);
    } else if (terms.comparisons()) {
      compare(node);
    }
  }

  // ---- entries

  private void append(SimulatedNode node) {
    List<Body> bodies =
        IntStream.rangeClosed(0, random.nextInt(3))
            .mapToObj(i -> body())
            // Nobody adds again what is known as deleted: it would have another version.
            .filter(body -> !node.knownAsDeleted().contains(Spot.of(body)))
            .toList();
    node.anyProcess().ifPresent(process -> append(process, bodies));
  }

  private void append(SimulatedProcess process, List<Body> bodies) {
    bodies.forEach(model::perhaps);
    process.node.appends(bodies);
    boolean done = process.append(bodies);
    trace.accept(
        process.name
            + (done ? " appends " : " may have appended ")
            + bodies.stream().map(LogModel::described).toList()
            + " -> "
            + process.node.log.bounds().head());
    if (done) {
      bodies.forEach(model::acknowledged);
      tally.count(Happening.APPENDED, bodies.size());
      List<Key> keys = bodies.stream().map(Body::key).distinct().toList();
      process.attempt(() -> process.log().find(keys)).ifPresent(process::push);
    }
  }

  private Body body() {
    return new Body(
        new UUID(random.nextLong(), random.nextLong()),
        OPERATIONS.get(random.nextInt(OPERATIONS.size())),
        Key.utf8("k" + random.nextInt(terms.keys())),
        Integer.toString(random.nextInt(2)),
        Content.NONE,
        "");
  }

  private void compact(SimulatedNode node) {
    Position floor = node.log.bounds().floor();
    Instant now = node.clock();
    Instant passed = terms.impatient() ? now.minusMillis(RETENTION) : Instant.EPOCH;
    Optional<Long> forgotten =
        node.anyProcess().flatMap(process -> process.compact(passed, now.minusMillis(REMEMBERED)));
    if (!floor.equals(node.log.bounds().floor())) {
      rest.compareAtEnd();
      tally.count(Happening.FORGOTTEN, forgotten.orElse(0L));
      trace.accept(node.name + " forgets " + forgotten + " deletes after " + floor.number());
    }
  }

  private void refuse(SimulatedNode node) {
    node.refuse(
        random.nextBoolean()
            ? Optional.of(Key.utf8("k" + random.nextInt(terms.keys())))
            : Optional.empty());
    rest.compareAtEnd();
  }

  private void compare(SimulatedNode node) {
    List<SimulatedNode> neighbours = node.neighbours();
    if (!neighbours.isEmpty()) {
      SimulatedNode to = neighbours.get(random.nextInt(neighbours.size()));
      node.anyProcess().ifPresent(process -> process.link(to).compare());
      trace.accept(node.name + " compares with " + to.name);
    }
  }

  // ---- processes and logs

  private void crash(SimulatedNode node) {
    node.anyProcess()
        .ifPresent(
            process -> {
              process.crash();
              tally.count(Happening.CRASH);
              trace.accept(process.name + " crashes");
            });
  }

  private void restart() {
    nodes.stream()
        .filter(SimulatedNode::isThere)
        .flatMap(node -> node.processes().stream())
        .filter(process -> !process.isUp())
        .findFirst()
        .ifPresent(
            process -> {
              trace.accept(process.name + " starts");
              process.start();
            });
  }

  private void trouble(SimulatedNode node) {
    Trouble kind = TROUBLES.get(random.nextInt(TROUBLES.size()));
    int calls = random.nextInt(8);
    node.anyProcess().ifPresent(process -> process.trouble(kind, calls));
  }

  private void backup(SimulatedNode node) {
    backups.add(node.backup());
    trace.accept(node.name + " is backed up at " + node.log.bounds().head());
  }

  private void restore(SimulatedNode node) {
    List<SimulatedNode.Backup> own =
        backups.stream()
            .filter(backup -> backup.of() == node && backup.at() > network.now() - OLDEST_BACKUP)
            .toList();
    if (own.isEmpty()) {
      return;
    }
    List<Body> known = model.knownBy(node.log);
    if (failovers.nextInt(3) == 0) {
      tally.count(Happening.FAILOVER);
    } else {
      node.crash();
    }
    node.restore(own.get(random.nextInt(own.size())));
    int lost = lost(known);
    rest.compareAtEnd();
    recoverBy = Math.min(recoverBy, network.now() + random.nextInt(LONGEST_RECOVERY));
    trace.accept(
        node.name + " is restored to " + node.log.bounds() + " and " + lost + " entries are lost");
  }

  /** What nobody has any more of what one knew. */
  private int lost(List<Body> known) {
    int lost =
        model.lost(
            known, nodes.stream().filter(SimulatedNode::isThere).map(each -> each.log).toList());
    tally.count(Happening.VANISHED, lost);
    return lost;
  }

  /**
   * A node that was restored has to agree with all others before its backup is older than what they
   * remember; what happens beyond that is not promised.
   */
  private void recover() {
    trace.accept("all recover");
    recoverBy = Long.MAX_VALUE;
    network.heal();
    rest.recover(terms.refusals());
  }

  /** One is away for so long that the others may forget deletes meanwhile. */
  private void beAway(SimulatedNode node) {
    List<SimulatedNode> others =
        nodes.stream().filter(each -> each.isThere() && each != node).toList();
    if (recoverBy < Long.MAX_VALUE || others.isEmpty()) {
      return;
    }
    trace.accept(node.name + " is away");
    tally.count(Happening.AWAY);
    network.cut(1L << node.number, false);
    for (long end = network.now() + REMEMBERED + 2 * RETENTION; network.now() < end; ) {
      append(others.get(random.nextInt(others.size())));
      network.pass(RETENTION / 2);
      others.forEach(this::compact);
    }
    network.heal();
  }

  // ---- membership

  private void join() {
    nodes.stream()
        .filter(SimulatedNode::isToJoin)
        .findFirst()
        .ifPresent(
            node -> {
              trace.accept(node.name + " joins");
              tally.count(Happening.JOIN);
              node.join();
            });
  }

  /** The last one leaves: without it the others know each other still, save in a ring. */
  private void leave() {
    List<SimulatedNode> there = nodes.stream().filter(SimulatedNode::isThere).toList();
    boolean waiting = nodes.stream().anyMatch(SimulatedNode::isToJoin);
    if (there.size() > 2 && !waiting) {
      SimulatedNode node = there.get(there.size() - 1);
      List<Body> known = model.knownBy(node.log);
      node.leave();
      tally.count(Happening.LEAVE);
      trace.accept(node.name + " leaves with " + lost(known) + " entries that nobody else has");
    }
  }
}
