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
import java.util.Optional;

/**
 * One copy that the target makes by itself, step by step. Where it stands is kept after each step,
 * so that the next attempt goes on there; what will not be gone on with is abandoned, since stores
 * charge for it.
 */
final class SteppedCopy {

  /** Where a copy of one state of the original stands. */
  record Place(String pin, String resume) {}

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
    Optional<String> resume = takeUp(pin);
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

  /** Where to go on; a copy of another state of the original is abandoned. */
  private Optional<String> takeUp(Version pin) {
    Optional<Place> place = place();
    if (place.filter(kept -> !kept.pin().equals(pin.token())).isPresent()) {
      forget();
      return Optional.empty();
    }
    return place.map(Place::resume);
  }

  private Optional<Place> place() {
    return progress
        .kept()
        .map(note -> RunRecord.read(note.getBytes(StandardCharsets.UTF_8), Place.class));
  }

  /** Abandons the copy that an earlier attempt had begun, if any. */
  void forget() {
    Optional<Place> place = place();
    if (place.isPresent()) {
      to.abandon(key, place.get().resume());
      progress.keep("");
    }
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

  private SyncException stopped() {
    return new SyncException(
        Kind.CONFLICT,
        Advice.MAY_RETRY,
        "the copy of "
            + key
            + " was stopped between two steps: its job is somebody else's now,"
            + " or the worker is closing");
  }

  /**
   * What became of it. What may be tried again goes on where it stands when that is kept; all else
   * that was begun is abandoned.
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
      if (progress.kept().isPresent()) {
        progress.keep("");
      }
      return outcome;
    } catch (SyncException e) {
      return left(outcome, e);
    }
  }

  /** What could not be abandoned is told with the outcome. */
  private static Outcome left(Outcome outcome, SyncException trouble) {
    if (outcome instanceof Outcome.Rejected rejected) {
      rejected.why().addSuppressed(trouble);
      return outcome;
    }
    if (outcome instanceof Outcome.Unsure unsure) {
      unsure.why().addSuppressed(trouble);
      return outcome;
    }
    return Outcome.rejected(trouble);
  }
}
