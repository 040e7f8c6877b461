package dev.chirograph.relocate;

import dev.chirograph.Version;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.WorkQueue;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Vacated;
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

  /** How much of the grace is left of something that was left behind; not negative. */
  Duration rest(Vacated.Vacancy left) {
    Duration rest = left.retired() ? Duration.ZERO : grace.minus(left.age());
    return rest.isNegative() ? Duration.ZERO : rest;
  }

  /** An object was left behind. */
  void later(Location from, Version pin) {
    enqueue(from, Optional.of(pin), grace);
  }

  /** The same, for what is pending; harmless where there is a job already. */
  void enqueue(List<Vacated.Vacancy> pending) {
    int most = queue.capabilities().maxBatch();
    for (int from = 0; from < pending.size(); from += most) {
      queue.enqueue(
          pending.subList(from, Math.min(pending.size(), from + most)).stream()
              .map(one -> job(one.at(), one.pin(), rest(one)))
              .toList());
    }
  }

  void enqueue(Location at, Optional<Version> pin, Duration in) {
    queue.enqueue(List.of(job(at, pin, in)));
  }

  private Job job(Location at, Optional<Version> pin, Duration in) {
    return Job.builder(KIND, scope, at.digest()).delay(in).note(LeftNote.of(at, pin)).build();
  }
}
