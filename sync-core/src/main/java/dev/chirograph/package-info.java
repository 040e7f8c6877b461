/**
 * The values that every engine shares: keys, evidence, observations, changes and outcomes; errors,
 * retries, runs and listeners.
 *
 * <p>One idea runs through the library: <b>hint, observe, conditional write</b>. A hint names an
 * item that may differ and carries no content; when its turn comes, the item is observed afresh on
 * both sides, the decision is made then, and the write carries the version that was observed.
 */
@NullMarked
package dev.chirograph;

import org.jspecify.annotations.NullMarked;
