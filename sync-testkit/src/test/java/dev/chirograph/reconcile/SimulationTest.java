package dev.chirograph.reconcile;

import dev.chirograph.testkit.Seed;
import org.junit.jupiter.api.Test;

/**
 * Several workers, two runs, hints, a source that changes, faults, deaths and lost leases, in an
 * order that a seed decides. Afterwards nothing was lost, nothing was deleted without leave, nobody
 * settled what was no longer theirs, and one clean run makes both sides equal.
 *
 * <p>{@code -Dchirograph.simulations} says how many seeds are tried, {@code -Dchirograph.seed} with
 * which to begin.
 */
class SimulationTest {

  private static final int SEEDS = Integer.getInteger("chirograph.simulations", 400);

  @Test
  void L1_L2_L3_L4_afterAnyStormOneCleanRunMakesBothSidesEqual() {
    long first = Seed.draw().value();
    for (long seed = first; seed < first + SEEDS; seed++) {
      try {
        new Storm(seed).blow();
      } catch (RuntimeException | Error e) {
        throw new AssertionError("with " + Seed.of(seed), e);
      }
    }
  }
}
