package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How values of a log stand in binary columns. */
final class LogBytes {

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

  static MessageDigest sha256() {
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
