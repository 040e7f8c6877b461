package dev.chirograph.relocate;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Placement;

/** Where a copy goes. */
final class CopyName {

  private CopyName() {}

  /**
   * The location that a rule names.
   *
   * @throws SyncException INVALID_ARGUMENT when it is not where the placement says: the file would
   *     be moved again and again
   */
  static Location of(KeyRule rule, Placement placement, Key original, int candidate) {
    Location named = Location.latest(placement.bucket(), rule.key(placement, original, candidate));
    if (!placement.holds(named)) {
      throw SyncException.invalid(
          "the rule for keys names the copy of "
              + original
              + " '"
              + named.key()
              + "', which does not begin with the prefix '"
              + placement.prefix()
              + "' of the placement of "
              + placement.owner()
              + "; correct the rule");
    }
    return named;
  }
}
