package dev.chirograph.testkit;

/**
 * Proves the guarantees of {@link dev.chirograph.spi.Sink} on a store that can be read, too. An
 * adapter's test class extends it and says how to open an empty store and what values look like.
 *
 * @param <V> the type of an item's value
 */
public abstract class ReplicaConformance<V> extends ReplicaTombstoneGuarantees<V> {}
