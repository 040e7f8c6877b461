package dev.chirograph.log;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
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

  /** Whether it is there, whole: only whole ones are ever visible. */
  boolean has(String sha256, long size) {
    return look(sha256) instanceof Observation.Present<ObjectVersion> present
        && present.value().size() == size;
  }

  private Observation<ObjectVersion> look(String sha256) {
    Observation<ObjectVersion> seen = blobs.head(ref(sha256));
    if (seen instanceof Observation.Unknown<ObjectVersion> unknown) {
      throw unknown.why();
    }
    return seen;
  }

  /**
   * Stores a content.
   *
   * @throws SyncException when it was not stored for sure
   */
  void put(String sha256, long size, BlobStore.Content content) {
    Outcome outcome =
        blobs.put(
            ref(sha256).key(),
            ObjectVersion.builder().size(size).build(),
            content,
            new Expect.Anything());
    require(outcome, "storing", sha256);
  }

  /**
   * Removes a content.
   *
   * @throws SyncException when it was not removed for sure
   */
  void remove(String sha256) {
    if (look(sha256) instanceof Observation.Present<ObjectVersion> present) {
      require(blobs.delete(ref(sha256), new Expect.At(present.version())), "removing", sha256);
    }
  }

  private void require(Outcome outcome, String what, String sha256) {
    if (outcome instanceof Outcome.Rejected rejected) {
      throw rejected.why();
    }
    if (!(outcome instanceof Outcome.Applied) && !(outcome instanceof Outcome.Unchanged)) {
      throw new SyncException(
          Kind.CONFLICT,
          what + " the content " + sha256 + " in " + blobs.name() + " ended as " + outcome);
    }
  }

  private static BlobRef ref(String sha256) {
    if (!sha256.matches("[0-9a-f]{64}")) {
      throw SyncException.invalid(
          "a content is named by its SHA-256 in lower-case hexadecimal, not by '" + sha256 + "'");
    }
    return BlobRef.latest(Key.utf8(PREFIX + sha256));
  }
}
