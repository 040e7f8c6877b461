package dev.chirograph.spi.relocate;

import java.util.List;
import java.util.Optional;

/**
 * Placements by cost allocation: an owner's files belong in the bucket of the allocation that it
 * was given, and all others in one that belongs to none.
 *
 * <ul>
 *   <li><b>ALC-1</b> Creating an allocation again as it is changes nothing; there are never two of
 *       one name. Names are compared exactly.
 *   <li><b>ALC-2</b> An owner that has an allocation is given another only by {@link #reassign}.
 *   <li><b>ALC-3</b> An owner whose allocation is released stays known, and its files go back.
 *   <li><b>ALC-4</b> An allocation that an owner has is not dropped, and one that is dropped is
 *       given to nobody; of the two that race, one wins.
 *   <li><b>ALC-5</b> Allocations are listed in an order of the store's own, which does not change,
 *       each once; one that is there all the while is never left out.
 * </ul>
 *
 * <p>An allocation stays as it was created; what is to be otherwise is another one.
 */
public interface Allocations extends Placements {

  /**
   * Creates an allocation; its bucket has to be there.
   *
   * @return whether it was created by this call
   * @throws dev.chirograph.SyncException ALREADY_EXISTS when there is another of its name
   */
  boolean create(Allocation allocation);

  /**
   * Gives an owner its allocation; harmless when it has it.
   *
   * @throws dev.chirograph.SyncException ALREADY_EXISTS when it has another one; NOT_FOUND when
   *     there is no such allocation
   */
  Placement assign(String owner, String allocation);

  /**
   * Gives an owner another allocation, whatever it has now.
   *
   * @throws dev.chirograph.SyncException NOT_FOUND when there is no such allocation
   */
  Placement reassign(String owner, String allocation);

  /**
   * Takes an owner's allocation away; harmless when it has none. One that never had any does not
   * become known by it.
   *
   * @return where its files belong now
   */
  Placement release(String owner);

  /**
   * Drops an allocation that nobody has; harmless when there is none of that name. Files that still
   * lie in its bucket are moved while the handles take it for one out of which they may be.
   *
   * @throws dev.chirograph.SyncException CONFLICT while an owner has it
   */
  void drop(String allocation);

  /**
   * The allocations that there are, whether an owner has them or not.
   *
   * @param after the name of the last one that is known, which may be gone; empty for the first
   * @param limit how many at most
   */
  List<Allocation> list(Optional<String> after, int limit);
}
