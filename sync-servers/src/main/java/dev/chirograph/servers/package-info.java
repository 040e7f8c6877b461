/**
 * The real servers that tests, examples and benchmarks talk to. Each listens on the loopback
 * interface, keeps its data only while it runs, and ends with its {@code close()} or with the JVM
 * that started it.
 */
@NullMarked
package dev.chirograph.servers;

import org.jspecify.annotations.NullMarked;
