package dev.chirograph.reconcile;

import dev.chirograph.SyncException;
import dev.chirograph.jobs.Keeper;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Does what is ready in the caller's thread. With a concurrency of one there is no other thread,
 * and leases live from write to write.
 */
final class Drain<V> implements AutoCloseable {

  private final Runs<V> runs;
  private final Parallel lookers;
  private final RangeWork<V> ranges;
  private final ItemWork<V> items;
  private final @Nullable Keeper keeper;

  Drain(Engine<V> engine) {
    this.runs = new Runs<>(engine);
    this.lookers = engine.lookers();
    this.ranges = new RangeWork<>(engine, runs);
    this.items = new ItemWork<>(engine, runs, lookers, UUID.randomUUID().toString());
    this.keeper =
        engine.settings().concurrency() == 1
            ? null
            : engine.startedKeeper(List.of(ranges::keepAlive, items::keepAlive));
  }

  /** One range and one batch, or a look after the runs; answers how many there were. */
  int once() {
    int steps = (ranges.step() ? 1 : 0) + (items.step() > 0 ? 1 : 0);
    if (steps == 0) {
      runs.tend();
      steps = items.step() > 0 ? 1 : 0;
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new SyncException(
          SyncException.Kind.UNAVAILABLE,
          SyncException.Advice.NEVER,
          "interrupted while draining; what was not done is still in the queue",
          null);
    }
    return steps;
  }

  @Override
  public void close() {
    if (keeper != null) {
      keeper.close();
    }
    lookers.close();
  }
}
