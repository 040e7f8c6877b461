package dev.chirograph.jdbc;

import dev.chirograph.Slice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Some of the finest buckets, one after another.
 *
 * @param first the number of the first
 * @param last the number of the last
 */
record BucketRange(int first, int last) {

  static BucketRange of(Slice.Bucket bucket) {
    return new BucketRange(bucket.from(), bucket.to() - 1);
  }

  /** The fewest ranges that hold all these buckets, and nothing else. */
  static List<BucketRange> of(List<Slice.Bucket> buckets) {
    List<BucketRange> ranges = new ArrayList<>();
    for (BucketRange next :
        buckets.stream()
            .map(BucketRange::of)
            .sorted(Comparator.comparingInt(BucketRange::first))
            .toList()) {
      BucketRange before = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
      if (before != null && next.first <= before.last + 1) {
        ranges.set(
            ranges.size() - 1, new BucketRange(before.first, Math.max(before.last, next.last)));
      } else {
        ranges.add(next);
      }
    }
    return ranges;
  }

  int firstPlace() {
    return Spot.first(first, Slice.Bucket.MAX_BITS);
  }

  int lastPlace() {
    return Spot.last(last, Slice.Bucket.MAX_BITS);
  }
}
