package dev.chirograph.spi.relocate;

import java.util.List;
import java.util.Optional;

/**
 * Where files belong, now. It may change at any time, and files follow.
 *
 * <ul>
 *   <li><b>PLC-1</b> A change of where the files of an owner belong raises the generation of that
 *       owner's placement, and is seen by every later read; what changes nothing does not raise it.
 *   <li><b>PLC-2</b> An owner has one placement, and belongs to at most one allocation.
 * </ul>
 */
public interface Placements {

  /** Where the files of an owner belong; empty: they stay where they are. */
  Optional<Placement> placementFor(String owner);

  /**
   * The owners whose files are to be looked at, in an order of the store's own, which does not
   * change.
   *
   * @param after the last one that is known; empty for the first
   * @param limit how many at most
   */
  List<String> owners(Optional<String> after, int limit);
}
