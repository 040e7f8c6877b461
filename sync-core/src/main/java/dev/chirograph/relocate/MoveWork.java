package dev.chirograph.relocate;

import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.SyncListener.ItemResult;
import dev.chirograph.jobs.JobContext;
import dev.chirograph.jobs.JobHandler;
import dev.chirograph.spi.Job;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongPredicate;

/** Makes the move of one handle's object. A job names a handle; what is to be done is found out. */
final class MoveWork implements JobHandler {

  static final String KIND = "relocate";

  /** So often a move may begin anew because somebody changes what it works on. */
  private static final int BEGINNINGS = 10;

  private final RelocateParts parts;
  private final Teller teller;
  private final LongPredicate cancelled;

  /**
   * @param cancelled whether a run is
   */
  MoveWork(RelocateParts parts, Teller teller, LongPredicate cancelled) {
    this.parts = parts;
    this.teller = teller;
    this.cancelled = cancelled;
  }

  /**
   * When a move is tried again. A file may just be overwritten or deleted, row and object one after
   * the other; but one that is lost or spoilt stays so, and keeps its run from its end.
   */
  static RetryPolicy retries() {
    return RetryPolicy.builder()
        .pauses(Duration.ofSeconds(1), Duration.ofMinutes(10))
        .attempts(12)
        .attempts(Kind.PERMISSION_DENIED, 5)
        .attempts(Kind.NOT_FOUND, 4)
        .attempts(Kind.CORRUPT, 4)
        .build();
  }

  @Override
  public void handle(Job job, JobContext context) {
    try {
      move(job, context);
    } catch (SyncException e) {
      teller.failed(job, job.key(), e);
      throw e;
    }
  }

  private void move(Job job, JobContext context) {
    Mover mover = new Mover(parts, journal -> keep(job, context, journal));
    Step step = Mover.first(job.key(), Journal.of(job.note()), cancelled.test(job.run()));
    int beginnings = 0;
    while (!(step instanceof Step.End)) {
      if (step instanceof Step.Find && ++beginnings > BEGINNINGS) {
        throw new SyncException(
            Kind.CONFLICT,
            "the handle " + job.key() + " or its object changes again and again while it is moved");
      }
      step = goingOn(job, step).next(mover);
    }
    ended(job, (Step.End) step);
  }

  /** A run may be cancelled while a copy is made in steps, which may take hours. */
  private Step goingOn(Job job, Step step) {
    return step instanceof Step.Copy copy && cancelled.test(job.run())
        ? Mover.first(job.key(), Optional.of(copy.journal()), true)
        : step;
  }

  private static void keep(Job job, JobContext context, Optional<Journal> journal) {
    if (!context.keep(journal.map(Journal::note).orElse(""))) {
      throw new SyncException(
          Kind.UNAVAILABLE, "the move of " + job.key() + " is somebody else's task now");
    }
  }

  private void ended(Job job, Step.End end) {
    if (end.failure() != null) {
      throw end.failure();
    }
    boolean moved = end.result() == Step.Result.MOVED;
    ItemResult result = moved ? ItemResult.UPDATED : ItemResult.UNCHANGED;
    teller.told(job, job.key(), result, Optional.empty());
  }
}
