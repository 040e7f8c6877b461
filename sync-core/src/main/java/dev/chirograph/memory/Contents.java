package dev.chirograph.memory;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Advice;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.BlobStore.Content;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Bytes on their way into a bucket. */
final class Contents {

  private static final int MAX_BYTES = Integer.MAX_VALUE - 16;

  private Contents() {}

  /**
   * Reads exactly so many bytes.
   *
   * @throws SyncException when there are fewer or more, or reading them failed
   */
  static byte[] read(long size, Content content, String name) {
    if (size > MAX_BYTES) {
      throw SyncException.invalid("a memory store cannot hold the " + size + " bytes of " + name);
    }
    byte[] bytes;
    boolean more;
    try (InputStream in = content.open()) {
      bytes = in.readNBytes((int) size);
      more = bytes.length == size && in.read() >= 0;
    } catch (IOException e) {
      throw new SyncException(Kind.UNAVAILABLE, "reading the content for " + name + " failed", e);
    } catch (RuntimeException e) {
      throw SyncException.of(e);
    }
    if (bytes.length < size || more) {
      throw new SyncException(
          Kind.CORRUPT,
          Advice.MAY_RETRY,
          "the content for "
              + name
              + " should have "
              + size
              + " bytes and has "
              + (more ? "more" : bytes.length),
          null);
    }
    return bytes;
  }

  static String md5(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }
}
