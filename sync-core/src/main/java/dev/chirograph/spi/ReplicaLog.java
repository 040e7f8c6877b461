package dev.chirograph.spi;

import dev.chirograph.Key;
import dev.chirograph.spi.LogEntry.Body;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * A log of what a node holds, which others read from a position on. A handle is bound to one tenant
 * and one node.
 *
 * <p>The log keeps one {@link LogItem} for each version of each key, at the position of its last
 * change: a reader that goes on from where it was sees every change since, and one that begins at
 * the start sees what there is now.
 *
 * <ul>
 *   <li><b>LOG-1</b> Positions are handed out in commit order: whoever has read up to a position
 *       never finds something new at or below it.
 *   <li><b>LOG-2</b> Entries join the item of their key and version; one that changes nothing takes
 *       no position.
 *   <li><b>LOG-3</b> A page gives items in ascending position, at most so many and so many bytes,
 *       but at least one when there is one; reading on from {@link Page#next} leaves none out.
 *   <li><b>LOG-4</b> A position below the floor, beyond the head or of another history is
 *       recognised and answered as such, with no items. A position that a reader was given on its
 *       way from the start is not below the floor before the floor is raised again.
 *   <li><b>LOG-5</b> Merging makes items, the peer's pointer and what the peer has seen durable in
 *       one step; without a pointer the peer's pointer stays, and what a peer has seen is not taken
 *       over while there is a gap. Of a page that was read after another position than the pointer,
 *       only the items are.
 *   <li><b>LOG-6</b> Merged entries keep their dot and time.
 *   <li><b>LOG-7</b> Appending a list is all or nothing and harmless to repeat after a lost reply.
 *       What is no text, such as a lone surrogate, is refused.
 *   <li><b>LOG-8</b> What was seen before deletes were forgotten, and is not held, is not taken in.
 *   <li><b>LOG-9</b> A page that reaches the head says what the log had seen at that moment.
 * </ul>
 */
public interface ReplicaLog {

  /** Where the log begins and ends now. */
  Bounds bounds();

  /**
   * Adds entries of this node.
   *
   * @return what became of each, in their order
   */
  List<Appended> append(List<Body> entries);

  /**
   * Reads on from a position.
   *
   * @param after where reading has come to; {@link Position#START} reads all there is, whatever the
   *     floor
   * @param limit the largest number of items; at least 1
   * @param maxBytes the largest sum of payloads
   */
  Page read(Position after, int limit, long maxBytes);

  /**
   * Takes over items of another node.
   *
   * @return what became of each, in their order
   */
  List<Appended> merge(Merge merge);

  /** All versions of some keys, deleted ones included, in the order of the keys. */
  List<LogItem> find(List<Key> keys);

  /**
   * A position in a log.
   *
   * @param epoch which life of the log it belongs to
   * @param number 0 before the first entry
   * @param mark what was written there, so that another history is recognised
   */
  record Position(UUID epoch, long number, UUID mark) {

    /** Before the first entry of any log. */
    public static final Position START = new Position(new UUID(0, 0), 0, new UUID(0, 0));

    public Position {
      Objects.requireNonNull(epoch, "epoch");
      Objects.requireNonNull(mark, "mark");
    }
  }

  /**
   * The ends of a log.
   *
   * @param floor the lowest position after which can be read, beside {@link Position#START} and
   *     those on the way from there
   * @param head the position of the last change
   * @param context what the log has seen
   */
  record Bounds(Position floor, Position head, LogContext context) {
    public Bounds {
      Objects.requireNonNull(floor, "floor");
      Objects.requireNonNull(head, "head");
      Objects.requireNonNull(context, "context");
    }
  }

  /**
   * A part of a log.
   *
   * @param items in ascending position; empty when the position is not valid
   * @param next where to read on
   * @param bounds the ends, and what the log had seen, at the moment of reading
   * @param validity what the log thinks of the position that was asked for
   */
  record Page(List<LogItem> items, Position next, Bounds bounds, Validity validity) {
    public Page {
      items = List.copyOf(items);
      Objects.requireNonNull(next, "next");
      Objects.requireNonNull(bounds, "bounds");
      Objects.requireNonNull(validity, "validity");
    }

    /** Whether there was nothing behind it. */
    public boolean reachesHead() {
      return validity == Validity.OK && next.number() == bounds.head().number();
    }
  }

  /** What a log thinks of a position. */
  enum Validity {
    /** It belongs to this log. */
    OK,
    /** Deletes behind it have been forgotten. */
    BELOW_FLOOR,
    /** The log has never been that far in this life: it was restored from a backup. */
    BEYOND_HEAD,
    /** Something else was written there: it was restored, or it is another log. */
    OTHER_HISTORY
  }

  /**
   * What is taken over from a peer.
   *
   * @param peer its name
   * @param items of its log
   * @param after where the pointer to the peer's log has to stand: else another process has read on
   *     meanwhile, or this log was restored from a backup, and only the items are taken over; empty
   *     when it may stand anywhere
   * @param pointer how far its log has been read now; empty when the items were pushed
   * @param context what it has seen, when everything it has was read; else {@link LogContext#EMPTY}
   * @param gap whether there are items that the peer has and this log does not take; what the peer
   *     has seen is not taken over while there are. Empty when nothing is known about that
   */
  record Merge(
      String peer,
      List<LogItem> items,
      Optional<Position> after,
      Optional<Position> pointer,
      LogContext context,
      Optional<Boolean> gap) {
    public Merge {
      Objects.requireNonNull(peer, "peer");
      items = List.copyOf(items);
      Objects.requireNonNull(after, "after");
      Objects.requireNonNull(pointer, "pointer");
      Objects.requireNonNull(context, "context");
      Objects.requireNonNull(gap, "gap");
    }

    /** One that is taken over wherever the pointer stands. */
    public Merge(
        String peer,
        List<LogItem> items,
        Optional<Position> pointer,
        LogContext context,
        Optional<Boolean> gap) {
      this(peer, items, Optional.empty(), pointer, context, gap);
    }

    /** Items without a place: pushed, or fetched because they differ. */
    public static Merge of(String peer, List<LogItem> items) {
      return new Merge(peer, items, Optional.empty(), LogContext.EMPTY, Optional.empty());
    }

    /** A page that was read from the peer's log. */
    public static Merge of(String peer, Page page) {
      LogContext seen = page.reachesHead() ? page.bounds().context() : LogContext.EMPTY;
      return new Merge(peer, page.items(), Optional.of(page.next()), seen, Optional.empty());
    }

    /** The peer's log is read from the beginning again. */
    public static Merge fromTheStart(String peer) {
      return new Merge(
          peer, List.of(), Optional.of(Position.START), LogContext.EMPTY, Optional.empty());
    }

    /**
     * All that the peer had at a moment is here.
     *
     * @param then its ends at that moment
     * @param gap whether there were items that this log does not take
     */
    public static Merge afterComparison(String peer, Bounds then, boolean gap) {
      return new Merge(peer, List.of(), Optional.of(then.head()), then.context(), Optional.of(gap));
    }

    /** The same, of a page that was read after this position. */
    public Merge readAfter(Position position) {
      return new Merge(peer, items, Optional.of(position), pointer, context, gap);
    }

    /** The same without its items, some of which were not taken. */
    public Merge leavingOut() {
      return new Merge(peer, List.of(), after, pointer, LogContext.EMPTY, Optional.of(true));
    }

    /**
     * What is taken over where the pointer stands at a position: all of it, or only the items.
     *
     * @param at the pointer to the peer's log; empty when it was never read
     */
    public Merge at(Optional<Position> at) {
      return after.isEmpty() || after.get().equals(at.orElse(Position.START))
          ? this
          : new Merge(peer, items, Optional.empty(), LogContext.EMPTY, gap.filter(there -> there));
    }
  }

  /**
   * What became of an entry or item.
   *
   * @param number the position of its item; 0 when there is none
   * @param fate what was done
   */
  record Appended(long number, Fate fate) {
    public Appended {
      Objects.requireNonNull(fate, "fate");
    }
  }

  /** What was done with an entry or item. */
  enum Fate {
    /** It told something new. */
    ADDED,
    /** All it says was known. */
    KNOWN,
    /** It was known once, and deleted, and the delete forgotten. */
    FORGOTTEN
  }
}
