package dev.chirograph.memory;

import dev.chirograph.Key;
import dev.chirograph.Listing;
import java.util.Optional;
import java.util.function.Supplier;

/** Finds the middle of a range by listing it. */
final class Median {

  private Median() {}

  /**
   * The key of the entry in the middle, so that half of the entries, to one, lie below it.
   *
   * @param list lists the range in key order
   * @return empty when there are fewer than two entries
   */
  static Optional<Key> of(Supplier<Listing> list) {
    long half = count(list) / 2;
    if (half == 0) {
      return Optional.empty();
    }
    try (Listing listing = list.get()) {
      for (long i = 0; i < half && listing.hasNext(); i++) {
        listing.next();
      }
      return listing.hasNext() ? Optional.of(listing.next().key()) : Optional.empty();
    }
  }

  private static long count(Supplier<Listing> list) {
    long count = 0;
    try (Listing listing = list.get()) {
      while (listing.hasNext()) {
        listing.next();
        count++;
      }
    }
    return count;
  }
}
