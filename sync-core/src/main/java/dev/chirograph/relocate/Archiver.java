package dev.chirograph.relocate;

import dev.chirograph.Expect;
import dev.chirograph.Guard;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.relocate.Departure.Fate;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.relocate.ArchiveRule;
import dev.chirograph.spi.relocate.BlobStores;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.SupportsArchive;
import dev.chirograph.spi.relocate.Vacated;
import java.util.Optional;

/**
 * Deals with objects that were left behind: asks in one transaction whether a handle refers to one
 * and retires its location if none does, and only then touches the object. A location that is
 * retired is never used again, so that whatever is removed there late is not missed.
 *
 * <p>Safe for use by several threads.
 */
final class Archiver {

  private final Vacated vacated;
  private final BlobStores stores;
  private final ArchiveRule rule;
  private final Throttle throttle;

  Archiver(Vacated vacated, BlobStores stores, ArchiveRule rule, Throttle throttle) {
    this.vacated = vacated;
    this.stores = stores;
    this.rule = rule;
    this.throttle = throttle;
  }

  /** What the handles know of a location that was left. */
  Optional<Vacated.Vacancy> left(Location at) {
    return vacated.find(at);
  }

  Departure retire(Departure.Retire step) {
    requireAble(step);
    return vacated.retire(step.at())
        ? new Departure.Look(step.at(), step.pin())
        : new Departure.End(step.at(), Fate.NEEDED);
  }

  /** Asked first, so that nothing is retired that cannot be dealt with. */
  private void requireAble(Departure.Retire step) {
    boolean deletes = step.pin().isEmpty() || rule instanceof ArchiveRule.Delete;
    if (!deletes && rule instanceof ArchiveRule.Keep) {
      return;
    }
    BlobStore store = stores.open(step.at().bucket());
    if (deletes && store.capabilities().deletes() == Guard.NONE) {
      throw unable(
          step.at(),
          "guards no deletes; have its adapter look before it deletes, where it offers that, or"
              + " have what is left behind tagged or kept");
    }
    if (!deletes && !(store instanceof SupportsArchive)) {
      throw unable(
          step.at(),
          "has neither tags nor storage classes; have what is left behind deleted or kept");
    }
  }

  private static SyncException unable(Location at, String why) {
    return new SyncException(
        SyncException.Kind.UNSUPPORTED,
        at + " is left and cannot be put aside: the store of its bucket " + why);
  }

  Departure look(Departure.Look step) {
    Location at = step.at();
    Observation<ObjectVersion> seen =
        throttle.look(at, () -> stores.open(at.bucket()).head(at.ref()));
    if (!(seen instanceof Observation.Present<ObjectVersion> present)) {
      return new Departure.Clear(at, Fate.GONE);
    }
    boolean same =
        step.pin().isPresent()
            ? step.pin().get().equals(present.version())
            : Stamp.isCopy(present.value(), at);
    return same
        ? new Departure.Dispose(at, present, step.pin().isEmpty())
        : new Departure.Clear(at, Fate.CHANGED);
  }

  Departure dispose(Departure.Dispose step) {
    Location at = step.at();
    Mover.requireNoConflict(throttle.write(at, () -> disposed(step)), at);
    return new Departure.Clear(at, Fate.ARCHIVED);
  }

  private Outcome disposed(Departure.Dispose step) {
    BlobStore store = stores.open(step.at().bucket());
    BlobRef exactly = Mover.exactly(step.at(), step.seen());
    if (step.copy() || rule instanceof ArchiveRule.Delete) {
      return store.delete(exactly, Expect.at(step.seen().version()));
    }
    if (rule instanceof ArchiveRule.Keep) {
      return Outcome.unchanged();
    }
    return ((SupportsArchive) store).archive(exactly, step.seen().version(), rule);
  }

  Departure clear(Departure.Clear step) {
    vacated.cleared(step.at());
    return new Departure.End(step.at(), step.fate());
  }
}
