package dev.chirograph.spi;

/**
 * A store that can be read and written: the side that is brought into agreement.
 *
 * @param <V> the type of an item's value
 */
public interface Replica<V> extends Source<V>, Sink<V> {}
