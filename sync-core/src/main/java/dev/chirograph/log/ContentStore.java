package dev.chirograph.log;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.BlobStore.BlobRef;
import java.io.InputStream;

/** The contents that a node has, by their digests. Safe for use by several threads. */
final class ContentStore {

  private static final String PREFIX = "sha256/";

  private final BlobStore blobs;

  ContentStore(BlobStore blobs) {
    this.blobs = blobs;
  }

  /**
   * Opens a content.
   *
   * @throws SyncException NOT_FOUND when it is not there; the trouble of the store
   */
  InputStream open(String sha256, long from) {
    return blobs.open(ref(sha256), from, new Expect.Anything());
  }

  private static BlobRef ref(String sha256) {
    if (!sha256.matches("[0-9a-f]{64}")) {
      throw SyncException.invalid(
          "a content is named by its SHA-256 in lower-case hexadecimal, not by '" + sha256 + "'");
    }
    return BlobRef.latest(Key.utf8(PREFIX + sha256));
  }
}
