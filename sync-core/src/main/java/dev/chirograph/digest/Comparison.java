package dev.chirograph.digest;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;

/**
 * Finds the parts in which two stores differ, by digests of ever smaller slices: the traffic grows
 * with the differences, not with the stores.
 *
 * <p>No I/O happens here. Whoever drives it asks both sides for the digests of {@link #next}, tells
 * them to {@link #answered}, and goes on until {@link #next} is empty; {@link #takeDiffering} has
 * what differs. With d differences among n items and slices that split into 16, about 16 d
 * log<sub>16</sub>(n) digests are asked for, in log<sub>16</sub>(n) rounds.
 *
 * <p>A slice is done when its digests are equal. It is small enough to be exchanged when neither
 * side has more than so many items in it, or it cannot be split further.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class Comparison {

  private final Splitter splitter;
  private final long small;
  private final int round;
  private final Deque<Slice> open = new ArrayDeque<>();
  private final List<Difference> differing = new ArrayList<>();
  private List<Slice> asked = List.of();

  /**
   * A slice that differs.
   *
   * @param items how many items it has, on the side that has more
   */
  public record Difference(Slice slice, long items) {}

  /** Cuts a slice into smaller ones. */
  public interface Splitter {

    /**
     * The parts of a slice; nothing when it cannot be cut.
     *
     * @param mine its digest here
     */
    List<? extends Slice> split(Slice slice, Digest mine);

    /** Cuts buckets into 16. */
    static Splitter buckets() {
      return (slice, mine) ->
          slice instanceof Slice.Bucket bucket && bucket.bits() < Slice.Bucket.MAX_BITS
              ? bucket.split(4)
              : List.of();
    }
  }

  /**
   * A comparison that has not begun.
   *
   * @param slices what to compare
   * @param splitter how to cut slices that differ
   * @param small how many items at most make a slice worth exchanging as it is
   * @param round how many slices at most are asked for in one round
   */
  public Comparison(List<? extends Slice> slices, Splitter splitter, long small, int round) {
    if (small < 1 || round < 1) {
      throw SyncException.invalid(
          "a comparison needs at least 1 item and 1 slice, not " + small + " and " + round);
    }
    this.splitter = Objects.requireNonNull(splitter, "splitter");
    this.small = small;
    this.round = round;
    this.open.addAll(slices);
  }

  /** The slices whose digests are wanted now, of both sides; empty when all is known. */
  public List<Slice> next() {
    if (asked.isEmpty()) {
      List<Slice> slices = new ArrayList<>();
      while (!open.isEmpty() && slices.size() < round) {
        slices.add(open.removeFirst());
      }
      asked = slices;
    }
    return asked;
  }

  /**
   * Takes the digests of {@link #next}.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when there are more or fewer; nothing changes
   *     then
   */
  public void answered(List<Digest> mine, List<Digest> theirs) {
    if (mine.size() != asked.size() || theirs.size() != asked.size()) {
      throw SyncException.invalid(
          asked.size()
              + " digests were asked for, but there are "
              + mine.size()
              + " here and "
              + theirs.size()
              + " there");
    }
    for (int i = 0; i < asked.size(); i++) {
      if (!mine.get(i).equals(theirs.get(i))) {
        differs(asked.get(i), mine.get(i), theirs.get(i));
      }
    }
    asked = List.of();
  }

  private void differs(Slice slice, Digest mine, Digest theirs) {
    long items = Math.max(mine.count(), theirs.count());
    if (items <= small) {
      differing.add(new Difference(slice, items));
      return;
    }
    List<? extends Slice> parts = splitter.split(slice, mine);
    if (parts.isEmpty()) {
      differing.add(new Difference(slice, items));
    }
    // Deep before wide, so that what is open stays a few rounds long.
    for (int i = parts.size() - 1; i >= 0; i--) {
      open.addFirst(parts.get(i));
    }
  }

  /** Takes the slices that differ and are small enough, so that they can be exchanged meanwhile. */
  public List<Difference> takeDiffering() {
    List<Difference> taken = List.copyOf(differing);
    differing.clear();
    return taken;
  }
}
