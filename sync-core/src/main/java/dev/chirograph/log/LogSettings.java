package dev.chirograph.log;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Environment;
import dev.chirograph.Pacing;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncListener;
import dev.chirograph.jobs.JobWorker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the parts of a replicator share. */
record LogSettings(
    int pageItems,
    long pageBytes,
    Duration poll,
    Duration patience,
    Duration compareEvery,
    Duration retention,
    Duration backups,
    Duration upkeepEvery,
    RetryPolicy retries,
    RetryPolicy pushRetries,
    DeleteLimit forgets,
    Duration lease,
    SyncListener listener,
    Environment environment) {

  InstantSource clock() {
    return environment.clock();
  }

  Pacing pacing() {
    return environment.pacing();
  }

  RandomGenerator random() {
    return environment.random();
  }

  ThreadFactory threads() {
    return environment.threads();
  }

  private static final Logger LOGGER = LoggerFactory.getLogger(LogReplicator.class);

  /** Gives a worker what it needs. */
  JobWorker.Builder worker(JobWorker.Builder worker) {
    return worker.lease(lease).environment(environment);
  }

  /** Tells the listener; what it throws is its own. */
  void listen(Consumer<SyncListener> event) {
    try {
      event.accept(listener);
    } catch (RuntimeException e) {
      LOGGER.warn("a listener failed: {}", e.toString(), e);
    }
  }
}
