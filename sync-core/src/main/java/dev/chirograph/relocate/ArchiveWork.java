package dev.chirograph.relocate;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.SyncListener.ItemResult;
import dev.chirograph.Version;
import dev.chirograph.jobs.JobContext;
import dev.chirograph.jobs.JobHandler;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Vacated;
import java.time.Duration;
import java.util.Optional;

/** Deals with one object that was left behind, after its grace. */
final class ArchiveWork implements JobHandler {

  private final Archiver archiver;
  private final ArchiveJobs jobs;
  private final Teller teller;

  ArchiveWork(Archiver archiver, ArchiveJobs jobs, Teller teller) {
    this.archiver = archiver;
    this.jobs = jobs;
    this.teller = teller;
  }

  @Override
  public void handle(Job job, JobContext context) {
    LeftNote note =
        LeftNote.of(job.note())
            .orElseThrow(
                () ->
                    new SyncException(
                        Kind.CORRUPT,
                        "the note of what was left behind cannot be read; drop this job, collecting"
                            + " makes another"));
    Location at = note.at().location();
    Optional<Version> copied = Optional.ofNullable(note.pin()).map(Version::new);
    // The job is only a timer: whether it was left, and when last, the handles know.
    Optional<Vacated.Vacancy> left = archiver.left(at);
    if (left.isEmpty() && copied.isPresent()) {
      ended(job, new Departure.End(at, Departure.Fate.NEEDED));
      return;
    }
    Optional<Version> pin = left.flatMap(Vacated.Vacancy::pin).or(() -> copied);
    Duration rest = left.map(jobs::rest).orElse(Duration.ZERO);
    if (!rest.isZero()) {
      jobs.enqueue(at, pin, rest);
      return;
    }
    ended(job, departed(job, new Departure.Retire(at, pin)));
  }

  private Departure.End departed(Job job, Departure.Retire first) {
    Departure step = first;
    try {
      while (!(step instanceof Departure.End)) {
        step = step.next(archiver);
      }
    } catch (SyncException e) {
      teller.failed(job, first.at().key(), e);
      throw e;
    }
    return (Departure.End) step;
  }

  private void ended(Job job, Departure.End end) {
    ItemResult result =
        end.fate() == Departure.Fate.ARCHIVED ? ItemResult.DELETED : ItemResult.UNCHANGED;
    Optional<SyncException> remark =
        end.fate() == Departure.Fate.CHANGED
            ? Optional.of(
                new SyncException(
                    Kind.CONFLICT,
                    SyncException.Advice.NEVER,
                    end.at()
                        + " was written again after it was copied, and no handle refers to it; it"
                        + " stays"))
            : Optional.empty();
    teller.told(job, end.at().key(), result, remark);
  }
}
