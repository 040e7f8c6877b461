package dev.chirograph.log;

import java.util.concurrent.atomic.LongAdder;

/**
 * What was exchanged with one peer since this node was started. Safe for use by several threads.
 */
final class Counters {

  private final LongAdder merged = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder pushed = new LongAdder();
  private final LongAdder dropped = new LongAdder();

  void addMerged() {
    merged.increment();
  }

  void addRefused() {
    refused.increment();
  }

  void addPushed(long items) {
    pushed.add(items);
  }

  void addDropped(long items) {
    dropped.add(items);
  }

  long merged() {
    return merged.sum();
  }

  long refused() {
    return refused.sum();
  }

  long pushed() {
    return pushed.sum();
  }

  long dropped() {
    return dropped.sum();
  }
}
