package dev.chirograph.spi.relocate;

import dev.chirograph.Outcome;
import dev.chirograph.Version;
import dev.chirograph.spi.BlobStore.BlobRef;

/** A blob store in which objects can be put aside for later deletion. */
public interface SupportsArchive {

  /**
   * Puts an object aside; harmless to repeat.
   *
   * @param pin the state that it must be in; another answers conflict
   * @param rule a tagging or a storage class
   */
  Outcome archive(BlobRef ref, Version pin, ArchiveRule rule);
}
