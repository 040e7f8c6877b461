package dev.chirograph.reconcile;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Advice;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.Version;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.SupportsCopy;
import dev.chirograph.spi.SupportsSteps.Progress;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One copy that the target makes by itself, step by step. Where it stands is kept after each step,
 * so that the next attempt goes on there; what will not be gone on with is abandoned, since stores
 * charge for it.
 */
final class SteppedCopy {

  private static final Logger LOG = LoggerFactory.getLogger(SteppedCopy.class);

  /** Where a copy of one state of the original stands. */
  record Place(String pin, String resume) {
    Place {
      Objects.requireNonNull(pin, "pin");
      Objects.requireNonNull(resume, "resume");
    }
  }

  private final BlobStore from;
  private final SupportsCopy to;
  private final Key key;
  private final Progress progress;

  SteppedCopy(BlobStore from, SupportsCopy to, Key key, Progress progress) {
    this.from = from;
    this.to = to;
    this.key = key;
    this.progress = progress;
  }

  /** Copies that state of the original. */
  Outcome run(Version pin, ObjectVersion attributes, Expect expect) {
    Optional<String> resume =
        place().filter(kept -> kept.pin().equals(pin.token())).map(Place::resume);
    if (resume.isEmpty() && !forget()) {
      return Outcome.rejected(stopped());
    }
    while (true) {
      SupportsCopy.Step step;
      try {
        step = to.copy(from, BlobRef.latest(key), pin, attributes, key, expect, resume);
      } catch (SyncException e) {
        return ended(Outcome.rejected(e), resume);
      }
      if (step instanceof SupportsCopy.Finished finished) {
        return ended(finished.outcome(), resume);
      }
      resume = Optional.of(((SupportsCopy.Going) step).resume());
      Optional<Outcome> stopped = keep(pin, resume.get());
      if (stopped.isPresent()) {
        return stopped.get();
      }
    }
  }

  /** Where an earlier attempt stopped; empty also where its note cannot be read. */
  private Optional<Place> place() {
    try {
      return progress
          .kept()
          .map(note -> RunRecord.read(note.getBytes(StandardCharsets.UTF_8), Place.class));
    } catch (SyncException e) {
      return Optional.empty();
    }
  }

  /**
   * Abandons the copy that an earlier attempt had begun, if any. What the store will not abandon is
   * left and told, since it must stand in nobody's way.
   *
   * @return false: there must be no further step
   * @throws SyncException when the store cannot be asked now
   */
  boolean forget() {
    if (progress.kept().isEmpty()) {
      return true;
    }
    Optional<Place> place = place();
    try {
      place.ifPresent(kept -> to.abandon(key, kept.resume()));
    } catch (SyncException e) {
      if (passes(e)) {
        throw e;
      }
      progress.remark(left(e));
    }
    if (place.isEmpty()) {
      progress.remark(unreadable());
    }
    return progress.keep("");
  }

  private static boolean passes(SyncException trouble) {
    return trouble.mayRetry()
        && (trouble.kind() == Kind.UNAVAILABLE || trouble.kind() == Kind.RATE_LIMITED);
  }

  /** Present: there must be no further step. */
  private Optional<Outcome> keep(Version pin, String resume) {
    Place place = new Place(pin.token(), resume);
    try {
      if (progress.keep(new String(RunRecord.bytes(place), StandardCharsets.UTF_8))) {
        return Optional.empty();
      }
    } catch (SyncException e) {
      return Optional.of(ended(Outcome.rejected(e), Optional.of(resume)));
    }
    return Optional.of(ended(Outcome.rejected(stopped()), Optional.of(resume)));
  }

  SyncException stopped() {
    return new SyncException(
        Kind.CONFLICT,
        Advice.MAY_RETRY,
        "the work on "
            + key
            + " was stopped between two steps: its job is somebody else's now,"
            + " or the worker is closing");
  }

  private SyncException left(SyncException why) {
    return new SyncException(
        why.kind(),
        Advice.NEVER,
        "what a copy of "
            + key
            + " had begun could not be given up; it stays in the target until its unfinished"
            + " uploads expire or are aborted: "
            + why.getMessage(),
        why);
  }

  private SyncException unreadable() {
    return new SyncException(
        Kind.CORRUPT,
        "the note of where the copy of "
            + key
            + " stood cannot be read; what it had begun, if anything, stays in the target until"
            + " its unfinished uploads expire or are aborted");
  }

  /**
   * What became of it. What may be tried again goes on where it stands when that is kept; all else
   * that was begun is abandoned. What could not be abandoned is told, and stays kept.
   */
  private Outcome ended(Outcome outcome, Optional<String> resume) {
    boolean done = outcome instanceof Outcome.Applied || outcome instanceof Outcome.Unchanged;
    boolean again =
        outcome instanceof Outcome.Unsure
            || (outcome instanceof Outcome.Rejected rejected && rejected.why().mayRetry());
    if (done || resume.isEmpty() || (again && progress.kept().isPresent())) {
      return outcome;
    }
    try {
      to.abandon(key, resume.get());
    } catch (SyncException e) {
      progress.remark(left(e));
      return outcome;
    }
    dropNote();
    return outcome;
  }

  /** A note that stays names a copy that is not known any more, which does no harm. */
  private void dropNote() {
    try {
      if (progress.kept().isPresent()) {
        progress.keep("");
      }
    } catch (SyncException e) {
      LOG.debug("the note of the copy of {} could not be dropped: {}", key, e.toString());
    }
  }
}
