package dev.chirograph.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nodes that do not all know each other, and pull only. */
class TopologyTest extends TwoLogs {

  /** Who pulls from whom. */
  private enum Shape {
    RING,
    CHAIN,
    STAR;

    boolean pulls(int from, int to, int nodes) {
      return switch (this) {
        case RING -> to == (from + 1) % nodes;
        case CHAIN -> Math.abs(from - to) == 1;
        case STAR -> from != to && (from == 0 || to == 0);
      };
    }
  }

  private final List<MemoryLog> nodes = new ArrayList<>();

  private void build(int number) {
    nodes.clear();
    IntStream.range(0, number).forEach(i -> nodes.add(log("n" + i)));
  }

  /** Everybody asks once whom it knows. */
  private void round(Shape shape) {
    for (int i = 0; i < nodes.size(); i++) {
      for (int j = 0; j < nodes.size(); j++) {
        if (shape.pulls(i, j, nodes.size())) {
          pull(nodes.get(i), nodes.get(j));
        }
      }
    }
  }

  private void rounds(Shape shape) {
    nodes.forEach(node -> round(shape));
  }

  private List<Position> heads() {
    return nodes.stream().map(node -> node.bounds().head()).toList();
  }

  @ParameterizedTest
  @EnumSource(Shape.class)
  void entriesAreRelayedWithTheirOriginAndNothingEchoes(Shape shape) {
    build(5);
    for (int i = 0; i < nodes.size(); i++) {
      add(nodes.get(i), "from n" + i + " ", 3);
    }
    rounds(shape);

    for (MemoryLog node : nodes) {
      assertThat(items(node)).hasSize(15);
      assertThat(node.bounds().head().number()).as("each came in once").isEqualTo(15);
      assertThat(items(node))
          .allSatisfy(
              item -> assertThat(item.key().text()).contains(" " + item.last().dot().node() + " "));
    }

    List<Position> heads = heads();
    merged.clear();
    rounds(shape);
    assertThat(heads()).isEqualTo(heads);
    assertThat(merged).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Shape.class)
  void oneThatIsDownForAWhileHoldsUpOnlyThoseBehindIt(Shape shape) {
    build(4);
    rounds(shape);
    MemoryLog down = nodes.remove(1);
    add(nodes.get(0), "meanwhile");
    add(down, "own");
    round(Shape.STAR); // those who are left reach each other some other way, or not at all
    nodes.add(1, down);
    rounds(shape);
    assertThat(nodes)
        .allSatisfy(node -> assertThat(keys(node)).containsExactly("meanwhile", "own"));
  }

  // ---- order

  private static Body said(Operation operation, int id) {
    return new Body(
        new UUID(operation.ordinal(), id), operation, Key.utf8("k"), "1", Content.NONE, "{}");
  }

  /** Wherever and in whatever order something is said of one version, all end with the same. */
  @ParameterizedTest
  @EnumSource(Shape.class)
  void inEveryOrderOnEveryNodeTheSameComesOut(Shape shape) {
    everyOrder(
        shape,
        List.of(said(Operation.ADD, 1), said(Operation.DEPRECATE, 2), said(Operation.DELETE, 3)),
        Operation.DELETE);
    everyOrder(
        shape,
        List.of(said(Operation.DEPRECATE, 1), said(Operation.ADD, 2), said(Operation.ADD, 3)),
        Operation.DEPRECATE);
  }

  private static List<List<Body>> orders(List<Body> of) {
    return IntStream.range(0, 27)
        .mapToObj(i -> List.of(i % 3, i / 3 % 3, i / 9))
        .filter(order -> order.stream().distinct().count() == 3)
        .map(order -> order.stream().map(of::get).toList())
        .toList();
  }

  private void everyOrder(Shape shape, List<Body> bodies, Operation last) {
    LogItem expected = null;
    for (List<Body> order : orders(bodies)) {
      for (int places = 0; places < 27; places++) {
        for (int pulls = 0; pulls < 4; pulls++) {
          build(3);
          int place = places;
          for (int i = 0; i < order.size(); i++) {
            nodes.get(place % 3).append(List.of(order.get(i)));
            place /= 3;
            if ((pulls >> i & 1) == 1) {
              round(shape);
            }
          }
          rounds(shape);
          LogItem first = item(nodes.get(0), "k");
          expected = expected == null ? first : expected;
          assertThat(first.hash()).isEqualTo(expected.hash());
          assertThat(first.last().body().operation()).isEqualTo(last);
          assertThat(nodes).allSatisfy(node -> assertThat(items(node)).containsExactly(first));
        }
      }
    }
  }

  @Test
  void aDeleteThatComesBeforeTheAdditionKeepsItOut() {
    delete(there, "k");
    pull(here, there);
    assertThat(item(here, "k").isDeleted()).isTrue();
    MemoryLog late = log("late");
    add(late, "k");
    pull(here, late);
    pull(late, here);
    assertThat(item(here, "k").isDeleted()).isTrue();
    assertThat(item(late, "k")).isEqualTo(item(here, "k"));
  }
}
