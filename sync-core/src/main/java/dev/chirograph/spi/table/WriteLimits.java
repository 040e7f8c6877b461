package dev.chirograph.spi.table;

import dev.chirograph.SyncException;

/**
 * How much one write may bring.
 *
 * @param rows how many rows, put and deleted ones together
 * @param bytes about how many bytes, as {@link Row#bytes} counts them
 */
public record WriteLimits(int rows, long bytes) {

  /** As much as fits into memory. */
  public static final WriteLimits NONE = new WriteLimits(Integer.MAX_VALUE, Long.MAX_VALUE);

  public WriteLimits {
    if (rows < 1 || bytes < 1) {
      throw SyncException.invalid(
          "a write may bring at least 1 row and 1 byte, not " + rows + " and " + bytes);
    }
  }
}
