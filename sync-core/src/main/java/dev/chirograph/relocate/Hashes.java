package dev.chirograph.relocate;

import dev.chirograph.Expect;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.Version;
import dev.chirograph.spi.relocate.BlobStores;
import dev.chirograph.spi.relocate.Location;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What the bytes of an object hash to, in lower-case hexadecimal. */
record Hashes(String sha256, String md5) {

  private static final int BUFFER = 1 << 16;

  /** Reads an object to its end. */
  static Hashes read(BlobStores stores, Throttle throttle, Location at, Version state) {
    try (InputStream content =
        throttle.stream(
            throttle.call(
                at, () -> stores.open(at.bucket()).open(at.ref(), 0, Expect.at(state))))) {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      MessageDigest md5 = MessageDigest.getInstance("MD5");
      InputStream hashed = new DigestInputStream(new DigestInputStream(content, sha256), md5);
      byte[] buffer = new byte[BUFFER];
      while (hashed.read(buffer) >= 0) {
        // the digests see what is read
      }
      HexFormat hex = HexFormat.of();
      return new Hashes(hex.formatHex(sha256.digest()), hex.formatHex(md5.digest()));
    } catch (IOException e) {
      throw new SyncException(Kind.UNAVAILABLE, "reading " + at + " broke off", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has them
    }
  }
}
