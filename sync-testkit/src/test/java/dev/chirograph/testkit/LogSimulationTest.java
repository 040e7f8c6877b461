package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.testkit.LogSimulation.Summary;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code -Dchirograph.simulations} says how many seeds are tried, {@code -Dchirograph.seed} with
 * which to begin.
 */
class LogSimulationTest {

  private static final int SEEDS = Integer.getInteger("chirograph.simulations", 10_000);

  @Test
  void L4_L6_whateverGoesWrongAllLogsEndEqualAndNothingIsLost() {
    long first = Seed.draw().value();
    Summary all = Summary.NOTHING;
    for (long seed = first; seed < first + SEEDS; seed++) {
      all = all.plus(LogSimulation.of(Seed.of(seed)).run());
    }
    System.out.println(SEEDS + " schedules: " + all);
    assertThat(all.appended()).isGreaterThan(SEEDS);
  }

  @Test
  void theSameSeedGivesTheSameSchedule() {
    assertThat(traced(7)).hasSizeGreaterThan(20).isEqualTo(traced(7)).isNotEqualTo(traced(8));
  }

  private static List<String> traced(long seed) {
    List<String> lines = new ArrayList<>();
    LogSimulation.of(Seed.of(seed)).tracing(lines::add).run();
    return lines;
  }

  /**
   * What these found: 132595 a comparison that began a new life of an unharmed log, and an answer
   * to an earlier comparison that was taken; 1003471 a delete that was dropped because one peer had
   * forgotten it, while another had not read it.
   */
  @ParameterizedTest
  @ValueSource(longs = {132_595, 1_003_471})
  void seedsThatFoundSomething(long seed) {
    LogSimulation.of(Seed.of(seed)).run();
  }
}
