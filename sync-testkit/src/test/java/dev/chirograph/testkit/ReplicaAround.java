package dev.chirograph.testkit;

import dev.chirograph.Digest;
import dev.chirograph.Outcome;
import dev.chirograph.Slice;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.TableInfo;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.spi.table.WriteLimits;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Does what another replica does, save what a test overrides. */
class ReplicaAround implements ReplicaTable {

  final ReplicaTable table;

  ReplicaAround(ReplicaTable table) {
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
  public Optional<Cursor> cursor() {
    return table.cursor();
  }

  @Override
  public Optional<Long> lease(String agent, Duration duration) {
    return table.lease(agent, duration);
  }

  @Override
  public void release(long fence) {
    table.release(fence);
  }

  @Override
  public WriteLimits limits() {
    return table.limits();
  }

  @Override
  public List<Outcome> write(Write write) {
    return table.write(write);
  }
}
