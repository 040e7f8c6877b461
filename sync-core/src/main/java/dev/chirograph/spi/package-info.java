/**
 * What an adapter implements. Users hold the engines in front of these interfaces.
 *
 * <p>Each interface opens with numbered guarantees, which the conformance suites of the test kit
 * prove one by one under the same numbers. Abilities that only some stores have are interfaces of
 * their own ({@code Supports…}); facts and limits are fields of the capabilities, which the engines
 * check when they are built.
 *
 * <p>Rules for all of them: adapters classify errors and throw or answer them as {@link
 * dev.chirograph.SyncException}; they never retry, sleep, cache or swallow. Calls block, may be
 * interrupted, and are safe for use by several threads unless stated otherwise. Lists are answered
 * by position. Clients and pools are passed in and stay the caller's to close.
 */
@NullMarked
package dev.chirograph.spi;

import org.jspecify.annotations.NullMarked;
