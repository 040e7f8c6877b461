package dev.chirograph;

/**
 * A fingerprint of a set of items: how many there are, and the sum and the exclusive or of their
 * 64-bit hashes.
 *
 * <p>Additive: the digest of two sets that share no item is the sum of their digests, and an item
 * can be taken out again. Two sets with equal digests are equal, except for a chance of about one
 * in 2<sup>64</sup>; against somebody who makes up colliding items it is no defence. The sum wraps
 * around.
 *
 * @param count the number of items
 * @param sum of their hashes, modulo 2<sup>64</sup>
 * @param xor of their hashes
 */
public record Digest(long count, long sum, long xor) {

  /** The digest of nothing. */
  public static final Digest EMPTY = new Digest(0, 0, 0);

  /** The digest of one item with this hash. */
  public static Digest of(long hash) {
    return new Digest(1, hash, hash);
  }

  /** This and the items of another, which shares none with it. */
  public Digest plus(Digest other) {
    return new Digest(count + other.count, sum + other.sum, xor ^ other.xor);
  }

  /** This without the items of another, all of which it has. */
  public Digest minus(Digest other) {
    return new Digest(count - other.count, sum - other.sum, xor ^ other.xor);
  }
}
