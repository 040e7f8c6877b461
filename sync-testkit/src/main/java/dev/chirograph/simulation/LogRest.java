package dev.chirograph.simulation;

import dev.chirograph.simulation.LogModel.Spot;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Position;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** Brings all nodes to rest, and checks that they have come to agree. */
final class LogRest {

  private static final int MAX_ROUNDS = 40;

  private final SplittableRandom random;
  private final List<SimulatedNode> all;
  private final SimulatedNetwork network;
  private final LogModel model;
  private final Consumer<String> trace;
  private boolean compareAtEnd;

  LogRest(
      SplittableRandom random,
      List<SimulatedNode> all,
      SimulatedNetwork network,
      LogModel model,
      Consumer<String> trace) {
    this.random = random;
    this.all = all;
    this.network = network;
    this.model = model;
    this.trace = trace;
  }

  /** Something has happened after which pulling alone need not be enough. */
  void compareAtEnd() {
    compareAtEnd = true;
  }

  /** All agree for a moment, while the network goes on. */
  void recover(boolean comparing) {
    startAll();
    if (comparing) {
      compareAll();
    }
    pullUntilQuiet();
  }

  /**
   * Nothing goes wrong any more, and all come to agree.
   *
   * @param back whether what was deleted may be there again, since deletes did not wait for those
   *     who were away
   */
  void settle(boolean back) {
    network.calm();
    network.drain();
    all.stream().filter(SimulatedNode::isToJoin).forEach(SimulatedNode::join);
    startAll();
    network.drain();
    pullUntilQuiet();
    // What was forgotten too early for one may come a long way, and so may its delete.
    int comparings = back ? there().size() : 1;
    for (int i = 0; compareAtEnd && i < comparings; i++) {
      compareAll();
      pullUntilQuiet();
    }
    check(back);
  }

  private List<SimulatedNode> there() {
    return all.stream().filter(SimulatedNode::isThere).toList();
  }

  private void startAll() {
    for (SimulatedNode node : there()) {
      node.refuse(Optional.empty());
      node.start();
      node.processes().forEach(SimulatedProcess::noTrouble);
    }
  }

  private void pullUntilQuiet() {
    List<Position> before = List.of();
    for (int round = 0; !before.equals(heads()); round++) {
      if (round == MAX_ROUNDS) {
        throw new AssertionError("the logs do not come to rest");
      }
      before = heads();
      links().forEach(SimulatedLink::finish);
    }
  }

  private void compareAll() {
    trace.accept("all compare");
    for (SimulatedLink link : links()) {
      link.compare();
      link.finish();
    }
  }

  private List<Position> heads() {
    return there().stream().map(node -> node.log.bounds().head()).toList();
  }

  private List<SimulatedLink> links() {
    List<SimulatedLink> links = new ArrayList<>();
    for (SimulatedNode node : there()) {
      SimulatedProcess process = node.anyProcess().orElseThrow();
      node.neighbours().forEach(to -> links.add(process.link(to)));
    }
    Collections.shuffle(links, new Random(random.nextLong()));
    return links;
  }

  private void check(boolean back) {
    SimulatedNode first = there().get(0);
    Map<Spot, LogItem> expected = LogModel.items(first.name, first.log);
    for (SimulatedNode node : there()) {
      Map<Spot, LogItem> items = LogModel.items(node.name, node.log);
      model.check(node.name, items, back);
      Set<Spot> spots = new LinkedHashSet<>(expected.keySet());
      spots.addAll(items.keySet());
      for (Spot spot : spots) {
        same(
            node.name + " and " + first.name,
            Optional.ofNullable(items.get(spot)),
            Optional.ofNullable(expected.get(spot)));
      }
    }
  }

  private static void same(String nodes, Optional<LogItem> here, Optional<LogItem> there) {
    // Where an entry stood may differ after a restore, what it says may not; a delete, or one of
    // several, may be forgotten.
    boolean bothGone =
        here.filter(item -> !item.isDeleted()).isEmpty()
            && there.filter(item -> !item.isDeleted()).isEmpty();
    if (!bothGone && !here.map(LogItem::hash).equals(there.map(LogItem::hash))) {
      throw new AssertionError(
          nodes
              + " differ: "
              + here.map(LogModel::described)
              + " and "
              + there.map(LogModel::described));
    }
  }
}
