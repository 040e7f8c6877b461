package dev.chirograph.testkit;

import static dev.chirograph.testkit.QueueAbility.FENCING;
import static dev.chirograph.testkit.QueueAbility.SERIAL_PER_KEY;
import static dev.chirograph.testkit.QueueAbility.UNIQUENESS;

import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.spi.WorkQueue;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** A queue does whatever the reference implementation does, in any order of calls. */
abstract class QueueModelGuarantees extends QueueConcurrencyGuarantees {

  private static final int STEPS = 250;

  @Test
  void QUE_all_theQueueAnswersAsTheReferenceDoes() {
    need(UNIQUENESS);
    need(SERIAL_PER_KEY);
    need(FENCING);
    ManualClock clock = ManualClock.create();
    WorkQueue reference = MemoryBackend.create(clock).queue(tenant, name);
    RandomGenerator random = Seed.draw().random();
    QueueTwins twins = new QueueTwins(queue, reference, random, time -> advanceBoth(clock, time));

    for (int i = 0; i < STEPS; i++) {
      twins.step();
    }
    twins.end();
  }

  private void advanceBoth(ManualClock clock, Duration time) {
    clock.advance(time);
    advance(time);
  }
}
