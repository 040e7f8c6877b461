package dev.chirograph.testkit;

/**
 * Proves the guarantees of tables one by one. An adapter's test extends it and says how a source, a
 * replica and the host's writes are made.
 */
public abstract class TableConformance extends TableWriteGuarantees {}
