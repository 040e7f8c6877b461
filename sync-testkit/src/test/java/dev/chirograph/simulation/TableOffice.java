package dev.chirograph.simulation;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.memory.MemoryTables;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Horizon;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.SourceDatabase;
import dev.chirograph.spi.table.SourceTable;
import dev.chirograph.spi.table.TableInfo;
import dev.chirograph.spi.table.TableShape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The database that is right: some of its transactions are open, and its horizons know of them. */
final class TableOffice implements SourceDatabase {

  private final MemoryTables tables;
  private final boolean lag;
  private final List<Open> open = new ArrayList<>();

  /** Another database that is mounted in its place; null when it is not. */
  @Nullable MemoryTables stranger;

  /**
   * A transaction that has written a row and has not committed.
   *
   * @param before the row as it was; null when there was none
   */
  record Open(String table, Row row, @Nullable Row before) {}

  TableOffice(MemoryTables tables, boolean lag) {
    this.tables = tables;
    this.lag = lag;
  }

  List<Open> open() {
    return open;
  }

  /** The rows that everybody sees. */
  MemoryTable rows(String table) {
    return tables.table(table);
  }

  private MemoryTables mounted() {
    MemoryTables other = stranger;
    return other == null ? tables : other;
  }

  @Override
  public List<String> tables() {
    return tables.tables();
  }

  @Override
  public List<TableInfo> infos(Collection<String> names) {
    return mounted().infos(names);
  }

  @Override
  public SourceTable table(String name) {
    return new OfficeTable(name);
  }

  private final class OfficeTable implements SourceTable {

    private final String name;

    OfficeTable(String name) {
      this.name = name;
    }

    private MemoryTable now() {
      return mounted().table(name);
    }

    /** Below the first version of an open transaction; or as far as rows are seen, by guess. */
    @Override
    public Horizon horizon() {
      Horizon seen = now().horizon();
      if (lag) {
        return new Horizon(seen.mark(), Horizon.Proof.LAG, Duration.ZERO);
      }
      Mark mark = seen.mark();
      for (Open one : open) {
        Mark before = new Mark(one.row().mark().value() - 1);
        if (stranger == null
            && one.table().equals(name)
            && now().shape().mark().isPresent()
            && before.compareTo(mark) < 0) {
          mark = before;
        }
      }
      return new Horizon(mark, Horizon.Proof.ENDED_TRANSACTIONS, Duration.ZERO);
    }

    @Override
    public TableShape shape() {
      return now().shape();
    }

    @Override
    public TableInfo info() {
      return now().info();
    }

    @Override
    public List<Digest> digests(Selection selection, List<? extends Slice> slices) {
      return now().digests(selection, slices);
    }

    @Override
    public List<RowVersion> manifest(
        Selection selection, List<? extends Slice> slices, Optional<RowKey> after, int limit) {
      return now().manifest(selection, slices, after, limit);
    }

    @Override
    public List<Optional<RowVersion>> find(Selection selection, List<RowKey> keys) {
      return now().find(selection, keys);
    }

    @Override
    public List<Optional<Row>> rows(RowFormat format, List<RowKey> keys, long bytes) {
      return now().rows(format, keys, bytes);
    }

    @Override
    public List<Slice.Marks> split(RowFormat format, Slice.Marks range, int parts) {
      return now().split(format, range, parts);
    }

    @Override
    public List<Row> after(
        RowFormat format, Optional<Cursor> after, Mark through, int rows, long bytes) {
      return now().after(format, after, through, rows, bytes);
    }
  }
}
