package dev.chirograph.reconcile;

import dev.chirograph.Entry;
import dev.chirograph.Evidence;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.Report;
import dev.chirograph.SyncException;
import dev.chirograph.Tally;
import dev.chirograph.Tally.Count;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Walks one key range of one pair and tells what differs. Holds one page of each listing and
 * nothing that grows.
 */
final class Finder<V> {

  /** How many keys are compared between two calls of {@link Findings#passed}. */
  static final int STRIDE = 5_000;

  /** What a walk tells, in key order. */
  interface Findings {

    /** The key is missing in the replica, or differs, or cannot be compared. */
    void differs(Key key);

    /** The source does not list the key and the replica does. */
    void onlyInReplica(Key key);

    /**
     * Everything up to this key has been told.
     *
     * @return the end of the walk, if it moves: a key above the given one where somebody else goes
     *     on
     */
    Optional<Key> passed(Key last);
  }

  /**
   * How a walk ended.
   *
   * @param trouble why it did not see everything; empty when it did
   * @param retryable whether walking again later may help
   * @param folders what was seen of the folders, when asked for
   */
  record Walk(Optional<Report.Trouble> trouble, boolean retryable, Folders.Edges folders) {}

  private final Pair<V> pair;
  private final Scope scope;
  private final Listings listings;
  private final Predicate<Entry> filter;
  private final Set<Evidence.Fact> facts;
  private final boolean sourceListsTombstones;
  private final boolean replicaKeepsTombstones;

  Finder(Pair<V> pair, Scope scope, Instant now, Listings listings) {
    this.pair = pair;
    this.scope = scope;
    this.listings = listings;
    this.filter = scope.filter().at(now);
    this.facts = pair.sharedFacts();
    this.sourceListsTombstones = pair.source().capabilities().listsTombstones();
    this.replicaKeepsTombstones = pair.replica().capabilities().keepsTombstones();
  }

  /** Walks a range, counting into the tally as it goes. */
  Walk walk(KeyRange range, Tally tally, Findings findings) {
    Folders folders = new Folders(range, scope.tellsFolders());
    try (Listing source = listings.open(pair.source(), range);
        Listing replica = listings.open(pair.replica(), range)) {
      Step step = new Step(range.to().orElse(null), tally, findings, folders);
      MergeJoin.walk(source, replica, step);
      Optional<Listing> broken =
          step.stoppedEarly
              ? Optional.empty()
              : Stream.of(source, replica).filter(Finder::broken).findFirst();
      return new Walk(
          broken.map(listing -> trouble(listing == source ? "source" : "replica", listing, range)),
          broken.flatMap(Listing::why).map(SyncException::mayRetry).orElse(false),
          folders.edges(step.end()));
    }
  }

  private static boolean broken(Listing listing) {
    return !listing.hasNext() && listing.end() != Listing.End.COMPLETE;
  }

  private Report.Trouble trouble(String side, Listing broken, KeyRange range) {
    return new Report.Trouble(
        pair.name() + " " + range,
        "the listing of the "
            + side
            + " ended as "
            + broken.end()
            + broken.why().map(why -> ": " + why.summary()).orElse(""));
  }

  /** Decides on each key of the merge. */
  private final class Step implements MergeJoin.Visitor {
    private final Tally tally;
    private final Findings findings;
    private final Folders folders;
    private @Nullable Key end;
    private boolean stoppedEarly;
    private int sinceStride;

    Step(@Nullable Key end, Tally tally, Findings findings, Folders folders) {
      this.end = end;
      this.tally = tally;
      this.findings = findings;
      this.folders = folders;
    }

    Optional<Key> end() {
      return Optional.ofNullable(end);
    }

    @Override
    public boolean onlyLeft(Entry left) {
      if (beyond(left.key())) {
        return false;
      }
      tally.add(Count.SOURCE_LISTED, 1);
      folders.seen(left, null); // a filter chooses items; what it leaves out exists all the same
      if (passes(left)) {
        if (left.tombstone() && !replicaKeepsTombstones && !scope.isFull()) {
          same(); // deleted there, and the replica has nothing to remember that with
        } else {
          differs(left.key());
        }
      }
      return next(left.key());
    }

    @Override
    public boolean onlyRight(Entry right) {
      if (beyond(right.key())) {
        return false;
      }
      tally.add(Count.REPLICA_LISTED, 1);
      folders.seen(null, right);
      if (passes(right)) {
        boolean goneForGood = right.tombstone() && !sourceListsTombstones;
        if (!goneForGood) { // the limit is a part of what could be deleted
          tally.add(Count.REPLICA_IN_SCOPE, 1);
        }
        if (goneForGood && !scope.isFull()) {
          same(); // deleted here, and not listed there: that is how it should be
        } else if (goneForGood) {
          differs(right.key());
        } else {
          candidate(right.key()); // of a tombstone the source has not even a marker any more
        }
      }
      return next(right.key());
    }

    @Override
    public boolean both(Entry left, Entry right) {
      if (beyond(left.key())) {
        return false;
      }
      tally.add(Count.SOURCE_LISTED, 1);
      tally.add(Count.REPLICA_LISTED, 1);
      folders.seen(left, right);
      if (passes(left)) {
        tally.add(Count.REPLICA_IN_SCOPE, 1);
        if (left.tombstone() && !right.tombstone() && !replicaKeepsTombstones) {
          candidate(left.key());
        } else if (!scope.isFull()
            && left.tombstone() == right.tombstone()
            && left.evidence().compare(right.evidence(), facts) == Evidence.Match.SAME) {
          same();
        } else {
          differs(left.key());
        }
      }
      return next(left.key());
    }

    private boolean beyond(Key key) {
      stoppedEarly = end != null && key.compareTo(end) >= 0;
      return stoppedEarly;
    }

    private boolean passes(Entry entry) {
      if (filter.test(entry)) {
        return true;
      }
      tally.add(Count.SKIPPED, 1);
      return false;
    }

    private void same() {
      tally.add(Count.SAME, 1);
    }

    private void differs(Key key) {
      tally.add(Count.FOUND, 1);
      findings.differs(key);
    }

    private void candidate(Key key) {
      tally.add(Count.FOUND, 1);
      findings.onlyInReplica(key);
    }

    private boolean next(Key key) {
      if (++sinceStride == STRIDE) {
        sinceStride = 0;
        findings.passed(key).ifPresent(moved -> end = moved);
      }
      return true;
    }
  }
}
