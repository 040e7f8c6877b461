package dev.chirograph.jdbc;

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

/** One table of a {@link JdbcSource}. Safe for use by several threads. */
final class TableOfSource implements SourceTable {

  private final JdbcSource source;
  private final TableHorizon horizon;
  private volatile TableReader reader;

  TableOfSource(JdbcSource source, TableHorizon horizon, TableMeta meta) {
    this.source = source;
    this.horizon = horizon;
    this.reader = new TableReader(source.database(), meta, TableScope.ALL);
  }

  /** The catalogue may have changed. */
  private TableReader fresh() {
    TableMeta meta = source.meta(reader.shape().name());
    if (!meta.equals(reader.meta())) {
      reader = new TableReader(source.database(), meta, TableScope.ALL);
    }
    return reader;
  }

  @Override
  public TableShape shape() {
    return fresh().shape();
  }

  @Override
  public TableInfo info() {
    return source.info(fresh().meta());
  }

  @Override
  public List<Digest> digests(Selection selection, List<? extends Slice> slices) {
    return reader.digests(selection, slices);
  }

  @Override
  public int slices() {
    return reader.slices();
  }

  @Override
  public List<RowVersion> manifest(
      Selection selection, List<? extends Slice> slices, Optional<RowKey> after, int limit) {
    return reader.manifest(selection, slices, after, limit);
  }

  @Override
  public List<Optional<RowVersion>> find(Selection selection, List<RowKey> keys) {
    return reader.find(selection, keys);
  }

  @Override
  public List<Optional<Row>> rows(RowFormat format, List<RowKey> keys, long bytes) {
    return reader.rows(format, keys, bytes);
  }

  @Override
  public List<Slice.Marks> split(RowFormat format, Slice.Marks range, int parts) {
    return reader.split(format, range, parts);
  }

  @Override
  public Horizon horizon() {
    return horizon.now(reader.meta());
  }

  @Override
  public List<Row> after(
      RowFormat format, Optional<Cursor> after, Mark through, int rows, long bytes) {
    return reader.after(format, after, through, rows, bytes);
  }
}
