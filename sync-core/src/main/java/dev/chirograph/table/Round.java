package dev.chirograph.table;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.chirograph.Digest;
import dev.chirograph.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A comparison of a whole table, which may take several passes: journaled after each piece, so that
 * a pass that was killed costs no more than its last one.
 *
 * @param salt of all its hashes
 * @param horizon rows of later versions are not compared
 * @param certain whether it was proven, when the round began, that nothing comes below the horizon
 * @param incarnation of the source
 * @param format what was agreed on when it began
 * @param began when, in milliseconds since 1970
 * @param strangers whether the replica may have rows of another life of the source beyond the
 *     horizon
 * @param open up to where the ranges lie that were not compared yet; null when all were
 * @param beyond how many rows beyond the horizon only the replica had when last looked at
 * @param deletes how many other rows were found only in the replica
 * @param deleted how many this round has deleted, or was about to
 * @param equal the parts that were found equal
 * @param pending the parts that were not, or that wait for deletes
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Round(
    String salt,
    long horizon,
    boolean certain,
    String incarnation,
    String format,
    long began,
    boolean strangers,
    @Nullable Long open,
    long beyond,
    long deletes,
    long deleted,
    List<TableMemory.Proof.Part> equal,
    List<Spot> pending) {

  /** So many parts that differ are told apart, so that the record stays small. */
  private static final int MOST_PENDING = 500;

  /** So many parts that are equal are told apart. */
  private static final int MOST_EQUAL = 60;

  /**
   * A slice: a range of versions, a bucket, or a bucket of a range.
   *
   * @param after both are 0 for a bucket of all versions
   * @param bits of a bucket; -1 for a range
   */
  record Spot(long after, long through, int bits, int prefix) {

    Spot {
      slice(
          after, through, bits, prefix); // a record that makes no sense is noticed when it is read
    }

    static Spot of(Slice slice) {
      if (slice instanceof Slice.Bucket bucket) {
        return new Spot(0, 0, bucket.bits(), bucket.prefix());
      }
      if (slice instanceof Slice.Part part) {
        Slice.Marks marks = part.marks();
        return new Spot(
            marks.after(), marks.through(), part.bucket().bits(), part.bucket().prefix());
      }
      Slice.Marks marks = (Slice.Marks) slice;
      return new Spot(marks.after(), marks.through(), -1, 0);
    }

    Slice slice() {
      return slice(after, through, bits, prefix);
    }

    private static Slice slice(long after, long through, int bits, int prefix) {
      if (bits < 0) {
        return new Slice.Marks(after, through);
      }
      Slice.Bucket bucket = new Slice.Bucket(bits, prefix);
      return after == through ? bucket : new Slice.Part(new Slice.Marks(after, through), bucket);
    }
  }

  Round {
    Objects.requireNonNull(salt, "salt");
    Objects.requireNonNull(incarnation, "incarnation");
    Objects.requireNonNull(format, "format");
    equal = List.copyOf(equal);
    pending = List.copyOf(pending);
  }

  static Round begin(
      String salt,
      long horizon,
      boolean certain,
      String incarnation,
      String format,
      long now,
      boolean strangers) {
    return new Round(
        salt,
        horizon,
        certain,
        incarnation,
        format,
        now,
        strangers,
        Long.MAX_VALUE,
        0,
        0,
        0,
        List.of(),
        List.of());
  }

  /** The parts that were not found equal. */
  List<Slice> differing() {
    return pending.stream().map(Spot::slice).toList();
  }

  boolean isThrough() {
    return open == null;
  }

  /** How many rows were found equal so far. */
  long equalRows() {
    return equal.stream().mapToLong(part -> part.digest().count()).sum();
  }

  /** How many rows are to be deleted. */
  long toDelete() {
    return deletes + beyond;
  }

  /**
   * A piece was compared.
   *
   * @param left where the next one begins; empty when it was the last
   * @param same the digest of what was equal in it; that of nothing when nothing was
   * @param differing the slices that were not
   * @param more rows that were found only in the replica
   */
  Round after(Optional<Long> left, Digest same, List<Slice> differing, long more, long now) {
    List<Spot> spots = new ArrayList<>(pending);
    differing.stream().map(Spot::of).distinct().forEach(spots::add);
    if (spots.size() > MOST_PENDING) {
      return collapsed(left, spots, deletes + more);
    }
    String part =
        left.map(below -> "versions above " + below).orElse("the rest")
            + (differing.isEmpty() ? "" : " but for " + differing.size() + " parts");
    return with(left, beyond, deletes + more, plus(equal, part, same, now), spots);
  }

  /** So much differs that all that was compared so far is looked at again. */
  private Round collapsed(Optional<Long> left, List<Spot> spots, long more) {
    Spot all =
        spots.get(0).slice() instanceof Slice.Bucket
            ? Spot.of(Slice.Bucket.ALL)
            : new Spot(left.orElse(Long.MIN_VALUE), Long.MAX_VALUE, -1, 0);
    return with(left, beyond, more, List.of(), List.of(all));
  }

  /** So many rows beyond the horizon are only in the replica. */
  Round withBeyond(long number) {
    return with(Optional.ofNullable(open), number, deletes, equal, pending);
  }

  /** What was pending was looked at again: what is equal now, what is left, and deletes to come. */
  Round settled(Digest same, List<Slice> left, long more, long now) {
    List<Spot> spots = left.stream().map(Spot::of).distinct().toList();
    return spots.size() > MOST_PENDING
        ? with(Optional.ofNullable(open), beyond, more, equal, pending) // the larger parts say it
        : with(
            Optional.ofNullable(open),
            beyond,
            more,
            plus(equal, "what was mended", same, now),
            spots);
  }

  /** So many rows are about to be deleted, or were. */
  Round withDeleted(long number) {
    return new Round(
        salt,
        horizon,
        certain,
        incarnation,
        format,
        began,
        strangers,
        open,
        beyond,
        deletes,
        number,
        equal,
        pending);
  }

  private Round with(
      Optional<Long> left,
      long further,
      long only,
      List<TableMemory.Proof.Part> same,
      List<Spot> differing) {
    return new Round(
        salt,
        horizon,
        certain,
        incarnation,
        format,
        began,
        strangers,
        left.orElse(null),
        further,
        only,
        deleted,
        same,
        differing);
  }

  private static List<TableMemory.Proof.Part> plus(
      List<TableMemory.Proof.Part> parts, String name, Digest digest, long now) {
    List<TableMemory.Proof.Part> all = new ArrayList<>(parts);
    if (digest.count() > 0) {
      all.add(new TableMemory.Proof.Part(name, digest, now));
    }
    if (all.size() <= MOST_EQUAL) {
      return all;
    }
    TableMemory.Proof.Part second = all.get(1);
    Digest both = all.get(0).digest().plus(second.digest());
    all.set(1, new TableMemory.Proof.Part("newer versions", both, second.at()));
    return all.subList(1, all.size());
  }
}
