package dev.chirograph.relocate;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.SyncListener;
import dev.chirograph.SyncListener.ItemEvent;
import dev.chirograph.SyncListener.ItemResult;
import dev.chirograph.Version;
import dev.chirograph.jobs.JobContext;
import dev.chirograph.jobs.JobHandler;
import dev.chirograph.spi.Job;
import java.util.Optional;

/** Deals with one object that was left behind, after its grace. */
final class ArchiveWork implements JobHandler {

  private final Archiver archiver;
  private final SyncListener listener;

  ArchiveWork(Archiver archiver, SyncListener listener) {
    this.archiver = archiver;
    this.listener = listener;
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
    Departure step =
        new Departure.Retire(
            note.at().location(), Optional.ofNullable(note.pin()).map(Version::new));
    while (!(step instanceof Departure.End)) {
      step = step.next(archiver);
    }
    ended(job, (Departure.End) step);
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
    listener.itemDone(new ItemEvent(job.run(), job.scope(), end.at().key(), result, remark));
  }
}
