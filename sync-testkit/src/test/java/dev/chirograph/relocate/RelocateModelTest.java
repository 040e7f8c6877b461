package dev.chirograph.relocate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RelocateModelTest {

  @ParameterizedTest
  @EnumSource(RelocateWorld.Edit.class)
  void L1_L4_L5_inEveryOrderOfEventsEachHandleRefersToItsContent(RelocateWorld.Edit edit) {
    Set<String> seen = new HashSet<>();
    Deque<List<String>> open = new ArrayDeque<>();
    open.add(List.of());
    int ends = 0;
    while (!open.isEmpty()) {
      List<String> path = open.poll();
      RelocateWorld world = replayed(edit, path);
      List<String> actions = world.actions();
      if (actions.isEmpty()) {
        ends++;
        assertThat(world.wrongInTheEnd()).as("after %s", path).isEmpty();
      }
      for (String action : actions) {
        RelocateWorld next = replayed(edit, path);
        next.act(action);
        List<String> further = new ArrayList<>(path);
        further.add(action);
        Optional<String> wrong = next.wrong();
        assertThat(wrong).as("after %s", further).isEmpty();
        if (seen.add(next.fingerprint())) {
          open.add(further);
        }
      }
    }
    System.out.println(edit + ": " + seen.size() + " states, " + ends + " ends");
  }

  private static RelocateWorld replayed(RelocateWorld.Edit edit, List<String> path) {
    RelocateWorld world = new RelocateWorld(edit);
    path.forEach(world::act);
    return world;
  }
}
