/**
 * For tests of adapters and hosts: conformance suites that prove the numbered guarantees of the
 * SPI, a clock that stands still, seeds for random tests, faults at any call, and a scheduler that
 * runs several workers in one thread.
 *
 * <p>An adapter extends a suite, opens its store there, and names what it cannot do.
 */
@NullMarked
package dev.chirograph.testkit;

import org.jspecify.annotations.NullMarked;
