package dev.chirograph.table;

import dev.chirograph.spi.table.WriteLimits;
import java.time.Duration;

/**
 * How many rows the next batch has: half as many after one that was too large or took too long, a
 * few more after one that was quick. Not safe for use by several threads.
 */
final class BatchSize {

  private static final int STEP = 100;

  private final int most;
  private final long bytes;
  private final Duration target;
  private int rows;

  /**
   * @param rows how many the last batch of an earlier pass had; 0 for none
   * @param limits what the replica takes at once
   */
  BatchSize(int rows, TableSettings settings, WriteLimits limits) {
    this.most = Math.min(settings.batchRows(), limits.rows());
    this.bytes = Math.min(settings.batchBytes(), limits.bytes());
    this.target = settings.batchTarget();
    this.rows = rows == 0 ? most : Math.max(1, Math.min(rows, most));
  }

  int rows() {
    return rows;
  }

  /** About how many bytes a batch may have. */
  long bytes() {
    return bytes;
  }

  /** A batch of so many rows was taken. */
  void took(int sent, Duration duration) {
    if (duration.compareTo(target) > 0) {
      rows = Math.max(1, rows / 2);
    } else if (sent >= rows) { // a smaller one says nothing about larger ones
      rows = Math.min(most, rows + Math.max(STEP, rows / 8));
    }
  }

  /** A batch was too large. */
  void tooLarge() {
    rows = Math.max(1, rows / 2);
  }

  /** Nobody answered; if that took long, a smaller batch may be answered in time. */
  void failed(Duration duration) {
    if (duration.compareTo(target) > 0) {
      tooLarge();
    }
  }
}
