package dev.chirograph.reconcile;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Listing;
import dev.chirograph.SyncException;
import dev.chirograph.Tally;
import dev.chirograph.Tally.Count;
import java.util.Optional;

/** Decides, once finding has ended, whether the deletes that a run found due may be made. */
final class DeleteGate {

  private DeleteGate() {}

  /**
   * Judges the deletes of one pair.
   *
   * @param due how many deletes were found due
   * @param counts what the walk over the pair counted
   * @param incomplete whether any range of the pair was not seen to its end
   * @return why none may be made; empty when they may
   */
  static Optional<String> judge(
      DeleteLimit limit,
      Pair<?> pair,
      long due,
      Tally counts,
      boolean incomplete,
      Listings listings) {
    if (incomplete) {
      return Optional.of(
          pair.name() + ": " + due + " deletes were due, but not every listing was complete");
    }
    long size = counts.get(Count.REPLICA_IN_SCOPE);
    long allowed = limit.allowed(size);
    if (due > allowed) {
      return Optional.of(
          "%s: %d of %d items would be deleted, at most %d may be; look at the plan, then raise the limit"
              .formatted(pair.name(), due, size, allowed));
    }
    return emptied(limit, pair, listings)
        .map(why -> pair.name() + ": " + due + " deletes were due, but " + why);
  }

  /**
   * Why a source must not empty its replica: it shows nothing at all now, or cannot be asked. It is
   * asked afresh: it may have been emptied since it was walked.
   *
   * @throws SyncException when the thread was interrupted meanwhile
   */
  static Optional<String> emptied(DeleteLimit limit, Pair<?> pair, Listings listings) {
    if (limit.emptySource() == DeleteLimit.EmptySource.ALLOWED) {
      return Optional.empty();
    }
    try (Listing all = listings.openUnsorted(pair.source())) {
      if (all.hasNext()) {
        return Optional.empty();
      }
      if (all.end() != Listing.End.COMPLETE && Thread.currentThread().isInterrupted()) {
        throw new SyncException( // this says nothing of the source, so nothing is refused for it
            SyncException.Kind.UNAVAILABLE,
            "interrupted while asking the source whether it holds anything");
      }
      return Optional.of(
          all.end() == Listing.End.COMPLETE
              ? "the source shows nothing at all; allow an empty source if this is right"
              : "the source could not be asked whether it holds anything"
                  + all.why().map(why -> ": " + why.summary()).orElse(""));
    }
  }
}
