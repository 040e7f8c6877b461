/**
 * Runnable programs of one idea each. Those that need a server start one on this machine.
 *
 * <p>Start with {@link dev.chirograph.examples.QuickPath}.
 */
@NullMarked
package dev.chirograph.examples;

import org.jspecify.annotations.NullMarked;
