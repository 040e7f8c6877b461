package dev.chirograph.jdbc;

import dev.chirograph.Digest;
import dev.chirograph.Outcome;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.jdbc.TableBook.Entry;
import dev.chirograph.jdbc.TableReplicas.View;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.TableInfo;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.spi.table.WriteLimits;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A host's table, or one tenant's rows of it, as a replica.
 *
 * <p>Safe for use by several threads.
 */
final class TableReplica implements ReplicaTable {

  private static final WriteLimits LIMITS = new WriteLimits(20_000, 64 << 20);

  private final TableReplicas tables;
  private final Database database;
  private final String name;
  private final TableLease lease;

  /** The table as it was looked at last. */
  private volatile View view;

  TableReplica(TableReplicas tables, String name, View view) {
    this.tables = tables;
    this.database = tables.database();
    this.name = name;
    this.lease = new TableLease(database, tables.book(), name, this::info);
    this.view = view;
  }

  // ---- looking

  @Override
  public TableShape shape() {
    view = tables.look(name);
    return reader().shape();
  }

  @Override
  public TableInfo info() {
    view = tables.look(name);
    return tables.info(name, reader());
  }

  private TableReader reader() {
    return view.reader();
  }

  @Override
  public List<Digest> digests(Selection selection, List<? extends Slice> slices) {
    return reader().digests(checked(selection), slices);
  }

  @Override
  public int slices() {
    return reader().slices();
  }

  @Override
  public List<RowVersion> manifest(
      Selection selection, List<? extends Slice> slices, Optional<RowKey> after, int limit) {
    return reader().manifest(checked(selection), slices, after, limit);
  }

  @Override
  public List<Optional<RowVersion>> find(Selection selection, List<RowKey> keys) {
    return reader().find(checked(selection), keys);
  }

  @Override
  public List<Optional<Row>> rows(RowFormat format, List<RowKey> keys, long bytes) {
    return reader().rows(checked(format), keys, bytes);
  }

  @Override
  public List<Slice.Marks> split(RowFormat format, Slice.Marks range, int parts) {
    return reader().split(checked(format), range, parts);
  }

  private Selection checked(Selection selection) {
    checked(selection.format());
    return selection;
  }

  /** A format may come from somebody who knows the table only by its shape. */
  private RowFormat checked(RowFormat format) {
    TablePuts.columns(reader().shape(), format);
    return format;
  }

  // ---- who may write

  @Override
  public Optional<Cursor> cursor() {
    return lease.cursor();
  }

  @Override
  public Optional<Long> lease(String agent, Duration duration) {
    return lease.lease(agent, duration);
  }

  @Override
  public void release(long fence) {
    lease.release(fence);
  }

  // ---- writing

  @Override
  public WriteLimits limits() {
    return LIMITS;
  }

  @Override
  public List<Outcome> write(Write write) {
    checkSize(write);
    View now = view;
    return database.transaction(
        "writing to " + name,
        connection ->
            TableWriteSession.run(database, connection, prepared -> write(prepared, now, write)));
  }

  private List<Outcome> write(Connection connection, View now, Write write) throws SQLException {
    Entry before = lease.hold(connection, write.fence());
    TablePuts puts =
        TablePuts.of(now.reader().meta(), write.format(), write.puts(), database.dialect());
    if (database.dialect() == Dialect.MARIADB) {
      TablePackets.check(connection, puts);
    }
    TableTally tally = new TableTally(before);
    List<Outcome> outcomes = change(connection, now, write, puts, tally);
    lease.wrote(connection, before.after(write.cursor(), tally.rows(), tally.last()));
    return outcomes;
  }

  /** One row may have any size. */
  private void checkSize(Write write) {
    int rows = write.puts().size() + write.deletes().size();
    long bytes = write.puts().stream().mapToLong(Row::bytes).sum();
    if (rows > LIMITS.rows() || (bytes > LIMITS.bytes() && rows > 1)) {
      throw new SyncException(
          Kind.TOO_LARGE,
          "writing "
              + rows
              + " rows of "
              + bytes
              + " bytes to "
              + name
              + ": a write brings at most "
              + LIMITS.rows()
              + " rows and about "
              + LIMITS.bytes()
              + " bytes");
    }
  }

  private List<Outcome> change(
      Connection connection, View now, Write write, TablePuts puts, TableTally tally)
      throws SQLException {
    TableShape shape = now.reader().shape();
    Dialect dialect = database.dialect();
    TableChanges changes =
        shape.key().isEmpty()
            ? new TableMultiset(dialect, now.reader().meta(), now.rows(), write, tally)
            : new TableUpserts(dialect, now.reader(), now.rows(), write, tally);
    try {
      List<Outcome> outcomes = changes.delete(connection);
      changes.put(connection, puts);
      if (tally.lostLast()) {
        tally.found(last(connection, now, write.format()));
      }
      return outcomes;
    } catch (SQLException e) {
      if (TableErrors.blamesRows(e)) {
        throw TableErrors.of(shape, e);
      }
      throw e;
    }
  }

  /** The largest version there is. */
  private Optional<Mark> last(Connection connection, View now, RowFormat format)
      throws SQLException {
    Dialect dialect = database.dialect();
    TableScan scan = new TableScan(dialect, now.reader().meta(), tables.scope(), format);
    return scan.from(TableInfos.largest(dialect, scan.range()), new TableQuery())
        .read(
            connection,
            0,
            row -> {
              row.next();
              long last = row.getLong(1);
              return row.wasNull() ? Optional.empty() : Optional.of(new Mark(last));
            });
  }

  @Override
  public String toString() {
    return "replica " + name;
  }
}
