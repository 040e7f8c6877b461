package dev.chirograph.testkit;

import dev.chirograph.spi.ReplicaLog;

/**
 * Proves the guarantees of {@link ReplicaLog}. An adapter's test class extends it and says how to
 * open empty logs.
 */
public abstract class ReplicaLogConformance extends LogMergeGuarantees {}
