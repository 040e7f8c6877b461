/**
 * Engine 1: merge and enqueue. Lists two sides, merges the listings, and has every key that differs
 * looked at afresh and brought into agreement, either here and now or through a durable queue.
 *
 * <p>The door is {@link dev.chirograph.reconcile.Reconciler}. From finding to writing, the parts
 * are: {@code Listings} (order, resuming) → {@code MergeJoin} → {@code Finder} → {@code QuickRun}
 * or {@code DurableRuns} with {@code RangeWork} and {@code ItemWork} → {@code Applier}.
 */
@NullMarked
package dev.chirograph.reconcile;

import org.jspecify.annotations.NullMarked;
