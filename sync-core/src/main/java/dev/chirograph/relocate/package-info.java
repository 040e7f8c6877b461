/**
 * Keeps files in the buckets that their owners' policy names: finds those that lie elsewhere,
 * copies each, points its handles to the copy, and archives what is left behind.
 *
 * <p>Start with {@link dev.chirograph.relocate.Relocator}. What it asks of a host is in {@link
 * dev.chirograph.spi.relocate}.
 */
@NullMarked
package dev.chirograph.relocate;

import org.jspecify.annotations.NullMarked;
