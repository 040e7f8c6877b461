/**
 * Stores, queues and logs in memory: the reference implementations of the SPI, for a quick start
 * and for the tests of hosts. Nothing in them outlives the process.
 */
@NullMarked
package dev.chirograph.memory;

import org.jspecify.annotations.NullMarked;
