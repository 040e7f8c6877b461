package dev.chirograph.jdbc;

import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Slices that share no row, laid out along one number, so that one pass finds each row's slice: its
 * version, or its bucket, or the number of its range and its bucket together.
 */
final class TableSlices {

  /** The finest buckets. */
  static final long BUCKETS = 1L << Slice.Bucket.MAX_BITS;

  /** Ranges that follow each other, as one. */
  record Run(long after, long through) {}

  private final boolean byMark;
  private final boolean byBucket;
  private final List<Run> runs = new ArrayList<>();
  private final Bounds ranges = new Bounds();
  private final Bounds places = new Bounds();
  private Slice.@Nullable Marks lastRange;
  private long lastEnd = Long.MIN_VALUE;

  private TableSlices(boolean byMark, boolean byBucket) {
    this.byMark = byMark;
    this.byBucket = byBucket;
  }

  /** A slice and where it was asked for. */
  private record Asked(int index, Slice slice) {

    Slice.Marks marks() {
      if (slice instanceof Slice.Part part) {
        return part.marks();
      }
      return slice instanceof Slice.Marks marks
          ? marks
          : new Slice.Marks(Long.MIN_VALUE, Long.MAX_VALUE);
    }

    Slice.Bucket bucket() {
      if (slice instanceof Slice.Part part) {
        return part.bucket();
      }
      return slice instanceof Slice.Bucket bucket ? bucket : Slice.Bucket.ALL;
    }
  }

  /**
   * As few layouts as hold all slices; one, where they are of one kind and share no row.
   *
   * @param horizon rows of later versions are in no range
   */
  static List<TableSlices> of(List<? extends Slice> slices, long horizon) {
    List<Asked> all = new ArrayList<>();
    for (int i = 0; i < slices.size(); i++) {
      Slice slice = slices.get(i);
      if (slice instanceof Slice.Keys) {
        throw new SyncException(
            SyncException.Kind.UNSUPPORTED, "rows of a table are not found by " + slice);
      }
      Slice.Marks marks = new Asked(i, slice).marks();
      boolean beyond = marks.after() != Long.MIN_VALUE && marks.after() >= horizon;
      boolean nothing = marks.after() != Long.MIN_VALUE && marks.after() == marks.through();
      if (!beyond && !nothing) {
        all.add(new Asked(i, below(slice, horizon)));
      }
    }
    all.sort(
        Comparator.<Asked>comparingLong(one -> one.marks().after())
            .thenComparingLong(one -> one.marks().through())
            .thenComparingInt(one -> one.bucket().from()));
    List<TableSlices> layouts = new ArrayList<>();
    for (Asked one : all) {
      boolean byMark = !(one.slice() instanceof Slice.Bucket);
      boolean byBucket = !(one.slice() instanceof Slice.Marks);
      if (layouts.stream()
          .filter(layout -> layout.byMark == byMark && layout.byBucket == byBucket)
          .noneMatch(layout -> layout.add(one))) {
        TableSlices layout = new TableSlices(byMark, byBucket);
        layout.add(one);
        layouts.add(layout);
      }
    }
    return layouts;
  }

  private static Slice below(Slice slice, long horizon) {
    if (slice instanceof Slice.Part part) {
      return new Slice.Part(below(part.marks(), horizon), part.bucket());
    }
    return slice instanceof Slice.Marks marks ? below(marks, horizon) : slice;
  }

  private static Slice.Marks below(Slice.Marks marks, long horizon) {
    return new Slice.Marks(Math.min(marks.after(), horizon), Math.min(marks.through(), horizon));
  }

  /** Adds a slice that begins no earlier than the last one, unless the two share rows. */
  private boolean add(Asked asked) {
    Slice.Marks marks = asked.marks();
    boolean sameRange = marks.equals(lastRange);
    if (!sameRange && lastRange != null && lastRange.through() > marks.after()) {
      return false;
    }
    if (sameRange && (!byBucket || asked.bucket().from() < lastEnd)) {
      return false;
    }
    if (!sameRange) {
      addRun(marks);
      ranges.add(low(marks), high(marks), runs.size());
      lastRange = marks;
    }
    lastEnd = asked.bucket().to();
    if (!byBucket) {
      places.add(low(marks), high(marks), asked.index());
    } else {
      long base = byMark ? ranges.last() * BUCKETS : 0;
      places.add(base + asked.bucket().from(), base + asked.bucket().to(), asked.index());
    }
    return true;
  }

  private static long low(Slice.Marks marks) {
    return marks.after() == Long.MIN_VALUE ? Long.MIN_VALUE : marks.after() + 1;
  }

  /** The number after the last one; {@link Long#MAX_VALUE} where there is none. */
  private static long high(Slice.Marks marks) {
    return marks.through() == Long.MAX_VALUE ? Long.MAX_VALUE : marks.through() + 1;
  }

  private void addRun(Slice.Marks marks) {
    int last = runs.size() - 1;
    if (last >= 0 && runs.get(last).through() == marks.after()) {
      runs.set(last, new Run(runs.get(last).after(), marks.through()));
    } else {
      runs.add(new Run(marks.after(), marks.through()));
    }
  }

  boolean byMark() {
    return byMark;
  }

  boolean byBucket() {
    return byBucket;
  }

  /** The ranges of versions in which all rows lie, in order. */
  List<Run> runs() {
    return runs;
  }

  /** Whether no range is open at its end: those that are compared are small. */
  boolean isBounded() {
    return byMark && runs.get(runs.size() - 1).through() != Long.MAX_VALUE;
  }

  /** Whether the ranges alone say which rows are meant, and that they are of one slice. */
  boolean single() {
    return !byBucket && places.slices() == 1;
  }

  /** Where ranges begin and end, for layouts by both. */
  long[] rangeBounds() {
    return ranges.bounds();
  }

  /** Where slices begin and end. */
  long[] placeBounds() {
    return places.bounds();
  }

  /** The slice between two bounds; -1 for none. */
  int slice(int boundsBelow) {
    return places.slice(boundsBelow);
  }

  /** The slice of a row; -1 for none. */
  int find(long mark, int bucket) {
    long place = mark;
    if (byBucket) {
      place = (byMark ? ranges.below(mark) * BUCKETS : 0) + bucket;
    }
    return places.slice(places.below(place));
  }

  /** Numbers at which something begins or ends. */
  private static final class Bounds {
    private final List<Long> bounds = new ArrayList<>();
    private final List<Integer> slices = new ArrayList<>(List.of(-1));
    private long[] array = {};

    /** Adds an interval behind all others; its end is open at the largest number. */
    void add(long from, long to, int slice) {
      if (!bounds.isEmpty() && bounds.get(bounds.size() - 1) == from) {
        slices.set(slices.size() - 1, slice);
      } else {
        bounds.add(from);
        slices.add(slice);
      }
      if (to != Long.MAX_VALUE) {
        bounds.add(to);
        slices.add(-1);
      }
      array = new long[0];
    }

    /** How many bounds the last interval and those before it begin at. */
    long last() {
      return slices.get(slices.size() - 1) == -1 ? bounds.size() - 1L : bounds.size();
    }

    long slices() {
      return slices.stream().filter(slice -> slice >= 0).count();
    }

    long[] bounds() {
      if (array.length != bounds.size()) {
        array = bounds.stream().mapToLong(Long::longValue).toArray();
      }
      return array;
    }

    int below(long place) {
      int at = Arrays.binarySearch(bounds(), place);
      return at >= 0 ? at + 1 : -at - 1;
    }

    int slice(int below) {
      return slices.get(below);
    }
  }
}
