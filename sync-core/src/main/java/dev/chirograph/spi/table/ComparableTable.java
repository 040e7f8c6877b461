package dev.chirograph.spi.table;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import java.util.List;
import java.util.Optional;

/**
 * A table whose rows can be compared with another's.
 *
 * <ul>
 *   <li><b>TAB-1</b> Rows, hashes and digests are as {@link RowFormat} says, whatever the database.
 *   <li><b>TAB-2</b> The digests of slices that share no row add up to that of their union, and all
 *       digests of one call are of one moment.
 *   <li><b>TAB-3</b> A manifest names every row of its slice once, in pages; a row that is neither
 *       changed nor moved meanwhile is never left out.
 *   <li><b>TAB-4</b> A row is absent only when the database has said so: its key is compared
 *       exactly, whatever the collation.
 *   <li><b>TAB-5</b> The parts of a range share no row and leave none out.
 * </ul>
 */
public interface ComparableTable {

  /** Its columns, as they are now. */
  TableShape shape();

  /** What it is like now. */
  TableInfo info();

  /** The digests of slices, in their order: every kind but {@link Slice.Keys}. */
  List<Digest> digests(Selection selection, List<? extends Slice> slices);

  /**
   * The rows of a slice, in the order of their keys' texts.
   *
   * @param after the last key of the page before; empty for the first page
   * @param limit how many at most; fewer say that the slice has ended
   */
  List<RowVersion> manifest(Selection selection, Slice slice, Optional<RowKey> after, int limit);

  /**
   * Rows by their keys, whatever their versions.
   *
   * @return by position; empty where the database has said that there is no such row
   */
  List<Optional<Row>> rows(RowFormat format, List<RowKey> keys);

  /**
   * Cuts a range of versions where the rows are, so that the parts have about as many.
   *
   * @return in their order; the range alone where it cannot be cut
   */
  List<Slice.Marks> split(Slice.Marks range, int parts);
}
