package dev.chirograph.spi.table;

import java.util.Objects;

/**
 * A row as a manifest names it: what it is, which version of it, and a hash of what it holds.
 *
 * @param key its identity
 * @param mark its version; {@link Mark#FIRST} where the table has no such column
 * @param hash of the columns that are compared, as {@link RowFormat#hash} has it
 * @param count how many rows are equal to it; more than 1 only where rows have no key
 */
public record RowVersion(RowKey key, Mark mark, long hash, long count) {
  public RowVersion {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(mark, "mark");
  }
}
