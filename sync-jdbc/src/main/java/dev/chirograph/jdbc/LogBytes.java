package dev.chirograph.jdbc;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How values of a log stand in binary columns. */
final class LogBytes {

  private static final int KEY_HASH = 8;
  private static final int VERSION_HASH = 16;
  static final int SPOT = KEY_HASH + VERSION_HASH;

  private LogBytes() {}

  static byte[] of(UUID id) {
    return ByteBuffer.allocate(2 * Long.BYTES)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  /**
   * Reads a UUID.
   *
   * @throws SyncException of kind CORRUPT when it has not 16 bytes
   */
  static UUID uuid(byte[] bytes) {
    if (bytes.length != 2 * Long.BYTES) {
      throw corrupt("an id of " + bytes.length + " bytes instead of 16", null);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    return new UUID(in.getLong(), in.getLong());
  }

  static byte[] of(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  /** Something in our tables that we did not write. */
  static SyncException corrupt(String what, @Nullable Throwable cause) {
    return new SyncException(
        SyncException.Kind.CORRUPT, "a log holds " + what + "; its row was changed", cause);
  }

  // ---- spots: where an item stands in the order of buckets

  /**
   * The spot of an item: the first 8 bytes of the hash of its key, so that a bucket is a range, and
   * 16 of the hash of key and version. Whoever finds an item at a spot still compares both.
   */
  static Key spot(Key key, String version) {
    byte[] ofKey = key.toBytes();
    MessageDigest sha256 = sha256();
    byte[] first = sha256.digest(ofKey);
    sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(ofKey.length).array());
    sha256.update(ofKey);
    byte[] second = sha256.digest(of(version));
    byte[] spot = new byte[SPOT];
    System.arraycopy(first, 0, spot, 0, KEY_HASH);
    System.arraycopy(second, 0, spot, KEY_HASH, VERSION_HASH);
    return Key.ofBytes(spot);
  }

  /** The smallest spot of a key. */
  static byte[] firstSpot(Key key) {
    byte[] spot = new byte[SPOT];
    System.arraycopy(sha256().digest(key.toBytes()), 0, spot, 0, KEY_HASH);
    return spot;
  }

  /** The greatest spot of a key. */
  static byte[] lastSpot(Key key) {
    byte[] spot = firstSpot(key);
    Arrays.fill(spot, KEY_HASH, SPOT, (byte) 0xff);
    return spot;
  }

  /** The bucket of 16 bits in which a spot is. */
  static int bucket(byte[] spot) {
    return ((spot[0] & 0xff) << 8) | (spot[1] & 0xff);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The number that stands for one life of a node's log. */
  static long life(String node, UUID epoch) {
    MessageDigest sha256 = sha256();
    sha256.update(of(epoch));
    return ByteBuffer.wrap(sha256.digest(of(node))).getLong();
  }
}
