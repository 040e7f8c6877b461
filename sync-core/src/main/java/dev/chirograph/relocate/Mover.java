package dev.chirograph.relocate;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Advice;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.relocate.Step.End;
import dev.chirograph.relocate.Step.Result;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.SupportsCopy;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Handles;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Placement;
import dev.chirograph.spi.relocate.Vacated;
import java.util.List;
import java.util.Optional;

/**
 * Makes the steps of moves: copies the object that a handle refers to where its owner's placement
 * says, points to the copy every handle of the owner that refers to the object, and removes copies
 * that come to nothing.
 *
 * <p>Safe for use by several threads.
 */
final class Mover {

  /** So many names are tried in a bucket for one object. */
  private static final int CANDIDATES = 50;

  /** So many handles are pointed to a copy in one transaction. */
  static final int PAGE = 500;

  private final RelocateParts parts;
  private final Notes notes;

  /** How far a move is, as its job keeps it. */
  interface Notes {
    /**
     * Keeps it.
     *
     * @throws SyncException when the job is somebody else's now, or it could not be kept
     */
    void keep(Optional<Journal> journal);
  }

  Mover(RelocateParts parts, Notes notes) {
    this.parts = parts;
    this.notes = notes;
  }

  private BlobStore store(Location at) {
    return parts.stores().open(at.bucket());
  }

  private Observation<ObjectVersion> head(Location at) {
    return parts.throttle().look(at, () -> store(at).head(at.ref()));
  }

  private Vacated vacated() {
    return parts.handles().vacated();
  }

  // ---- what is to be done

  /** The first step of a move. */
  static Step first(Key id, Optional<Journal> journal, boolean cancelled) {
    return cancelled ? undone(journal, End.of(Result.CANCELLED)) : new Step.Find(id, journal);
  }

  Step find(Step.Find step) {
    Optional<FileHandle> handle = parts.handles().find(List.of(step.id())).get(0);
    return handle.isPresent()
        ? new Step.Place(handle.get(), step.journal())
        : undone(step.journal(), End.of(Result.NOTHING_TO_DO));
  }

  Step place(Step.Place step) {
    FileHandle handle = step.handle();
    Optional<Placement> placement = parts.placements().placementFor(handle.owner());
    if (placement.isEmpty()) {
      return undone(step.journal(), End.of(Result.NOTHING_TO_DO));
    }
    if (step.journal().filter(known -> known.to().equals(handle.at())).isPresent()) {
      return new Step.Leave(step.journal().get(), End.of(Result.MOVED));
    }
    if (placement.get().holds(handle.at())) {
      return undone(step.journal(), End.of(Result.IN_PLACE));
    }
    Optional<Journal> current =
        step.journal()
            .filter(known -> known.from().equals(handle.at()))
            .filter(known -> placement.get().holds(known.to()));
    if (current.isEmpty()) {
      return new Step.Allow(handle, placement.get(), step.journal());
    }
    return current.get().verified().isPresent()
        ? new Step.Share(handle, current.get(), Optional.empty(), 0)
        : new Step.Look(handle, placement.get(), current);
  }

  Step allow(Step.Allow step) {
    return undone(
        step.stale(),
        parts.handles().isMovable(step.handle())
            ? new Step.Look(step.handle(), step.placement(), Optional.empty())
            : End.of(Result.NOTHING_TO_DO));
  }

  Step look(Step.Look step) {
    FileHandle handle = step.handle();
    Observation<ObjectVersion> seen = head(handle.at());
    if (!(seen instanceof Observation.Present<ObjectVersion> present)) {
      return gone(handle);
    }
    Step.Task task =
        new Step.Task(handle, step.placement(), read(present.value()), present.version());
    if (handle.size().isPresent() && handle.size().getAsLong() != present.value().size()) {
      return undone(step.journal(), failed(Kind.CORRUPT, Advice.MAY_RETRY, sizes(task)));
    }
    if (step.journal().isEmpty()) {
      return new Step.Choose(task, 0);
    }
    Journal journal = step.journal().get();
    if (!journal.pin().equals(task.pin())) {
      return undone(step.journal(), new Step.Choose(task, 0));
    }
    return new Step.Arrive(task, 0, journal.to(), step.journal());
  }

  /** A copy that was begun may be all that is left of it, so it stays. */
  private static Step gone(FileHandle handle) {
    return failed(
        Kind.NOT_FOUND,
        Advice.MAY_RETRY,
        "the handle "
            + handle.id()
            + " refers to "
            + handle.at()
            + ", where there is nothing; restore the object or correct the handle, then replay this"
            + " job");
  }

  private static String sizes(Step.Task task) {
    return "the handle "
        + task.handle().id()
        + " says that "
        + task.from()
        + " has "
        + task.handle().size().orElse(0)
        + " bytes, but it has "
        + task.object().size()
        + "; find out which of them is right before this job is replayed";
  }

  /** A copy replaces the whole, so nothing is copied while a part of it is not known. */
  private static ObjectVersion read(ObjectVersion object) {
    object
        .contentType()
        .trouble()
        .or(() -> object.metadata().trouble())
        .or(() -> object.tags().trouble())
        .ifPresent(
            why -> {
              throw why;
            });
    return object;
  }

  // ---- where to

  Step choose(Step.Choose step) {
    if (step.candidate() == CANDIDATES) {
      return failed(
          Kind.ALREADY_EXISTS,
          Advice.NEVER,
          "there is something else in "
              + to(step.task(), 0)
              + ", and under "
              + (CANDIDATES - 1)
              + " names beside it; choose another prefix or rule for keys");
    }
    Location to = to(step.task(), step.candidate());
    if (isRetired(to)) {
      return new Step.Choose(step.task(), step.candidate() + 1);
    }
    if (step.candidate() > 0) {
      return new Step.Arrive(step.task(), step.candidate(), to, Optional.empty());
    }
    // Most often there is nothing, which the copy itself finds out.
    Journal begun = Journal.begun(step.task().from(), step.task().pin(), to, true);
    return new Step.Keep(
        Optional.of(begun), new Step.Copy(step.task(), 0, begun, Observation.absent()));
  }

  private boolean isRetired(Location at) {
    return vacated().states(List.of(at)).get(0) == Vacated.State.RETIRED;
  }

  private Location to(Step.Task task, int candidate) {
    Key original = Stamp.origin(task.from(), task.object());
    return CopyName.of(parts.keys(), task.placement(), original, candidate);
  }

  Step arrive(Step.Arrive step) {
    Step.Task task = step.task();
    Observation<ObjectVersion> seen = head(step.to());
    Journal begun = Journal.begun(task.from(), task.pin(), step.to(), true);
    if (!(seen instanceof Observation.Present<ObjectVersion> present)) {
      Journal journal = step.journal().filter(Journal::ours).orElse(begun);
      return new Step.Keep(
          Optional.of(journal), new Step.Copy(task, step.candidate(), journal, seen));
    }
    Optional<Journal> going = step.journal().filter(known -> known.resume().isPresent());
    if (going.isPresent()) { // somebody else was faster, or an answer was lost
      Step again = new Step.Arrive(task, step.candidate(), step.to(), Optional.empty());
      return new Step.Abandon(going.get().notOurs(), again);
    }
    if (isCopy(task, step.to(), present.value())) {
      return new Step.Keep(Optional.of(begun), new Step.Verify(task, step.candidate(), begun));
    }
    if (isOriginal(task, step.to(), present)
        || parts.verifier().mayBeEqual(task.object(), present.value())) {
      Journal theirs = Journal.begun(task.from(), task.pin(), step.to(), false);
      return new Step.Keep(Optional.of(theirs), new Step.Verify(task, step.candidate(), theirs));
    }
    return undone(step.journal(), new Step.Choose(task, step.candidate() + 1));
  }

  private static boolean isCopy(Step.Task task, Location to, ObjectVersion there) {
    return there.size() == task.object().size()
        && Stamp.of(there).equals(Optional.of(Stamp.of(task.from(), task.pin(), to)));
  }

  /** Whether what is to be copied is itself a copy of what is there: the file comes back. */
  private static boolean isOriginal(
      Step.Task task, Location to, Observation.Present<ObjectVersion> there) {
    return there.value().size() == task.object().size()
        && Stamp.of(task.object()).equals(Optional.of(Stamp.of(to, there.version(), task.from())));
  }

  // ---- copying

  Step keep(Step.Keep step) {
    notes.keep(step.journal());
    return step.then();
  }

  Step copy(Step.Copy step) {
    return store(step.journal().to()) instanceof SupportsCopy copier
            && copier.copiesFrom(store(step.task().from()))
        ? copiedThere(step, copier)
        : copied(step, streamed(step));
  }

  private Step copiedThere(Step.Copy step, SupportsCopy copier) {
    Step.Task task = step.task();
    Journal journal = step.journal();
    if (journal.resume().isEmpty()) {
      parts.throttle().copying(task.object().size());
    }
    SupportsCopy.Step made =
        parts
            .throttle()
            .call(
                journal.to(),
                () ->
                    orRefused(
                        copier.copy(
                            store(task.from()),
                            task.from().ref(),
                            task.pin(),
                            attributes(task, journal.to()),
                            journal.to().key(),
                            step.found().expectation(),
                            journal.resume())));
    if (made instanceof SupportsCopy.Going going) {
      Journal further = journal.at(going.resume());
      return new Step.Keep(
          Optional.of(further), new Step.Copy(task, step.candidate(), further, step.found()));
    }
    return copied(step, ((SupportsCopy.Finished) made).outcome());
  }

  private static SupportsCopy.Step orRefused(SupportsCopy.Step made) {
    if (made instanceof SupportsCopy.Finished finished) {
      Throttle.done(finished.outcome());
    }
    return made;
  }

  private Outcome streamed(Step.Copy step) {
    Step.Task task = step.task();
    Location from = task.from();
    Location to = step.journal().to();
    return parts
        .throttle()
        .write(
            to,
            () ->
                store(to)
                    .put(
                        to.key(),
                        attributes(task, to),
                        () ->
                            parts.throttle().stream(store(from).open(from.ref(), 0, task.expect())),
                        step.found().expectation()));
  }

  private static ObjectVersion attributes(Step.Task task, Location to) {
    ObjectVersion stamped = Stamp.stamped(task.from(), task.pin(), to, task.object());
    return task.placement().storageClass().isEmpty()
        ? stamped
        : stamped.toBuilder().storageClass(task.placement().storageClass().get()).build();
  }

  private static Step copied(Step.Copy step, Outcome outcome) {
    return outcome instanceof Outcome.Conflict
        ? new Step.Find(step.task().handle().id(), Optional.of(step.journal()))
        : new Step.Verify(step.task(), step.candidate(), step.journal());
  }

  Step verify(Step.Verify step) {
    Step.Task task = step.task();
    Journal journal = step.journal();
    Observation<ObjectVersion> seen = head(journal.to());
    if (!(seen instanceof Observation.Present<ObjectVersion> present)
        || (journal.ours() && !isCopy(task, journal.to(), present.value()))) {
      return new Step.Find(task.handle().id(), Optional.of(journal));
    }
    Optional<Verifier.Fault> fault = parts.verifier().fault(task, journal.to(), present);
    if (fault.isPresent()) {
      return faulty(step, fault.get());
    }
    Journal verified = journal.verified(present.version(), arrived(task, journal.to(), present));
    // The policy may have changed while it was copied. The handle is read again when it is shared.
    Step then = new Step.Place(task.handle(), Optional.of(verified));
    return isWorthKeeping(task, journal, verified, present)
        ? new Step.Keep(Optional.of(verified), then)
        : then;
  }

  /** What another look would tell is not kept. */
  private boolean isWorthKeeping(
      Step.Task task, Journal before, Journal verified, Observation.Present<ObjectVersion> copy) {
    return before.resume().isPresent()
        || !before.to().equals(verified.to())
        || parts.verifier().reads(task.object(), copy.value());
  }

  private static Step faulty(Step.Verify step, Verifier.Fault fault) {
    if (fault.ofHandle()) { // the copy stays: another would be no better, and takes another name
      return failed(Kind.CORRUPT, Advice.MAY_RETRY, fault.why());
    }
    return undone(
        Optional.of(step.journal()),
        step.journal().ours()
            ? failed(Kind.CORRUPT, Advice.MAY_RETRY, fault.why())
            : new Step.Choose(step.task(), step.candidate() + 1));
  }

  /** Where one version was meant, whatever is written over the copy must not be taken for it. */
  private static Location arrived(
      Step.Task task, Location to, Observation.Present<ObjectVersion> copy) {
    String version = copy.value().versionId();
    return task.from().versionId().isEmpty() || version.equals(ObjectVersion.NULL_VERSION)
        ? to
        : new Location(to.bucket(), to.key(), Optional.of(version));
  }

  // ---- switching

  Step share(Step.Share step) {
    FileHandle handle = step.handle();
    List<FileHandle> all = parts.handles().sharing(handle.at(), step.after(), PAGE);
    Alike alike = Alike.of(handle);
    // Handles of others, and those that say something else of the bytes, have moves of their own.
    List<FileHandle> same = all.stream().filter(other -> Alike.of(other).equals(alike)).toList();
    if (!same.isEmpty()) {
      return new Step.Recheck(handle, step.journal(), same, all.size() == PAGE, step.switched());
    }
    if (all.size() == PAGE) {
      Optional<Key> last = Optional.of(all.get(PAGE - 1).id());
      return new Step.Share(handle, step.journal(), last, step.switched());
    }
    return step.switched() == 0
        ? new Step.Find(handle.id(), Optional.of(step.journal()))
        : new Step.Leave(step.journal(), new End(Result.MOVED, step.switched(), null));
  }

  Step recheck(Step.Recheck step) {
    Journal journal = step.journal();
    Observation<ObjectVersion> seen = head(journal.from());
    if (seen instanceof Observation.Present<ObjectVersion> present
        && !present.version().equals(journal.pin())) {
      return undone(Optional.of(journal), new Step.Find(step.handle().id(), Optional.empty()));
    }
    // Where it is gone, handles that still refer to it are better off with the copy.
    return new Step.Repoint(step.handle(), journal, step.handles(), step.more(), step.switched());
  }

  Step repoint(Step.Repoint step) {
    Journal journal = step.journal();
    long switched =
        parts
            .handles()
            .repoint(
                new Handles.Switch(journal.from(), journal.pin(), journal.to(), step.handles()))
            .stream()
            .filter(Outcome.Applied.class::isInstance)
            .count();
    int all = step.switched() + (int) switched;
    if (switched == 0) {
      return new Step.Doubt(step.handle(), journal);
    }
    return switched == step.handles().size() && !step.more()
        ? new Step.Leave(journal, new End(Result.MOVED, all, null))
        : new Step.Share(step.handle(), journal, Optional.empty(), all);
  }

  Step doubt(Step.Doubt step) {
    Key id = step.handle().id();
    // Whoever has retired the location may have looked before the copy was there.
    return isRetired(step.journal().to())
        ? undone(Optional.of(step.journal()), new Step.Find(id, Optional.empty()))
        : new Step.Find(id, Optional.of(step.journal()));
  }

  Step leave(Step.Leave step) {
    parts.archive().later(step.journal().from(), step.journal().pin());
    return step.end();
  }

  // ---- what comes to nothing

  private static Step undone(Optional<Journal> journal, Step then) {
    return journal.isEmpty() ? then : new Step.Abandon(journal.get(), then);
  }

  Step abandon(Step.Abandon step) {
    Journal journal = step.journal();
    if (journal.resume().isPresent() && store(journal.to()) instanceof SupportsCopy copier) {
      parts
          .throttle()
          .call(
              journal.to(),
              () -> {
                copier.abandon(journal.to().key(), journal.resume().get());
                return Outcome.unchanged();
              });
    }
    return journal.ours()
        ? new Step.Inspect(journal, step.then())
        : new Step.Keep(Optional.empty(), step.then());
  }

  Step inspect(Step.Inspect step) {
    Journal journal = step.journal();
    Observation<ObjectVersion> seen = head(journal.to());
    Optional<String> stamp = Optional.of(Stamp.of(journal.from(), journal.pin(), journal.to()));
    return seen instanceof Observation.Present<ObjectVersion> present
            && Stamp.of(present.value()).equals(stamp)
        ? new Step.Retire(journal, present, step.then())
        : new Step.Keep(Optional.empty(), step.then());
  }

  Step retire(Step.Retire step) {
    return vacated().retire(step.journal().to())
        ? new Step.Remove(step.journal(), step.copy(), step.then())
        : new Step.Keep(Optional.empty(), step.then());
  }

  Step remove(Step.Remove step) {
    Location at = step.journal().to();
    BlobRef copy = exactly(at, step.copy());
    try {
      requireNoConflict(
          parts
              .throttle()
              .write(at, () -> store(at).delete(copy, Expect.at(step.copy().version()))),
          at);
    } catch (SyncException e) {
      if (e.kind() == Kind.UNSUPPORTED) { // it stays pending, and the archiver says so
        return new Step.Keep(Optional.empty(), step.then());
      }
      throw e;
    }
    return new Step.Clear(step.journal(), step.then());
  }

  /** The version that was seen: where there are others, a marker would hide it and keep it. */
  static BlobRef exactly(Location at, Observation.Present<ObjectVersion> seen) {
    return BlobRef.of(at.key(), seen.value().versionId());
  }

  /** After a conflict the object is looked at again, with the next try. */
  static void requireNoConflict(Outcome outcome, Location at) {
    if (outcome instanceof Outcome.Conflict) {
      throw new SyncException(
          Kind.CONFLICT, at + " was changed while it was put aside; it is looked at again");
    }
  }

  Step clear(Step.Clear step) {
    vacated().cleared(step.journal().to());
    return new Step.Keep(Optional.empty(), step.then());
  }

  private static End failed(Kind kind, Advice advice, String message) {
    return new End(Result.FAILED, 0, new SyncException(kind, advice, message));
  }
}
