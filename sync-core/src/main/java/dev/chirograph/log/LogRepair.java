package dev.chirograph.log;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.digest.Comparison;
import dev.chirograph.log.LogAnswer.Compared;
import dev.chirograph.log.LogAnswer.Found;
import dev.chirograph.log.LogAnswer.Hashed;
import dev.chirograph.log.LogAnswer.Pushed;
import dev.chirograph.log.LogAnswer.Receipt;
import dev.chirograph.log.LogAnswer.Result;
import dev.chirograph.log.LogRequest.Compare;
import dev.chirograph.log.LogRequest.Hashes;
import dev.chirograph.log.LogRequest.Items;
import dev.chirograph.log.LogRequest.Push;
import dev.chirograph.log.LogRequest.Wanted;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Bounds;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.ReplicaLog.Validity;
import dev.chirograph.spi.SupportsRepair;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One comparison of the own log with a peer's, and the exchange of what differs: digests of ever
 * smaller buckets, the hashes in those that differ, and then the items that only one of both has.
 *
 * <p>What was found is exchanged before more is looked for, so that little is kept. At the end this
 * node has all that the peer had when it began, and reads on from there.
 */
final class LogRepair {

  private static final List<Slice.Bucket> ROOTS = Slice.Bucket.ALL.split(8);
  private static final int SMALL = 64;
  private static final int BATCH = 500;

  /** So many digests are asked for at once. */
  static final int ROUND = 2_048;

  /** So many hashes are told in one answer, unless there are more in one of the finest buckets. */
  static final int HASHES = 100_000;

  /** So many items at once are looked up where their payloads may turn out to be large. */
  static final int PIECE = 20;

  private final OwnLog own;
  private final SupportsRepair log;
  private final String peer;
  private final LogLink.Options options;
  private final Comparison comparison =
      new Comparison(ROOTS, Comparison.Splitter.buckets(), SMALL, ROUND);
  private final Deque<Slice.Bucket> differing = new ArrayDeque<>();
  private final Deque<Wanted> theirs = new ArrayDeque<>();
  private final Deque<Wanted> ours = new ArrayDeque<>();
  private final Forgotten forgotten;
  private final Position mine;
  private @Nullable Bounds began;
  private @Nullable LogRequest asked;
  private List<LogItem> pushed = List.of();
  private long peerItems;
  private boolean leftOut;
  private boolean vanished;
  private boolean done;

  LogRepair(OwnLog own, String peer, LogLink.Options options) {
    this.own = own;
    this.log = own.repair().orElseThrow();
    this.peer = peer;
    this.options = options;
    this.forgotten = new Forgotten(own, peer, options);
    this.mine = log.bounds().head();
  }

  boolean isDone() {
    return done;
  }

  LogRequest next() {
    LogRequest request = request();
    asked = request;
    return request;
  }

  private LogRequest request() {
    // First ours: what is here becomes another item when theirs join it, and theirs come anyway.
    if (!ours.isEmpty()) {
      pushed = items(ours);
      return new Push(pushed);
    }
    if (!theirs.isEmpty()) {
      return new Items(batch(theirs, BATCH));
    }
    if (!differing.isEmpty()) {
      List<Slice.Bucket> slices = new ArrayList<>();
      while (!differing.isEmpty() && slices.size() < BATCH) {
        slices.add(differing.removeFirst());
      }
      return new Hashes(slices);
    }
    Optional<Position> pointer = own.peers().pointer(peer);
    return new Compare(
        pointer, comparison.next().stream().map(slice -> (Slice.Bucket) slice).toList());
  }

  /** Takes so many items that a request stays small. */
  private static List<Wanted> batch(Deque<Wanted> from, int most) {
    List<Wanted> batch = new ArrayList<>();
    int items = 0;
    while (!from.isEmpty() && (batch.isEmpty() || items + from.peek().hashes().size() <= most)) {
      Wanted some = from.removeFirst();
      if (items + some.hashes().size() > most) {
        from.addFirst(new Wanted(some.slice(), some.hashes().subList(most, some.hashes().size())));
        some = new Wanted(some.slice(), some.hashes().subList(0, most));
      }
      batch.add(some);
      items += some.hashes().size();
    }
    return batch;
  }

  /** The same of this node's own items, whose payloads count, too. */
  private List<LogItem> items(Deque<Wanted> from) {
    List<LogItem> items = new ArrayList<>();
    long bytes = 0;
    while (!from.isEmpty() && items.size() < BATCH && bytes < options.bytes()) {
      for (Wanted some : batch(from, PIECE)) {
        items.addAll(log.items(some.slice(), some.hashes()));
      }
      bytes = items.stream().mapToLong(LogLimits::bytes).sum();
    }
    return items;
  }

  /**
   * Takes the answer.
   *
   * @throws SyncException when it does not belong to the request, or the own log fails
   */
  void answered(LogAnswer answer) {
    if (asked instanceof Compare compare && answer instanceof Compared compared) {
      compared(compare, compared);
    } else if (asked instanceof Hashes hashes
        && answer instanceof Hashed hashed
        && !hashed.hashes().isEmpty()
        && hashed.hashes().size() <= hashes.slices().size()) {
      hashed(hashes, hashed);
    } else if (asked instanceof Items items && answer instanceof Found found) {
      leftOut |= !LogLink.merge(own, options, Merge.of(peer, found.items()));
      missing(items.wanted(), found.items());
    } else if (asked instanceof Push
        && answer instanceof Pushed receipts
        && receipts.receipts().size() == pushed.size()) {
      pushed(receipts.receipts());
    } else {
      throw LogLink.wrong(peer, answer);
    }
    if (theirs.isEmpty() && ours.isEmpty() && differing.isEmpty() && comparison.next().isEmpty()) {
      finish();
    }
  }

  private void compared(Compare compare, Compared compared) {
    Bounds bounds = compared.bounds();
    if (began == null) {
      began = bounds;
      // The first slices are the whole log.
      peerItems = compared.digests().stream().mapToLong(Digest::count).sum();
    } else if (!began.head().epoch().equals(bounds.head().epoch())) {
      throw new SyncException(
          Kind.CONFLICT, "the log of " + peer + " has begun a new life while it was compared");
    }
    List<Digest> mine = log.digests(List.<Slice>copyOf(compare.slices()));
    comparison.answered(mine, compared.digests());
    comparison.takeDiffering().forEach(one -> differing.add((Slice.Bucket) one.slice()));
  }

  private void hashed(Hashes hashes, Hashed hashed) {
    int told = hashed.hashes().size();
    differing.addAll(hashes.slices().subList(told, hashes.slices().size()));
    List<long[]> mine = log.hashes(hashes.slices().subList(0, told));
    for (int i = 0; i < told; i++) {
      Slice.Bucket slice = hashes.slices().get(i);
      List<Long> here = Arrays.stream(mine.get(i)).boxed().toList();
      List<Long> there = hashed.hashes().get(i);
      add(theirs, slice, without(there, here));
      add(ours, slice, without(here, there));
    }
  }

  /** Asks again for what did not fit into an answer; what came in none of two has changed. */
  private void missing(List<Wanted> wanted, List<LogItem> found) {
    List<Long> came = found.stream().map(LogItem::hash).toList();
    List<Wanted> rest =
        wanted.stream()
            .map(some -> new Wanted(some.slice(), without(some.hashes(), came)))
            .filter(some -> !some.hashes().isEmpty())
            .toList();
    if (count(rest) < count(wanted)) {
      theirs.addAll(rest);
    } else {
      vanished = true;
    }
  }

  private static int count(List<Wanted> wanted) {
    return wanted.stream().mapToInt(some -> some.hashes().size()).sum();
  }

  private static List<Long> without(List<Long> all, List<Long> some) {
    Set<Long> known = new HashSet<>(some);
    return all.stream().filter(hash -> !known.contains(hash)).toList();
  }

  private static void add(Deque<Wanted> to, Slice.Bucket slice, List<Long> hashes) {
    if (!hashes.isEmpty()) {
      to.add(new Wanted(slice, hashes));
    }
  }

  private void pushed(List<Receipt> receipts) {
    for (int i = 0; i < receipts.size(); i++) {
      Receipt receipt = receipts.get(i);
      if (receipt.result() == Result.FORGOTTEN) {
        // A delete stays until the readers of this log have passed it.
        if (!pushed.get(i).isDeleted()) {
          forgotten.add(pushed.get(i));
        }
      } else if (receipt.result() == Result.REJECTED) {
        options
            .refused()
            .own(
                pushed.get(i),
                SyncException.invalid(peer + " does not take the item: " + receipt.reason()));
      }
    }
  }

  /** What was equal when it was looked at may be gone since. */
  private void checkHistory() {
    Validity validity = log.read(mine, 1, 1).validity();
    if (validity == Validity.BEYOND_HEAD || validity == Validity.OTHER_HISTORY) {
      throw new SyncException(
          Kind.CONFLICT,
          "the own log has begun a new life, or was restored from a backup, while it was compared"
              + " with that of "
              + peer
              + "; they are compared anew");
    }
  }

  private void finish() {
    checkHistory();
    forgotten.drop(peerItems, !leftOut && !vanished);
    Bounds there = began;
    if (there != null) {
      // Nothing was left out on the way, so all that the peer had at the beginning is here now.
      own.log().merge(Merge.afterComparison(peer, there, leftOut));
    }
    done = true;
  }
}
