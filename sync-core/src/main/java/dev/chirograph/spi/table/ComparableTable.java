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

  /**
   * The digests of slices, in their order: every kind but {@link Slice.Keys}. {@link Slice.Marks}
   * are ranges of {@link RowFormat#range}.
   */
  List<Digest> digests(Selection selection, List<? extends Slice> slices);

  /** How many slices are worth asking for in one call; 256 where it does not matter. */
  default int slices() {
    return 256;
  }

  /**
   * The rows of slices that share none, in an order that is the same for all pages.
   *
   * @param after the last key of the page before; empty for the first page
   * @param limit how many at most; fewer say that the slices have ended
   */
  List<RowVersion> manifest(
      Selection selection, List<? extends Slice> slices, Optional<RowKey> after, int limit);

  /**
   * Rows by their keys as a manifest names them, whatever their versions: the horizon of the
   * selection does not count.
   *
   * @return by position; empty where the database has said that there is no such row
   */
  List<Optional<RowVersion>> find(Selection selection, List<RowKey> keys);

  /**
   * Rows by their keys, whatever their versions.
   *
   * @param bytes about how many at most; at least one key is looked up
   * @return by position, for as many of the first keys as fit; empty where the database has said
   *     that there is no such row
   */
  List<Optional<Row>> rows(RowFormat format, List<RowKey> keys, long bytes);

  /**
   * Cuts a range of {@link RowFormat#range} where the rows are, so that the parts have about as
   * many.
   *
   * @return in their order; the range alone where it cannot be cut
   */
  List<Slice.Marks> split(RowFormat format, Slice.Marks range, int parts);
}
