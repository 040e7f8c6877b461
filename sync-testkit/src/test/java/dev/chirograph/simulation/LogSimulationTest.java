package dev.chirograph.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.testkit.Seed;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * {@code -Dchirograph.schedules} says how many there are, {@code -Dchirograph.seed} with which to
 * begin.
 */
class LogSimulationTest {

  private static final int SCHEDULES = Integer.getInteger("chirograph.schedules", 10_000);

  @Test
  void L4_L6_whateverGoesWrongAllLogsEndEqualAndNothingIsLost() {
    Schedules schedules =
        new Schedules(Seed.draw().value(), SCHEDULES, line -> System.out.println(line));

    schedules.run(false);

    assertThat(schedules.failed()).as("seeds that failed").isEmpty();
  }

  @Test
  void everythingThatMayGoWrongDoes() {
    Schedules schedules = new Schedules(1, 2_000, line -> {});

    schedules.run(false);

    assertThat(Happening.values())
        .allSatisfy(what -> assertThat(schedules.tally().of(what)).as("%s", what).isPositive());
  }

  @Test
  void theSameSeedGivesTheSameSchedule() {
    for (long seed = 0; seed < 50; seed++) {
      assertThat(traced(seed)).hasSizeGreaterThan(5).isEqualTo(traced(seed));
    }
    assertThat(traced(7)).isNotEqualTo(traced(8));
  }

  private static List<String> traced(long seed) {
    List<String> lines = new ArrayList<>();
    Tally tally = LogSimulation.of(Seed.of(seed)).tracing(lines::add).run();
    lines.add(tally.toString());
    return lines;
  }
}
