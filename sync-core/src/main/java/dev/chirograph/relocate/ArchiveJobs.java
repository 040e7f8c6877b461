package dev.chirograph.relocate;

import dev.chirograph.Version;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.WorkQueue;
import dev.chirograph.spi.relocate.Location;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The jobs that deal with what is left behind, after a grace. */
final class ArchiveJobs {

  static final String KIND = "relocate-archive";

  private final WorkQueue queue;
  private final String scope;
  private final Duration grace;

  ArchiveJobs(WorkQueue queue, String scope, Duration grace) {
    this.queue = queue;
    this.scope = scope;
    this.grace = grace;
  }

  /** An object was left behind. */
  void later(Location from, Version pin) {
    enqueue(from, Optional.of(pin), grace);
  }

  /** The same, for what is pending; harmless where there is a job already. */
  void enqueue(Location at, Optional<Version> pin, Duration in) {
    queue.enqueue(
        List.of(
            Job.builder(KIND, scope, at.digest()).delay(in).note(LeftNote.of(at, pin)).build()));
  }
}
