package dev.chirograph.testkit;

import dev.chirograph.spi.Source;
import dev.chirograph.spi.SupportsKnown;
import dev.chirograph.spi.SupportsSplit;

/**
 * Proves the guarantees of {@link Source}, {@link SupportsSplit} and {@link SupportsKnown}. An
 * adapter's test class extends it and says how to open an empty store and how to fill it.
 *
 * @param <V> the type of an item's value
 */
public abstract class SourceConformance<V> extends SourceAbilityGuarantees<V> {}
