package dev.chirograph.spi.table;

/**
 * The version of a row in the order in which rows were changed: a whole number, a time in
 * microseconds, or up to eight bytes as an unsigned number with its sign bit flipped.
 *
 * @param value compared as a signed number
 */
public record Mark(long value) implements Comparable<Mark> {

  /** Before every row. */
  public static final Mark FIRST = new Mark(Long.MIN_VALUE);

  /** Not before any row. */
  public static final Mark LAST = new Mark(Long.MAX_VALUE);

  @Override
  public int compareTo(Mark other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
