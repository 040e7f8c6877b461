package dev.chirograph.spi;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;

/**
 * Bytes with attributes under keys: one bucket.
 *
 * <ul>
 *   <li><b>BLB-1</b> What was put is read back byte for byte, with its content type, metadata and
 *       tags.
 *   <li><b>BLB-2</b> A put whose expectation does not hold changes nothing and answers conflict.
 *   <li><b>BLB-3</b> A put whose content ends early, is too long, or throws an I/O error changes
 *       nothing and answers rejected, with the advice that it may be tried again: the content may
 *       come whole the next time. Half an object is never visible.
 *   <li><b>BLB-4</b> Opening under an expectation reads that state or throws a conflict; never a
 *       mix of two states.
 *   <li><b>BLB-5</b> Opening from an offset gives the bytes from there to the end.
 *   <li><b>BLB-6</b> A lost reply to a write answers {@link Outcome.Unsure}.
 *   <li><b>BLB-7</b> Deleting a version removes that version only; deleting without one does what
 *       the store does (a marker where it keeps versions).
 *   <li><b>BLB-8</b> Contents of any size pass in bounded memory.
 *   <li><b>BLB-9</b> Looking and opening tell apart: absent, deleted, and not known.
 * </ul>
 */
public interface BlobStore {

  /** The name of the bucket, for messages and for locations kept by a host. */
  String name();

  /** How writes are guarded; listing and batches do not concern a blob store. Never changes. */
  StoreCapabilities capabilities();

  /** Looks at one object, attributes included. Never throws for trouble with the store. */
  Observation<ObjectVersion> head(BlobRef ref);

  /**
   * Opens the content. The caller closes the stream.
   *
   * @param from the offset of the first byte
   * @param expect the state to read
   * @throws SyncException NOT_FOUND, CONFLICT when the expectation does not hold, or the trouble
   */
  InputStream open(BlobRef ref, long from, Expect expect);

  /**
   * Writes an object.
   *
   * @param key where to
   * @param attributes size (exact), content type, metadata, tags, storage class; parts that are not
   *     known are left at the store's default
   * @param content opened at most once for each attempt and closed by the store
   */
  Outcome put(Key key, ObjectVersion attributes, Content content, Expect expect);

  /** Deletes an object, or exactly one version of it. */
  Outcome delete(BlobRef ref, Expect expect);

  /**
   * An object, or one version of it.
   *
   * @param key the object
   * @param versionId the version; empty means the latest
   */
  record BlobRef(Key key, Optional<String> versionId) {
    public BlobRef {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(versionId, "versionId");
    }

    /** The latest version of an object. */
    public static BlobRef latest(Key key) {
      return new BlobRef(key, Optional.empty());
    }

    /** One version of an object. */
    public static BlobRef of(Key key, String versionId) {
      return new BlobRef(key, Optional.of(versionId));
    }
  }

  /** Where the bytes of a put come from. */
  @FunctionalInterface
  interface Content {
    /** Opens the bytes from the beginning. */
    InputStream open() throws IOException;
  }
}
