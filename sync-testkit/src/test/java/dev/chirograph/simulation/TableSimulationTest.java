package dev.chirograph.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.testkit.Seed;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * {@code -Dchirograph.schedules} says how many there are, {@code -Dchirograph.seed} with which to
 * begin, {@code -Dchirograph.trace=true} that everything that happens is printed.
 */
class TableSimulationTest {

  private static final int SCHEDULES = Integer.getInteger("chirograph.schedules", 1_000);
  private static final int PROGRESS = 10_000;
  private static final TableTrace TRACE =
      Boolean.getBoolean("chirograph.trace") ? TableTrace.to(System.out::println) : TableTrace.NONE;

  private final Map<TableHappening, Long> counts = new EnumMap<>(TableHappening.class);
  private final List<Long> failed = new ArrayList<>();

  private void schedules(long first, int number) {
    for (int i = 0; i < number; i++) {
      long seed = first + i;
      try {
        run(seed, TRACE).forEach((what, often) -> counts.merge(what, often, Long::sum));
      } catch (AssertionError | RuntimeException e) {
        failed.add(seed);
        System.out.println("seed " + seed + ": " + e);
      }
      if ((i + 1) % PROGRESS == 0) {
        System.out.println((i + 1) + " schedules, " + failed.size() + " failed");
      }
    }
  }

  private static Map<TableHappening, Long> run(long seed, TableTrace trace) {
    return new TableStorm(Seed.of(seed), trace).run();
  }

  @Test
  void L1_L2_L3_L4_whateverGoesWrongBothSidesEndEqualAndNothingIsDeletedThatIsThere() {
    schedules(Seed.draw().value(), SCHEDULES);

    System.out.println(SCHEDULES + " schedules: " + counts);
    assertThat(failed).as("seeds that failed").isEmpty();
  }

  @Test
  void everythingThatMayGoWrongDoes() {
    schedules(1, 300);

    assertThat(failed).isEmpty();
    assertThat(TableHappening.values())
        .allSatisfy(what -> assertThat(counts.getOrDefault(what, 0L)).as("%s", what).isPositive());
  }

  @Test
  void theSameSeedGivesTheSameSchedule() {
    for (long seed = 0; seed < 20; seed++) {
      assertThat(traced(seed)).hasSizeGreaterThan(5).isEqualTo(traced(seed));
    }
    assertThat(traced(7)).isNotEqualTo(traced(8));
  }

  private static List<String> traced(long seed) {
    List<String> lines = new ArrayList<>();
    run(seed, TableTrace.to(lines::add));
    return lines;
  }
}
