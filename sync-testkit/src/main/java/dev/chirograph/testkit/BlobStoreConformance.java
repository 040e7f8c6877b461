package dev.chirograph.testkit;

import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.SupportsCopy;

/**
 * Proves the guarantees of {@link BlobStore} and {@link SupportsCopy}. An adapter's test class
 * extends it and says how to open an empty bucket and what it can do.
 */
public abstract class BlobStoreConformance extends BlobCopyGuarantees {}
