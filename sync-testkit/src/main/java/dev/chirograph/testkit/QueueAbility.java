package dev.chirograph.testkit;

import dev.chirograph.spi.QueueCapabilities.Uniqueness;
import dev.chirograph.spi.SupportsDeadLetters;
import dev.chirograph.spi.SupportsRuns;
import dev.chirograph.spi.SupportsWakeup;
import dev.chirograph.spi.WorkQueue;
import java.util.function.Predicate;

/** What a queue may do or not. The conformance suite skips the guarantees of what is missing. */
public enum QueueAbility {
  /** Keys are unique among waiting and running jobs: QUE-1 and QUE-2. */
  UNIQUENESS(queue -> queue.capabilities().uniqueness() == Uniqueness.WAITING_AND_RUNNING),
  /** A worker that lost its lease is refused: QUE-5. */
  FENCING(queue -> queue.capabilities().fenced()),
  /** Jobs of one key never run at the same time: QUE-3. */
  SERIAL_PER_KEY(queue -> queue.capabilities().serialPerKey()),
  /** {@link SupportsRuns}: QUE-11 and RUN-1 to RUN-4. */
  RUNS(queue -> queue instanceof SupportsRuns),
  /** {@link SupportsDeadLetters}: DLQ-1 to DLQ-4. */
  DEAD_LETTERS(queue -> queue instanceof SupportsDeadLetters),
  /** {@link SupportsWakeup}. */
  WAKEUP(queue -> queue instanceof SupportsWakeup);

  private final Predicate<WorkQueue> test;

  QueueAbility(Predicate<WorkQueue> test) {
    this.test = test;
  }

  boolean of(WorkQueue queue) {
    return test.test(queue);
  }
}
