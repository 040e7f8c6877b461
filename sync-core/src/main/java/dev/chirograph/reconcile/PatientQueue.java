package dev.chirograph.reconcile;

import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.QueueCapabilities;
import dev.chirograph.spi.QueueStatistics;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.SupportsRuns;
import dev.chirograph.spi.WorkQueue;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A queue whose calls are tried again when that may help. All of them may be repeated: a lease
 * whose reply was lost runs out, and a release that was made finds nothing more to release.
 */
final class PatientQueue implements WorkQueue, SupportsRuns {

  private final WorkQueue queue;
  private final SupportsRuns runs;
  private final Engine<?> engine;

  PatientQueue(WorkQueue queue, Engine<?> engine) {
    this.queue = queue;
    this.runs = (SupportsRuns) queue;
    this.engine = engine;
  }

  @Override
  public QueueCapabilities capabilities() {
    return queue.capabilities();
  }

  @Override
  public Enqueued enqueue(List<Job> jobs) {
    return engine.call(() -> queue.enqueue(jobs));
  }

  @Override
  public Optional<Lease> lease(String kind, int limit, Duration duration) {
    return engine.call(() -> queue.lease(kind, limit, duration));
  }

  @Override
  public Settled settle(Lease lease, List<Settlement> settlements) {
    return engine.call(() -> queue.settle(lease, settlements));
  }

  @Override
  public QueueStatistics statistics() {
    return engine.call(queue::statistics);
  }

  @Override
  public Release release(long run, String scope, long limit) {
    return engine.call(() -> runs.release(run, scope, limit));
  }

  @Override
  public long discard(long run, String scope) {
    return engine.call(() -> runs.discard(run, scope));
  }

  @Override
  public long cancel(long run) {
    return engine.call(() -> runs.cancel(run));
  }

  @Override
  public long forget(long run) {
    return engine.call(() -> runs.forget(run));
  }

  @Override
  public long remaining(long run, long atMost) {
    return engine.call(() -> runs.remaining(run, atMost));
  }
}
