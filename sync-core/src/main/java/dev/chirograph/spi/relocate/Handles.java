package dev.chirograph.spi.relocate;

import dev.chirograph.Key;
import dev.chirograph.Outcome;
import dev.chirograph.Version;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The file handles of a host: rows that say where the bytes of files are. Several may refer to one
 * object.
 *
 * <ul>
 *   <li><b>HND-1</b> {@link #misplaced} gives the handles of an owner whose bytes lie in storage
 *       that may be moved and not where the placement says, in the order of their ids, each once.
 *       Owners, buckets and keys are compared exactly.
 *   <li><b>HND-2</b> What is found and shared is as it was at one moment after the call began.
 *   <li><b>HND-3</b> A repointing changes a handle only when its etag and its location are what was
 *       expected, and gives it an etag that it never had. Handles stand alone; all that are changed
 *       are changed in one transaction with the record that the old location was vacated. Where
 *       none is changed, nothing was vacated.
 *   <li><b>HND-4</b> Nothing is ever repointed to a location that is retired.
 *   <li><b>HND-5</b> A location is retired only when no handle refers to it, counted in the
 *       transaction that retires it; of a retirement and a repointing that race, one wins. It stays
 *       retired, whatever is done to it later.
 *   <li><b>HND-6</b> A vacated or retired location is told as pending until it is cleared, or found
 *       to be referred to; so no crash loses it. One that is left again is told with the state that
 *       was copied last.
 *   <li><b>HND-7</b> Two locations of one object count as one when their versions are equal or one
 *       of them names none: for what is shared, what is referred to, and what is retired. For the
 *       location that a handle is expected to have, they count as two.
 * </ul>
 *
 * <p>A host that adds handles by itself never adds one that refers to a retired location: it asks
 * in the transaction that adds it, as the adapter says.
 *
 * <p>A host gives a file new content under another key. It overwrites an object in place, and
 * changes the etag of its handle afterwards, only while no other handle was ever made that refers
 * to it: such a one could just be pointed to what is overwritten.
 */
public interface Handles {

  /**
   * Handles that are not where they belong.
   *
   * @param after the last id that is known; empty for the first
   * @param limit how many at most
   */
  List<FileHandle> misplaced(Placement placement, Optional<Key> after, int limit);

  /**
   * Whether the bytes of a handle lie in storage that may be moved, as by HND-1: asked once more
   * before they are copied, since handles and rules change while their moves wait. Everything may
   * be, unless an adapter says otherwise.
   *
   * @param handle as it was read just before
   */
  default boolean isMovable(FileHandle handle) {
    return true;
  }

  /** Handles as they are now, by position; empty where there is none. */
  List<Optional<FileHandle>> find(List<Key> ids);

  /**
   * The handles that refer to a location, in the order of their ids.
   *
   * @param after the last id that is known; empty for the first
   * @param limit how many at most
   */
  List<FileHandle> sharing(Location at, Optional<Key> after, int limit);

  /**
   * Points handles to a copy of their bytes.
   *
   * @return what became of each handle, by position: applied, with its new etag; or conflict, with
   *     the etag that it has, if it is there; conflict for all where the new location is retired;
   *     unsure for those that were changed when it is not known whether that lasts
   * @throws dev.chirograph.SyncException when nothing was changed
   */
  List<Outcome> repoint(Switch change);

  /** The locations that handles have left. */
  Vacated vacated();

  /**
   * A repointing.
   *
   * @param from where the bytes were; the location of every handle
   * @param pin the state that was copied
   * @param to where the copy is
   * @param handles as they were when they were read
   */
  record Switch(Location from, Version pin, Location to, List<FileHandle> handles) {
    public Switch {
      Objects.requireNonNull(from, "from");
      Objects.requireNonNull(pin, "pin");
      Objects.requireNonNull(to, "to");
      handles = List.copyOf(handles);
    }
  }
}
