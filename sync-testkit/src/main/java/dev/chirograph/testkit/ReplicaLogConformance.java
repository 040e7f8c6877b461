package dev.chirograph.testkit;

import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.SupportsContents;
import dev.chirograph.spi.SupportsPeers;
import dev.chirograph.spi.SupportsRepair;

/**
 * Proves the guarantees of {@link ReplicaLog}, and those of {@link SupportsPeers}, {@link
 * SupportsRepair} and {@link SupportsContents} where a log has them; what it has not is skipped. An
 * adapter's test class extends it and says how to open empty logs.
 */
public abstract class ReplicaLogConformance extends LogContentsGuarantees {}
