package dev.chirograph.http;

import dev.chirograph.spi.table.Row;

/**
 * How much the rows of a write come to where one stands for several equal ones: a line of a few
 * bytes is no larger for standing for all rows that there could be. Not safe for use by several
 * threads.
 */
final class EqualRows {

  static final long MOST = 1_000_000;
  private static final long MOST_BYTES = 256L << 20;

  private long rows;
  private long bytes;

  /** Adds a row; whether it is not too much yet. */
  boolean takes(Row row) {
    if (row.count() > MOST - rows) {
      return false;
    }
    rows += row.count();
    bytes += (row.count() - 1) * row.bytes();
    return bytes <= MOST_BYTES;
  }
}
