package dev.chirograph.s3;

import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import java.util.List;

/** One request for the first keys of a range of a store that lists in key order. */
@FunctionalInterface
interface KeyPeek {

  /**
   * What was seen.
   *
   * @param keys the first keys of the range, ascending
   * @param more whether the range goes on behind them
   */
  record Peek(List<Key> keys, boolean more) {
    Key last() {
      return keys.get(keys.size() - 1);
    }
  }

  /**
   * The first keys of a range.
   *
   * @param limit how many at most
   */
  Peek at(KeyRange range, int limit);
}
