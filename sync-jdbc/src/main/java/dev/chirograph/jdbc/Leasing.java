package dev.chirograph.jdbc;

import dev.chirograph.Pacing;
import dev.chirograph.SyncException;
import dev.chirograph.spi.Lease;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases batches, and gives back those of workers that were lost. Safe for use by several threads.
 */
final class Leasing {

  private static final Logger LOG = LoggerFactory.getLogger(Leasing.class);
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  /** How many lost leases one call gives back; the next call goes on. */
  private static final int GIVEN_BACK_AT_ONCE = 16;

  /** How many batches with jobs that no worker can be given one call looks at. */
  private static final int UNDONE_AT_ONCE = 16;

  private final Database database;
  private final QueueNames names;
  private final JobTable jobs;
  private final Settling settling;
  private final Handover handover;
  private final Pacing pacing;

  /** By lane: one for each kind of the queue. */
  private final Map<Integer, Mark> marks = new ConcurrentHashMap<>();

  Leasing(Database database, QueueNames names, JobTable jobs, Settling settling, Pacing pacing) {
    this.database = database;
    this.names = names;
    this.jobs = jobs;
    this.settling = settling;
    this.handover = new Handover(database, names, settling);
    this.pacing = pacing;
  }

  /** Refuses what cannot be leased, before anything is done. */
  static void check(int limit, int maxBatch, Duration duration) {
    if (limit < 1 || limit > maxBatch) {
      throw SyncException.invalid(
          "cannot lease: the limit must be from 1 to " + maxBatch + ", not " + limit);
    }
    if (duration.compareTo(SHORTEST) < 0) {
      throw SyncException.invalid(
          "cannot lease: a lease lasts at least " + SHORTEST + ", not " + duration);
    }
  }

  /** The lane of a kind, if any job of that kind was ever enqueued. */
  Optional<Integer> lane(String kind) {
    Optional<Integer> known = names.rememberedLane(kind);
    if (known.isPresent()) {
      return known;
    }
    Optional<Integer> found = database.transaction("finding a kind", c -> names.lane(c, kind));
    found.ifPresent(lane -> names.remember(kind, lane));
    return found;
  }

  /** Begins at the front again: something was put there. */
  void restart() {
    marks.values().forEach(Mark::reset);
  }

  Optional<Lease> lease(String kind, int limit, Duration duration) {
    Optional<Integer> found = lane(kind);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    int lane = found.get();
    Mark mark = marks.computeIfAbsent(lane, l -> new Mark(pacing));
    Mark.Start start = mark.start();
    Attempt first = attempt(kind, lane, limit, duration, start.behind());
    learn(mark, start, limit, first);
    if (first.taken().expired()) {
      giveBackExpired(lane, first.lease());
    }
    if (first.taken().expired() || first.undone()) {
      mark.reset();
    }
    boolean tryAgain = first.taken().expired() || first.undone() || start.behind().isPresent();
    if (first.lease().isPresent() || !tryAgain) {
      return first.lease();
    }
    return fromFront(kind, lane, limit, duration);
  }

  private Optional<Lease> fromFront(String kind, int lane, int limit, Duration duration) {
    Attempt attempt = attempt(kind, lane, limit, duration, Optional.empty());
    for (int i = 1; i < UNDONE_AT_ONCE && attempt.undone(); i++) {
      attempt = attempt(kind, lane, limit, duration, Optional.empty());
    }
    return attempt.lease();
  }

  private static void learn(Mark mark, Mark.Start start, int limit, Attempt attempt) {
    JobTable.Taken taken = attempt.taken();
    if (taken.promoted() > 0) {
      mark.lower(taken.promoted());
    }
    int size = taken.batch().map(batch -> batch.rows().size()).orElse(0);
    if (size == limit) {
      mark.advance(start, size, taken.batch().get().last());
    } else {
      mark.reset();
    }
  }

  /** What the database gave, and the same for the worker. */
  private record Attempt(JobTable.Taken taken, Optional<Lease> lease) {

    /** Whether what was taken could not be given to the worker. */
    boolean undone() {
      return taken.batch().isPresent() && lease.isEmpty();
    }
  }

  private Attempt attempt(
      String kind, int lane, int limit, Duration duration, Optional<Mark.Place> behind) {
    long micros = JobRow.micros(duration);
    JobTable.Taken taken =
        database.statement("leasing jobs", c -> jobs.take(c, lane, limit, micros, behind));
    return new Attempt(
        taken, taken.batch().flatMap(batch -> handover.lease(kind, lane, duration, batch)));
  }

  /**
   * Gives back what lost workers held.
   *
   * @param lease what this call has leased: it is the worker's, whatever happens here
   */
  private void giveBackExpired(int lane, Optional<Lease> lease) {
    try {
      giveBackExpired(lane);
    } catch (RuntimeException e) { // a pool may throw what it likes
      if (lease.isEmpty()) {
        throw e;
      }
      LOG.warn(
          "Jobs of a lost worker could not be given back; the next lease tries again: {}",
          SqlErrors.told(e));
    }
  }

  private void giveBackExpired(int lane) {
    for (int i = 0; i < GIVEN_BACK_AT_ONCE; i++) {
      boolean found =
          database.transaction(
              "giving back an expired lease", c -> settling.giveBackExpired(c, lane));
      if (!found) {
        return;
      }
    }
  }
}
