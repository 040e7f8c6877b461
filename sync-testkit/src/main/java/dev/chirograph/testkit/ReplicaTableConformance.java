package dev.chirograph.testkit;

import dev.chirograph.spi.table.ReplicaTable;

/**
 * Proves the guarantees of {@link ReplicaTable}. An adapter's test class extends it and says how
 * tables are made.
 */
public abstract class ReplicaTableConformance extends TableWriteGuarantees {}
