package dev.chirograph.log;

import dev.chirograph.spi.BlobStore;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of contents. */
final class Hashing {

  private Hashing() {}

  /**
   * What a content is.
   *
   * @param sha256 in lower-case hexadecimal
   * @param size in bytes
   */
  record Measured(String sha256, long size) {}

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Reads a content once. */
  static Measured measure(BlobStore.Content content) throws IOException {
    MessageDigest digest = sha256();
    long size = 0;
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = content.open()) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
        size += read;
      }
    }
    return new Measured(hex(digest), size);
  }

  /**
   * The same content, which breaks off before its last bytes when it is not what was measured: who
   * knows its size may never ask for its end.
   */
  static InputStream checked(InputStream in, Measured expected) {
    MessageDigest digest = sha256();
    return new FilterInputStream(in) {
      private long size;

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        int read = in.read(bytes, offset, length);
        if (read > 0) {
          digest.update(bytes, offset, read);
          size += read;
        }
        boolean wrong =
            size > expected.size()
                || (read < 0 && size < expected.size())
                || (read > 0 && size == expected.size() && !hex(digest).equals(expected.sha256()));
        if (wrong) {
          throw new IOException("the content is not what was measured before");
        }
        return read;
      }

      @Override
      public long skip(long bytes) {
        return 0; // nothing may be left out of the digest
      }

      @Override
      public boolean markSupported() {
        return false;
      }
    };
  }
}
