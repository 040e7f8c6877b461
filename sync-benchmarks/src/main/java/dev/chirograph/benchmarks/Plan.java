package dev.chirograph.benchmarks;

import java.nio.file.Path;

/**
 * How much to measure.
 *
 * @param rounds how often each contender has its turn
 * @param smoke whether this only shows that everything runs: sizes are tiny, the figures mean
 *     nothing
 * @param output where the results are written
 */
record Plan(int rounds, boolean smoke, Path output) {

  /** The size of something: the full one, or the tiny one. */
  int size(int full, int tiny) {
    return smoke ? tiny : full;
  }
}
