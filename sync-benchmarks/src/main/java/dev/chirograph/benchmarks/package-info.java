/**
 * Measurements of the library, alone and side by side with others. One command runs them: see
 * {@link dev.chirograph.benchmarks.Benchmarks}.
 */
@NullMarked
package dev.chirograph.benchmarks;

import org.jspecify.annotations.NullMarked;
