package dev.chirograph.table;

import java.time.Duration;

/**
 * How many rows the next batch has: fewer after one that was too large or took too long, a few more
 * after one that was quick. Not safe for use by several threads.
 */
final class BatchSize {

  private static final int STEP = 100;

  private final int most;
  private final Duration target;
  private int rows;

  /**
   * @param rows how many the last batch of an earlier pass had
   * @param most how many at most
   * @param target how long a batch should take
   */
  BatchSize(int rows, int most, Duration target) {
    this.rows = Math.max(1, Math.min(rows, most));
    this.most = most;
    this.target = target;
  }

  int rows() {
    return rows;
  }

  /** A batch of so many rows was taken. */
  void took(int sent, Duration duration) {
    if (duration.compareTo(target) > 0) {
      rows = Math.max(1, rows / 2);
    } else if (sent >= rows) { // a smaller one says nothing about larger ones
      rows = Math.min(most, rows + Math.max(STEP, rows / 8));
    }
  }

  /** A batch was too large, or nobody answered in time. */
  void failed() {
    rows = Math.max(1, rows / 2);
  }
}
