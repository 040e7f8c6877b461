package dev.chirograph.relocate;

import dev.chirograph.Expect;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
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
import java.util.Optional;

/** Compares copies with their originals. */
final class Verifier {

  private static final int BUFFER = 1 << 16;

  private final BlobStores stores;
  private final Verification how;

  Verifier(BlobStores stores, Verification how) {
    this.stores = stores;
    this.how = how;
  }

  /** Whether a copy holds what its original holds and its handle says. */
  boolean areEqual(Step.Task task, Location to, Observation.Present<ObjectVersion> copy) {
    if (copy.value().size() != task.object().size()) {
      return false;
    }
    boolean proven = Contents.areEqual(task.object(), copy.value());
    if (how == Verification.SIZE || (how == Verification.CHECKSUM && proven)) {
      return true;
    }
    Hashes there = read(to, copy.version());
    Optional<String> known = task.handle().md5();
    return there.equals(read(task.from(), task.pin()))
        && (known.isEmpty() || known.get().equals(there.md5()));
  }

  /** What was read. */
  private record Hashes(String sha256, String md5) {}

  private Hashes read(Location at, Version state) {
    try (InputStream content = stores.open(at.bucket()).open(at.ref(), 0, Expect.at(state))) {
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
      throw new SyncException(Kind.UNAVAILABLE, "reading " + at + " to compare it broke off", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has them
    }
  }
}
