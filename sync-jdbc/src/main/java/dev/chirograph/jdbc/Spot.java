package dev.chirograph.jdbc;

import dev.chirograph.Key;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/**
 * Where an item stands among those of its log. Two items may have the same spot, which nobody meets
 * who does not look for it: whoever finds an item at a spot compares key and version.
 *
 * @param place the first 32 bits of the hash of the key, so that buckets and keys are ranges; with
 *     the sign flipped, so that they are in the order of the hashes
 * @param ident 64 bits of the hash of key and version
 */
record Spot(int place, long ident) {

  /** How many bits of a key's hash are the place. */
  private static final int BITS = Integer.SIZE;

  /** The spot of a version, which is given in UTF-8. */
  static Spot of(byte[] key, byte[] version) {
    MessageDigest sha256 = LogBytes.sha256();
    int place = place(sha256.digest(key));
    sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, key.length));
    sha256.update(key);
    return new Spot(place, ByteBuffer.wrap(sha256.digest(version)).getLong());
  }

  /** The place of all versions of a key. */
  static int place(Key key) {
    return place(LogBytes.sha256().digest(key.toBytes()));
  }

  private static int place(byte[] hashOfKey) {
    return ByteBuffer.wrap(hashOfKey).getInt() ^ Integer.MIN_VALUE;
  }

  /** The bucket at a place, which is known by its first bits. */
  static int bucket(int place, int bits) {
    return (place ^ Integer.MIN_VALUE) >>> (BITS - bits);
  }

  /** The smallest place in a bucket. */
  static int first(int bucket, int bits) {
    return (bucket << (BITS - bits)) ^ Integer.MIN_VALUE;
  }

  /** The greatest place in a bucket. */
  static int last(int bucket, int bits) {
    return ((bucket << (BITS - bits)) | (-1 >>> bits)) ^ Integer.MIN_VALUE;
  }
}
