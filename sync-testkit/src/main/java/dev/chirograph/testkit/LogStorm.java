package dev.chirograph.testkit;

import dev.chirograph.Key;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.testkit.LogModel.Spot;
import dev.chirograph.testkit.LogSimulation.Summary;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** One schedule of {@link LogSimulation}. */
final class LogStorm {

  private static final List<Operation> OPERATIONS =
      List.of(Operation.ADD, Operation.ADD, Operation.ADD, Operation.DEPRECATE, Operation.DELETE);
  private static final int MAX_ROUNDS = 40;

  /** Milliseconds for which a delete is remembered after all have passed it. */
  private static final int REMEMBERED = 4_000;

  /** How old a backup is at most, and how long until all nodes agree again at most. */
  private static final int OLDEST_BACKUP = 1_500;

  private static final int LONGEST_RECOVERY = 2_000;

  private final SplittableRandom random;
  private final Consumer<String> trace;
  private final SimulatedNetwork network;
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final LogModel model = new LogModel();
  private final List<SimulatedNode.Backup> backups = new ArrayList<>();
  private final int keys;
  private final boolean restores;
  private final boolean compactions;
  private final boolean refusals;
  private final boolean comparisons;
  private boolean compareAtEnd;
  private long recoverBy = Long.MAX_VALUE;
  private Summary summary = Summary.NOTHING;

  LogStorm(SplittableRandom random, Consumer<String> trace) {
    this.random = random;
    this.network =
        new SimulatedNetwork(
            random.split(),
            random.nextInt(3) * 0.1,
            random.nextInt(3) * 0.1,
            10 + random.nextInt(60));
    this.trace = line -> trace.accept(network.now() + " " + line);
    this.keys = 2 + random.nextInt(8);
    this.restores = random.nextInt(2) == 0;
    this.compactions = random.nextInt(2) == 0;
    this.refusals = random.nextInt(4) == 0;
    this.comparisons = random.nextInt(2) == 0;
    build(2 + random.nextInt(random.nextInt(6) + 1));
  }

  private void build(int number) {
    for (int i = 0; i < number; i++) {
      Duration skew = Duration.ofSeconds(random.nextInt(200_000) - 100_000);
      SimulatedNode node = new SimulatedNode(i, network, random.split(), skew, trace);
      nodes.add(node);
    }
    int shape = random.nextInt(4);
    for (int i = 0; i < number; i++) {
      for (int j = i + 1; j < number; j++) {
        boolean linked =
            switch (shape) {
              case 0 -> true;
              case 1 -> j == i + 1 || (i == 0 && j == number - 1);
              case 2 -> i == 0;
              default -> j == i + 1;
            };
        if (linked) {
          nodes.get(i).knows(nodes.get(j));
          nodes.get(j).knows(nodes.get(i));
        }
      }
    }
    trace.accept(
        number
            + " nodes in a "
            + List.of("mesh", "ring", "star", "chain").get(shape)
            + (restores ? ", restores" : "")
            + (compactions ? ", compactions" : "")
            + (refusals ? ", refusals" : "")
            + (comparisons ? ", comparisons" : ""));
  }

  Summary run() {
    nodes.forEach(SimulatedNode::start);
    int steps = 20 + random.nextInt(80);
    for (int i = 0; i < steps; i++) {
      step();
      network.pass(random.nextInt(compactions ? 250 : 100));
      if (network.now() > recoverBy) {
        recover();
      }
    }
    settle();
    return summary.plus(new Summary(network.sent(), 0, 0, 0, 0, 0));
  }

  // ---- what happens

  private void step() {
    SimulatedNode node = nodes.get(random.nextInt(nodes.size()));
    int what = random.nextInt(100);
    if (what < 50) {
      append(node);
    } else if (what < 56) {
      crash(node);
    } else if (what < 70) {
      restart();
    } else if (what < 75) {
      network.cut(random.nextLong());
      trace.accept("the network is cut");
    } else if (what < 82) {
      network.heal();
    } else if (what < 86) {
      backup(node);
    } else if (what < 89 && restores) {
      restore(node);
    } else if (what < 97 && compactions) {
      compact(node);
    } else if (what < 98 && refusals) {
      refuse(node);
    } else if (comparisons) {
      compare(node);
    }
  }

  private void append(SimulatedNode node) {
    if (!node.isUp()) {
      return;
    }
    List<Body> bodies =
        IntStream.rangeClosed(0, random.nextInt(3))
            .mapToObj(i -> body())
            // Nobody adds again what is known as deleted: it would have another version.
            .filter(body -> !node.knownAsDeleted().contains(Spot.of(body)))
            .toList();
    node.append(bodies);
    bodies.forEach(model::acknowledged);
    summary = summary.plus(new Summary(0, bodies.size(), 0, 0, 0, 0));
    trace.accept(node.name + " appends " + described(bodies) + " -> " + node.log.bounds().head());
    node.push(bodies.stream().map(Body::key).distinct().toList());
  }

  private Body body() {
    return new Body(
        new UUID(random.nextLong(), random.nextLong()),
        OPERATIONS.get(random.nextInt(OPERATIONS.size())),
        Key.utf8("k" + random.nextInt(keys)),
        Integer.toString(random.nextInt(2)),
        Content.NONE,
        "");
  }

  private static List<String> described(List<Body> bodies) {
    return bodies.stream().map(LogModel::described).toList();
  }

  private void crash(SimulatedNode node) {
    if (node.isUp()) {
      node.crash();
      summary = summary.plus(new Summary(0, 0, 1, 0, 0, 0));
      trace.accept(node.name + " crashes");
    }
  }

  private void restart() {
    nodes.stream()
        .filter(node -> !node.isUp())
        .findFirst()
        .ifPresent(
            node -> {
              trace.accept(node.name + " starts");
              node.start();
            });
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
    SimulatedNode.Backup backup = own.get(random.nextInt(own.size()));
    List<Body> known = model.knownBy(node.log);
    crash(node);
    node.restore(backup);
    int lost = model.restored(known, nodes.stream().map(each -> each.log).toList());
    compareAtEnd = true;
    recoverBy = Math.min(recoverBy, network.now() + random.nextInt(LONGEST_RECOVERY));
    summary = summary.plus(new Summary(0, 0, 0, 1, 0, 0));
    trace.accept(
        node.name + " is restored to " + node.log.bounds() + " and " + lost + " entries are lost");
  }

  private void compact(SimulatedNode node) {
    List<LogItem> before = deletes(node);
    long forgotten = node.log.compact(Instant.EPOCH, node.clock().minusMillis(REMEMBERED));
    if (forgotten > 0) {
      before.removeAll(deletes(node));
      compareAtEnd = true;
      summary = summary.plus(new Summary(0, 0, 0, 0, forgotten, 0));
      trace.accept(node.name + " forgets " + before.stream().map(LogModel::described).toList());
    }
  }

  private static List<LogItem> deletes(SimulatedNode node) {
    return new ArrayList<>(items(node).values().stream().filter(LogItem::isDeleted).toList());
  }

  private void refuse(SimulatedNode node) {
    node.refuse(
        random.nextBoolean()
            ? Optional.of(Key.utf8("k" + random.nextInt(keys)))
            : Optional.empty());
    compareAtEnd = true;
  }

  private void compare(SimulatedNode node) {
    if (node.isUp()) {
      SimulatedNode to = node.neighbours().get(random.nextInt(node.neighbours().size()));
      node.link(to).compare();
      trace.accept(node.name + " compares with " + to.name);
    }
  }

  /**
   * A node that was restored has to agree with all others before its backup is older than what they
   * remember; what happens beyond that is not promised.
   */
  private void recover() {
    trace.accept("all recover");
    recoverBy = Long.MAX_VALUE;
    network.heal();
    startAll();
    if (refusals) {
      compareAll();
    }
    pullUntilQuiet();
  }

  private void startAll() {
    for (SimulatedNode node : nodes) {
      node.refuse(Optional.empty());
      if (!node.isUp()) {
        node.start();
      }
    }
  }

  // ---- when all is quiet again

  private void settle() {
    network.calm();
    network.drain();
    startAll();
    network.drain();
    pullUntilQuiet();
    if (compareAtEnd) {
      compareAll();
      pullUntilQuiet();
    }
    check();
  }

  private void pullUntilQuiet() {
    List<Position> before = List.of();
    for (int round = 0; !before.equals(heads()); round++) {
      if (round == MAX_ROUNDS) {
        throw new AssertionError("the logs do not come to rest");
      }
      before = heads();
      links().forEach(SimulatedNode.Link::finish);
    }
  }

  private void compareAll() {
    List<SimulatedNode.Link> links = links();
    summary = summary.plus(new Summary(0, 0, 0, 0, 0, links.size()));
    for (SimulatedNode.Link link : links) {
      link.compare();
      link.finish();
    }
  }

  private List<Position> heads() {
    return nodes.stream().map(node -> node.log.bounds().head()).toList();
  }

  private List<SimulatedNode.Link> links() {
    List<SimulatedNode.Link> links = new ArrayList<>();
    nodes.forEach(node -> node.neighbours().forEach(to -> links.add(node.link(to))));
    Collections.shuffle(links, new Random(random.nextLong()));
    return links;
  }

  private void check() {
    Map<Spot, LogItem> first = items(nodes.get(0));
    for (SimulatedNode node : nodes) {
      Map<Spot, LogItem> items = items(node);
      model.check(node.name, items);
      Set<Spot> spots = new LinkedHashSet<>(first.keySet());
      spots.addAll(items.keySet());
      for (Spot spot : spots) {
        same(node, Optional.ofNullable(items.get(spot)), Optional.ofNullable(first.get(spot)));
      }
    }
  }

  private void same(SimulatedNode node, Optional<LogItem> here, Optional<LogItem> there) {
    // Where an entry stood may differ after a restore, what it says may not; a delete may be
    // forgotten.
    boolean same =
        (here.isPresent() && there.isPresent())
            ? here.get().hash() == there.get().hash()
            : here.or(() -> there).filter(LogItem::isDeleted).isPresent();
    if (!same) {
      throw new AssertionError(
          node.name
              + " and "
              + nodes.get(0).name
              + " differ: "
              + here.map(LogModel::described)
              + " and "
              + there.map(LogModel::described));
    }
  }

  private static Map<Spot, LogItem> items(SimulatedNode node) {
    Map<Spot, LogItem> items = new LinkedHashMap<>();
    for (LogItem item : node.log.read(Position.START, Integer.MAX_VALUE, Long.MAX_VALUE).items()) {
      if (items.put(Spot.of(item), item) != null) {
        throw new AssertionError(node.name + " has " + Spot.of(item) + " twice");
      }
    }
    return items;
  }
}
