package dev.chirograph.jdbc;

import dev.chirograph.Pacing;
import java.time.Duration;
import java.util.Optional;

/**
 * How far this handle has leased one lane: the place of the last job it took.
 *
 * <p>A database keeps the index entries of deleted rows for a while; as long as somebody holds an
 * old snapshot, for good. A lease that began at the front each time would walk over all of them. So
 * a lease goes on behind the mark, and begins at the front again when something was put there from
 * here, when it finds too little, and every now and then: not sooner than {@link #SWEEP_EVERY}, and
 * so rarely that walking costs a twentieth of the time.
 *
 * <p>Jobs that others put before the mark wait until then, at the longest. Safe for use by several
 * threads.
 */
final class Mark {

  private static final long SWEEP_EVERY = Duration.ofSeconds(1).toNanos();
  private static final long SHARE_OF_TIME = 20;

  /** So many entries are walked over without harm. */
  private static final int WORTHWHILE = 1_000;

  private final Pacing pacing;
  private Optional<Place> place = Optional.empty();
  private long generation;
  private long taken;
  private long nextSweep;

  Mark(Pacing pacing) {
    this.pacing = pacing;
  }

  /** The place of a job in the order of leasing. */
  record Place(int rank, long seq) {}

  /** Where a lease begins: behind a place, or at the front. */
  record Start(Optional<Place> behind, long generation, long begun) {}

  synchronized Start start() {
    long now = pacing.nanoTime();
    if (place.isPresent() && now - nextSweep >= 0) {
      place = Optional.empty();
    }
    return new Start(place, generation, now);
  }

  /** A lease took as many jobs as it wanted, the last of them from here. */
  synchronized void advance(Start start, int jobs, Place last) {
    taken += jobs;
    if (taken < WORTHWHILE) {
      return;
    }
    if (start.behind().isEmpty()) {
      long now = pacing.nanoTime();
      nextSweep = now + Math.max(SWEEP_EVERY, SHARE_OF_TIME * (now - start.begun()));
    }
    if (start.generation() == generation) {
      place = Optional.of(last);
    }
  }

  /** A lease found less than it wanted, or something was put before the mark. */
  synchronized void reset() {
    generation++;
    taken = 0;
    place = Optional.empty();
  }

  /** Jobs became ready whose first has this number. */
  synchronized void lower(long seq) {
    if (place.isPresent() && place.get().seq() >= seq) {
      generation++;
      place = Optional.of(new Place(place.get().rank(), seq - 1));
    }
  }
}
