package dev.chirograph.relocate;

import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.QueueCapabilities;
import dev.chirograph.spi.QueueStatistics;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.SupportsWakeup;
import dev.chirograph.spi.WorkQueue;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/** A queue that gives no jobs as long as there is a pause. */
final class PausingQueue implements WorkQueue, SupportsWakeup {

  private final WorkQueue queue;
  private final BooleanSupplier paused;
  private final List<Runnable> waiting = new CopyOnWriteArrayList<>();

  PausingQueue(WorkQueue queue, BooleanSupplier paused) {
    this.queue = queue;
    this.paused = paused;
  }

  @Override
  public QueueCapabilities capabilities() {
    return queue.capabilities();
  }

  @Override
  public Enqueued enqueue(List<Job> jobs) {
    return queue.enqueue(jobs);
  }

  @Override
  public Optional<Lease> lease(String kind, int limit, Duration duration) {
    return paused.getAsBoolean() ? Optional.empty() : queue.lease(kind, limit, duration);
  }

  @Override
  public Settled settle(Lease lease, List<Settlement> settlements) {
    return queue.settle(lease, settlements);
  }

  @Override
  public QueueStatistics statistics() {
    return queue.statistics();
  }

  @Override
  public Subscription onWork(Runnable action) {
    Subscription inner = queue instanceof SupportsWakeup waking ? waking.onWork(action) : () -> {};
    waiting.add(action);
    return () -> {
      waiting.remove(action);
      inner.close();
    };
  }

  /** A pause has ended: whoever waits for work looks now. */
  void wake() {
    waiting.forEach(Runnable::run);
  }
}
