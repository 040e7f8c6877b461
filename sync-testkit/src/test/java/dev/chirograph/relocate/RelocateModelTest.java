package dev.chirograph.relocate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.relocate.RelocateWorld.Edit;
import dev.chirograph.relocate.RelocateWorld.Without;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every order in which two movers of one job, one edit of somebody else, one crash and the archiver
 * can make their calls, explored to the end; states that were seen before are not gone on with.
 */
class RelocateModelTest {

  private static final long WHOLE = 1_000;
  private static final long IN_STEPS = 4;

  /**
   * What exploring found.
   *
   * @param wrong the first thing that was wrong, with what had happened before
   */
  private record Explored(int states, int ends, Optional<String> wrong) {}

  private static Explored explored(Edit edit, Without without, long copyStepBytes) {
    Map<String, Integer> numbers = new HashMap<>();
    List<List<Integer>> before = new ArrayList<>();
    List<List<String>> paths = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    numbers.put("", 0);
    before.add(new ArrayList<>());
    paths.add(List.of());
    for (int at = 0; at < paths.size(); at++) {
      List<String> path = paths.get(at);
      RelocateWorld world = replayed(edit, without, copyStepBytes, path);
      List<String> actions = world.actions();
      Optional<String> wrong = actions.isEmpty() ? world.wrongInTheEnd() : world.wrong();
      if (wrong.isPresent()) {
        return new Explored(at, ends.size(), Optional.of(wrong.get() + " after " + path));
      }
      if (actions.isEmpty()) {
        ends.add(at);
      }
      for (String action : actions) {
        List<String> further = new ArrayList<>(path);
        further.add(action);
        RelocateWorld next = replayed(edit, without, copyStepBytes, further);
        Integer known = numbers.putIfAbsent(digest(next.fingerprint()), paths.size());
        if (known == null) {
          before.add(new ArrayList<>());
          paths.add(further);
        }
        before.get(known == null ? paths.size() - 1 : known).add(at);
      }
    }
    return new Explored(paths.size(), ends.size(), endless(before, ends, paths));
  }

  /** From every state there must be a way to an end. */
  private static Optional<String> endless(
      List<List<Integer>> before, List<Integer> ends, List<List<String>> paths) {
    BitSet reached = new BitSet();
    Deque<Integer> open = new ArrayDeque<>(ends);
    ends.forEach(reached::set);
    while (!open.isEmpty()) {
      for (int earlier : before.get(open.poll())) {
        if (!reached.get(earlier)) {
          reached.set(earlier);
          open.add(earlier);
        }
      }
    }
    int lost = reached.nextClearBit(0);
    return lost == paths.size()
        ? Optional.empty()
        : Optional.of("there is no end after " + paths.get(lost));
  }

  private static String digest(String fingerprint) {
    try {
      byte[] bytes = fingerprint.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static RelocateWorld replayed(
      Edit edit, Without without, long copyStepBytes, List<String> path) {
    RelocateWorld world = new RelocateWorld(edit, without, copyStepBytes);
    path.forEach(world::act);
    return world;
  }

  @ParameterizedTest
  @EnumSource(Edit.class)
  void L1_L4_L5_inEveryOrderOfEventsEachHandleRefersToItsContentAndNoCopyIsLeftOver(Edit edit) {
    assertSound(edit, WHOLE);
  }

  @ParameterizedTest
  @EnumSource(
      value = Edit.class,
      names = {"DELETE_HANDLE", "REASSIGN"})
  void L4_copiesInSeveralStepsAreTakenUpOrGivenUp(Edit edit) {
    assertSound(edit, IN_STEPS);
  }

  private static void assertSound(Edit edit, long copyStepBytes) {
    Explored explored = explored(edit, Without.NOTHING, copyStepBytes);
    System.out.println(edit + ": " + explored.states() + " states, " + explored.ends() + " ends");
    assertThat(explored.wrong()).isEmpty();
    assertThat(explored.ends()).isPositive();
  }

  @Test
  void L5_withoutTheCompareAndSetAnEditIsLost() {
    assertThat(explored(Edit.OVERWRITE, Without.COMPARE_AND_SET, WHOLE).wrong()).isPresent();
  }

  @Test
  void L1_withoutTheCountAnObjectIsRemovedThatAHandleNeeds() {
    assertThat(explored(Edit.COPY_HANDLE, Without.COUNT, WHOLE).wrong()).isPresent();
  }
}
