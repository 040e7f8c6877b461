package dev.chirograph.relocate;

import dev.chirograph.spi.relocate.BlobStores;
import dev.chirograph.spi.relocate.Handles;
import dev.chirograph.spi.relocate.Placements;

/** What the pieces of this engine share. */
record RelocateParts(
    Handles handles,
    Placements placements,
    BlobStores stores,
    KeyRule keys,
    Verifier verifier,
    Throttle throttle,
    ArchiveJobs archive) {}
