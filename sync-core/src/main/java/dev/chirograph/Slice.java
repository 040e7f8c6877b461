package dev.chirograph;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A part of a store's items whose digest can be asked for. */
public sealed interface Slice {

  /** The keys of a range, where both sides sort keys the same way. */
  record Keys(KeyRange range) implements Slice {
    public Keys {
      Objects.requireNonNull(range, "range");
    }
  }

  /**
   * The rows of a table whose versions lie in a range.
   *
   * @param after the version before the first; {@link Long#MIN_VALUE} for none
   * @param through the last version
   */
  record Marks(long after, long through) implements Slice {
    public Marks {
      if (after > through) {
        throw SyncException.invalid(
            "versions after " + after + " through " + through + " are no range");
      }
    }
  }

  /**
   * The rows of a table whose versions lie in a range and whose keys in a bucket: where many rows
   * have one version.
   */
  record Part(Marks marks, Bucket bucket) implements Slice {
    public Part {
      Objects.requireNonNull(marks, "marks");
      Objects.requireNonNull(bucket, "bucket");
    }
  }

  /**
   * The keys whose {@link Slice#hash} begins with so many bits; wherever keys sort, they are the
   * same ones on both sides.
   *
   * @param bits how many, from 0 (every key) to {@value #MAX_BITS}
   * @param prefix their value
   */
  record Bucket(int bits, int prefix) implements Slice {

    /** The finest buckets. */
    public static final int MAX_BITS = 16;

    /** The bucket of every key. */
    public static final Bucket ALL = new Bucket(0, 0);

    public Bucket {
      if (bits < 0 || bits > MAX_BITS || prefix < 0 || prefix >= (1 << bits)) {
        throw SyncException.invalid(
            "a bucket has 0 to "
                + MAX_BITS
                + " bits and a prefix of so many bits, not "
                + bits
                + " and "
                + prefix);
      }
    }

    /**
     * The buckets that make up this one.
     *
     * @param more how many bits more they have; the result has 2<sup>more</sup> buckets, fewer
     *     where {@value #MAX_BITS} is reached
     */
    public List<Bucket> split(int more) {
      int deeper = Math.min(more, MAX_BITS - bits);
      List<Bucket> parts = new ArrayList<>(1 << deeper);
      for (int i = 0; i < 1 << deeper; i++) {
        parts.add(new Bucket(bits + deeper, (prefix << deeper) | i));
      }
      return parts;
    }

    /** The first {@value #MAX_BITS} bits of the smallest hash in the bucket. */
    public int from() {
      return prefix << (MAX_BITS - bits);
    }

    /** The first {@value #MAX_BITS} bits of the smallest hash beyond the bucket. */
    public int to() {
      return (prefix + 1) << (MAX_BITS - bits);
    }

    /** Whether the key belongs to the bucket. */
    public boolean contains(Key key) {
      int first = of(key);
      return first >= from() && first < to();
    }

    /** Whether a key of any length, in UTF-8, belongs to the bucket. */
    public boolean contains(String key) {
      int first = of(key);
      return first >= from() && first < to();
    }

    /** The number of the finest bucket to which the key belongs. */
    public static int of(Key key) {
      return (int) (hash(key) >>> (64 - MAX_BITS));
    }

    /** The number of the finest bucket to which a key of any length, in UTF-8, belongs. */
    public static int of(String key) {
      return (int) (hash(key.getBytes(StandardCharsets.UTF_8)) >>> (64 - MAX_BITS));
    }
  }

  /** The hash by which keys are spread over buckets: the first 8 bytes of SHA-256, big-endian. */
  static long hash(Key key) {
    return hash(key.toBytes());
  }

  private static long hash(byte[] key) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(key);
      long hash = 0;
      for (int i = 0; i < Long.BYTES; i++) {
        hash = (hash << 8) | (digest[i] & 0xff);
      }
      return hash;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
