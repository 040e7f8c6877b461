package dev.chirograph.jdbc;

import dev.chirograph.Digest;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What one transaction that has locked the head of a log does to its digests. Not safe for use by
 * several threads.
 */
final class LogDigestChanges {

  private final LogDigests table;
  private final int log;

  /** What was read, by bucket. */
  private final Map<Integer, Digest> before = new HashMap<>();

  private final Set<Integer> loaded = new HashSet<>();

  /** The digests of what is not there any more, by bucket. */
  private final Map<Integer, Digest> gone = new HashMap<>();

  /** The digests of what is new, by bucket. */
  private final Map<Integer, Digest> come = new HashMap<>();

  LogDigestChanges(LogDigests table, int log) {
    this.table = table;
    this.log = log;
  }

  /** Reads the digests of buckets in which items may change. */
  List<Query> load(Collection<Spot> changing) {
    Set<Integer> missing = new TreeSet<>();
    for (Spot spot : changing) {
      int part = LogDigests.part(LogDigests.bucket(spot));
      if (loaded.add(part)) {
        missing.add(part);
      }
    }
    return table.find(log, missing, before);
  }

  /** Something is not there any more. */
  void minus(Spot spot, Digest digest) {
    gone.merge(LogDigests.bucket(spot), digest, Digest::plus);
  }

  /** Something is new. */
  void plus(Spot spot, Digest digest) {
    come.merge(LogDigests.bucket(spot), digest, Digest::plus);
  }

  /** What is still to be read before {@link #step}. */
  List<Query> missing() {
    Set<Integer> missing = parts();
    missing.removeAll(loaded);
    return table.find(log, missing, before);
  }

  private Set<Integer> parts() {
    Set<Integer> parts = new TreeSet<>();
    gone.keySet().forEach(bucket -> parts.add(LogDigests.part(bucket)));
    come.keySet().forEach(bucket -> parts.add(LogDigests.part(bucket)));
    return parts;
  }

  /** What is to be written. */
  Bulk.Step step() {
    Map<Integer, Digest> now = new HashMap<>(before);
    come.forEach((bucket, digest) -> now.merge(bucket, digest, Digest::plus));
    gone.forEach((bucket, digest) -> now.merge(bucket, digest, Digest::minus));
    return table.update(log, parts(), now);
  }
}
