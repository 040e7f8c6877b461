package dev.chirograph.relocate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.relocate.RelocateWorld.Edit;
import dev.chirograph.relocate.RelocateWorld.Without;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every order in which two movers of one job, one edit of somebody else, one crash and the archiver
 * can make their calls, explored to the end; states that were seen before are not gone on with.
 */
class RelocateModelTest {

  /**
   * What exploring found.
   *
   * @param wrong the first thing that was wrong, with what had happened before
   */
  private record Explored(int states, int ends, Optional<String> wrong) {}

  private static Explored explored(Edit edit, Without without) {
    Set<String> seen = new HashSet<>();
    Deque<List<String>> open = new ArrayDeque<>();
    open.add(List.of());
    int ends = 0;
    while (!open.isEmpty()) {
      List<String> path = open.poll();
      RelocateWorld world = replayed(edit, without, path);
      List<String> actions = world.actions();
      Optional<String> wrong = actions.isEmpty() ? world.wrongInTheEnd() : world.wrong();
      if (wrong.isPresent()) {
        return new Explored(seen.size(), ends, Optional.of(wrong.get() + " after " + path));
      }
      ends += actions.isEmpty() ? 1 : 0;
      for (String action : actions) {
        List<String> further = new ArrayList<>(path);
        further.add(action);
        if (seen.add(replayed(edit, without, further).fingerprint())) {
          open.add(further);
        }
      }
    }
    return new Explored(seen.size(), ends, Optional.empty());
  }

  private static RelocateWorld replayed(Edit edit, Without without, List<String> path) {
    RelocateWorld world = new RelocateWorld(edit, without);
    path.forEach(world::act);
    return world;
  }

  @ParameterizedTest
  @EnumSource(Edit.class)
  void L1_L4_L5_inEveryOrderOfEventsEachHandleRefersToItsContentAndNoCopyIsLeftOver(Edit edit) {
    Explored explored = explored(edit, Without.NOTHING);
    System.out.println(edit + ": " + explored.states() + " states, " + explored.ends() + " ends");
    assertThat(explored.wrong()).isEmpty();
    assertThat(explored.ends()).isPositive();
  }

  @Test
  void L5_withoutTheCompareAndSetAnEditIsLost() {
    assertThat(explored(Edit.OVERWRITE, Without.COMPARE_AND_SET).wrong()).isPresent();
  }

  @Test
  void L1_withoutTheCountAnObjectIsRemovedThatAHandleNeeds() {
    assertThat(explored(Edit.COPY_HANDLE, Without.COUNT).wrong()).isPresent();
  }
}
