package dev.chirograph.jobs;

import dev.chirograph.SyncException;
import dev.chirograph.spi.Job;

/** Does one job of a queue. Called by several threads at once. */
@FunctionalInterface
public interface JobHandler {

  /**
   * Does what the job asks for by now; nothing when nothing is due any more. A job may come twice.
   *
   * @throws SyncException when it failed; the job is tried again where that may help, else buried
   */
  void handle(Job job, JobContext context);
}
