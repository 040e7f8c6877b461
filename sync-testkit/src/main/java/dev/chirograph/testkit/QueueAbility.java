package dev.chirograph.testkit;

import dev.chirograph.spi.QueueCapabilities.Uniqueness;
import dev.chirograph.spi.SupportsDeadLetters;
import dev.chirograph.spi.SupportsRuns;
import dev.chirograph.spi.SupportsWakeup;
import dev.chirograph.spi.WorkQueue;

/** What a queue may do or not. The conformance suite skips the guarantees of what is missing. */
public enum QueueAbility {
  /** Keys are unique among waiting and running jobs: QUE-1 and QUE-2. */
  UNIQUENESS,
  /** A worker that lost its lease is refused: QUE-5. */
  FENCING,
  /** Jobs of one key never run at the same time: QUE-3. */
  SERIAL_PER_KEY,
  /** {@link SupportsRuns}: QUE-11 and RUN-1 to RUN-4. */
  RUNS,
  /** {@link SupportsDeadLetters}: DLQ-1 to DLQ-4. */
  DEAD_LETTERS,
  /** {@link SupportsWakeup}. */
  WAKEUP;

  boolean of(WorkQueue queue) {
    return switch (this) {
      case UNIQUENESS -> queue.capabilities().uniqueness() == Uniqueness.WAITING_AND_RUNNING;
      case FENCING -> queue.capabilities().fenced();
      case SERIAL_PER_KEY -> queue.capabilities().serialPerKey();
      case RUNS -> queue instanceof SupportsRuns;
      case DEAD_LETTERS -> queue instanceof SupportsDeadLetters;
      case WAKEUP -> queue instanceof SupportsWakeup;
    };
  }
}
