package dev.chirograph.spi.table;

import java.util.List;
import java.util.Optional;

/**
 * The table that is right.
 *
 * <ul>
 *   <li><b>TAB-6</b> No transaction that commits later brings a row at or below a horizon whose
 *       proof certifies.
 *   <li><b>TAB-7</b> Pages come in the order of versions and keys; going on after the last row of a
 *       page leaves nothing out up to the horizon.
 * </ul>
 */
public interface SourceTable extends ComparableTable {

  /** How far its rows are all there. */
  Horizon horizon();

  /**
   * The next rows.
   *
   * @param after the last row that is known; empty for the first
   * @param through rows of later versions are left out
   * @param rows how many at most
   * @param bytes about how many at most; at least one row comes
   */
  List<Row> after(RowFormat format, Optional<Cursor> after, Mark through, int rows, long bytes);
}
