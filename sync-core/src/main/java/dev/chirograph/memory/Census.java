package dev.chirograph.memory;

import dev.chirograph.spi.QueueStatistics;
import dev.chirograph.spi.SupportsDeadLetters.DeadLetter;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Counts the tasks of a queue by scope and state. */
final class Census {

  private final long now;
  private final Map<String, Counter> scopes = new HashMap<>();
  private long oldest;

  Census(long now) {
    this.now = now;
    this.oldest = now;
  }

  void waiting(Task task) {
    Counter counter = of(task.lane.scope());
    if (task.held) {
      counter.held++;
    } else if (task.due > now) {
      counter.delayed++;
    } else {
      counter.waiting++;
      oldest = Math.min(oldest, task.due);
    }
  }

  void running(Task task) {
    of(task.lane.scope()).running++;
  }

  void dead(DeadLetter letter) {
    of(letter.job().scope()).dead++;
  }

  QueueStatistics statistics() {
    Map<String, QueueStatistics.Counts> counts = new HashMap<>();
    scopes.forEach((scope, counter) -> counts.put(scope, counter.counts()));
    return new QueueStatistics(counts, Duration.ofMillis(now - oldest), true);
  }

  private Counter of(String scope) {
    return scopes.computeIfAbsent(scope, s -> new Counter());
  }

  private static final class Counter {
    private long waiting;
    private long delayed;
    private long held;
    private long running;
    private long dead;

    private QueueStatistics.Counts counts() {
      return new QueueStatistics.Counts(waiting, delayed, held, running, dead);
    }
  }
}
