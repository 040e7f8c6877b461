/**
 * For tests of adapters and hosts: conformance suites that prove the numbered guarantees of the
 * SPI, a clock that stands still, and seeds for random tests.
 *
 * <p>An adapter extends a suite, opens its store there, and names what it cannot do.
 */
@NullMarked
package dev.chirograph.testkit;

import org.jspecify.annotations.NullMarked;
