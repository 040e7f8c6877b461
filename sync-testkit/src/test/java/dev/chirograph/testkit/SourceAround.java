package dev.chirograph.testkit;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Horizon;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.SourceTable;
import dev.chirograph.spi.table.TableInfo;
import dev.chirograph.spi.table.TableShape;
import java.util.List;
import java.util.Optional;

/** Does what another source does, save what a test overrides. */
class SourceAround implements SourceTable {

  final SourceTable table;

  SourceAround(SourceTable table) {
    this.table = table;
  }

  @Override
  public TableShape shape() {
    return table.shape();
  }

  @Override
  public TableInfo info() {
    return table.info();
  }

  @Override
  public List<Digest> digests(Selection selection, List<? extends Slice> slices) {
    return table.digests(selection, slices);
  }

  @Override
  public List<RowVersion> manifest(
      Selection selection, List<? extends Slice> slices, Optional<RowKey> after, int limit) {
    return table.manifest(selection, slices, after, limit);
  }

  @Override
  public List<Optional<RowVersion>> find(Selection selection, List<RowKey> keys) {
    return table.find(selection, keys);
  }

  @Override
  public List<Optional<Row>> rows(RowFormat format, List<RowKey> keys, long bytes) {
    return table.rows(format, keys, bytes);
  }

  @Override
  public List<Slice.Marks> split(RowFormat format, Slice.Marks range, int parts) {
    return table.split(format, range, parts);
  }

  @Override
  public Horizon horizon() {
    return table.horizon();
  }

  @Override
  public List<Row> after(
      RowFormat format, Optional<Cursor> after, Mark through, int rows, long bytes) {
    return table.after(format, after, through, rows, bytes);
  }
}
