package dev.chirograph.relocate;

import dev.chirograph.Key;
import dev.chirograph.spi.relocate.Placement;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Names the copies of files. Names must begin with the placement's prefix, and depend on nothing
 * but what is given: two workers that move one file must find the same name.
 */
@FunctionalInterface
public interface KeyRule {

  /**
   * The key of a copy.
   *
   * @param original the key under which the file was found first, before it was ever moved
   * @param candidate 0 for the name that is wished for; 1 and more for others when that is taken
   * @return begins with the placement's prefix; what does not is refused, and nothing is moved
   */
  Key key(Placement placement, Key original, int candidate);

  /**
   * The original's key behind the placement's prefix; then the same with {@code ~2}, {@code ~3} and
   * so on. What is too long for a key is replaced by its SHA-256.
   */
  static KeyRule sameKey() {
    return (placement, original, candidate) -> {
      byte[] prefix = placement.prefix().getBytes(StandardCharsets.UTF_8);
      byte[] suffix = suffix(candidate);
      byte[] name = original.toBytes();
      return prefix.length + name.length + suffix.length <= Key.MAX_LENGTH
          ? joined(prefix, name, suffix)
          : joined(prefix, digest(name), suffix);
    };
  }

  private static byte[] suffix(int candidate) {
    return (candidate == 0 ? "" : "~" + (candidate + 1)).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] digest(byte[] name) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(name);
      return HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  private static Key joined(byte[] prefix, byte[] name, byte[] suffix) {
    byte[] all = new byte[prefix.length + name.length + suffix.length];
    System.arraycopy(prefix, 0, all, 0, prefix.length);
    System.arraycopy(name, 0, all, prefix.length, name.length);
    System.arraycopy(suffix, 0, all, prefix.length + name.length, suffix.length);
    return Key.ofBytes(all);
  }
}
