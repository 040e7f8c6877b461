package dev.chirograph.jdbc;

import dev.chirograph.Guard;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.jdbc.TablePuts.Put;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.TableShape;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows that have a key. What is there is read and locked first, and only then written: so
 * rows are deleted as they were seen, no row is written over that the database merely takes for the
 * same, and rows are counted.
 *
 * <p>Takes part in the caller's transaction. Not safe for use by several threads.
 */
final class TableUpserts implements TableChanges {

  private final Dialect dialect;
  private final TableReader reader;
  private final TableMeta meta;
  private final TableShape shape;
  private final TableRows rows;
  private final Write write;
  private final TableTally tally;

  TableUpserts(Dialect dialect, TableReader reader, TableRows rows, Write write, TableTally tally) {
    this.dialect = dialect;
    this.reader = reader;
    this.meta = reader.meta();
    this.shape = reader.shape();
    this.rows = rows;
    this.write = write;
    this.tally = tally;
  }

  // ---- deletes

  @Override
  public List<Outcome> delete(Connection connection) throws SQLException {
    List<RowVersion> seen = write.deletes();
    if (seen.isEmpty()) {
      return List.of();
    }
    Selection selection = new Selection(write.format(), write.salt(), Mark.LAST);
    Map<RowKey, RowVersion> found =
        new HashMap<>(
            reader.find(connection, selection, seen.stream().map(RowVersion::key).toList(), true));
    List<Column> key = TablePuts.key(shape);
    List<Outcome> outcomes = new ArrayList<>();
    List<List<@Nullable String>> gone = new ArrayList<>();
    for (RowVersion row : seen) {
      RowVersion now = found.get(row.key());
      Outcome outcome = judge(row, now);
      outcomes.add(outcome);
      if (now != null && outcome instanceof Outcome.Applied) {
        found.remove(row.key()); // a row that is named twice is deleted once
        gone.add(cells(key, row.key()));
        tally.gone(now.mark());
      }
    }
    if (!gone.isEmpty()) {
      checkDeleted(rows.delete(connection, key, gone), gone.size());
      tally.add(-gone.size());
    }
    return outcomes;
  }

  private static Outcome judge(RowVersion seen, @Nullable RowVersion now) {
    if (now == null) {
      return Outcome.unchanged();
    }
    boolean same =
        now.hash() == seen.hash() && now.mark().equals(seen.mark()) && now.count() == seen.count();
    return same ? Outcome.deleted(Guard.ATOMIC) : Outcome.conflict();
  }

  /** The database may take more rows for those of the keys than its own index does. */
  private void checkDeleted(int deleted, int expected) {
    if (deleted > expected) {
      throw new SyncException(
          Kind.UNEXPECTED,
          "deleting "
              + expected
              + " rows of "
              + shape.name()
              + " by their keys would have deleted "
              + deleted
              + ": its columns compare in another way than the index of its key");
    }
  }

  /** The cells of a key in the order of the table's key. */
  private List<@Nullable String> cells(List<Column> key, RowKey row) {
    List<@Nullable String> sent = row.cells();
    List<String> order = write.format().key();
    if (sent.size() != order.size()) {
      throw SyncException.invalid(
          "a key of " + shape.name() + " has " + order.size() + " columns, not " + sent.size());
    }
    List<@Nullable String> cells = new ArrayList<>();
    for (Column column : key) {
      @Nullable String cell = sent.get(order.indexOf(column.name()));
      if (cell == null) {
        throw SyncException.invalid(
            "'" + column.name() + "' of " + shape.name() + " is never null");
      }
      cells.add(TableValues.checked(shape.name(), column, cell, dialect));
    }
    return cells;
  }

  // ---- puts

  @Override
  public void put(Connection connection, TablePuts puts) throws SQLException {
    if (puts.rows().isEmpty()) {
      return;
    }
    boolean many = puts.rows().size() > 1;
    if (many) {
      execute(connection, "savepoint chirograph_puts");
    }
    try {
      upsert(connection, puts, lockExisting(connection, puts));
    } catch (SQLException e) {
      if (!many || !TableErrors.takesUniqueValue(e)) {
        throw e;
      }
      // Rows of the write may swap a value that is unique: then none of them can be first.
      execute(connection, "rollback to savepoint chirograph_puts");
      replace(connection, puts, e);
    }
    for (Put put : puts.rows()) {
      tally.came(put.mark());
    }
  }

  /**
   * The rows that are there, by their keys.
   *
   * @throws SyncException of kind ALREADY_EXISTS when the database takes another key for one of
   *     these
   */
  private Set<RowKey> lockExisting(Connection connection, TablePuts puts) throws SQLException {
    RowFormat format = identity();
    TableRowSql there = new TableRowSql(dialect, meta, format);
    Map<RowKey, Mark> found = new HashMap<>();
    rows.lock(
        connection,
        there.columns(),
        puts.key(),
        puts.rows().stream().map(puts::keyOf).toList(),
        row -> {
          List<@Nullable String> cells = there.cells(row);
          found.put(format.key(cells), format.mark(cells));
        });
    Set<RowKey> wanted = new HashSet<>(puts.keys());
    for (RowKey key : found.keySet()) {
      if (!wanted.contains(key)) {
        throw new SyncException(
            Kind.ALREADY_EXISTS,
            "a row of "
                + shape.name()
                + " has a key that the database takes for the one of another row, as the collation"
                + " of "
                + shape.key()
                + " says; give the columns a binary collation");
      }
    }
    found.values().forEach(tally::gone);
    return found.keySet();
  }

  /** The columns that identify a row, and its version. */
  private RowFormat identity() {
    RowFormat format = write.format();
    Set<String> names = new HashSet<>(format.key());
    format.mark().ifPresent(names::add);
    return new RowFormat(
        format.columns().stream().filter(column -> names.contains(column.name())).toList(),
        format.key(),
        format.mark(),
        Set.of());
  }

  /** What is there gives its unique values away before others take them. */
  private void upsert(Connection connection, TablePuts puts, Set<RowKey> existing)
      throws SQLException {
    List<List<@Nullable String>> updates = new ArrayList<>();
    List<List<@Nullable String>> inserts = new ArrayList<>();
    for (Put put : puts.rows()) {
      (existing.contains(put.key()) ? updates : inserts).add(put.cells());
    }
    if (!updates.isEmpty() && !puts.values().isEmpty()) {
      checkUpdated(puts);
      rows.update(connection, puts.columns(), puts.key().size(), updates);
    }
    if (!inserts.isEmpty()) {
      rows.insert(connection, puts.columns(), inserts);
    }
    tally.add(inserts.size());
  }

  /** Databases refuse to write over such a number, with whatever value. */
  private void checkUpdated(TablePuts puts) {
    for (Column column : puts.values()) {
      if (meta.column(column.name()).written() == TableColumn.Written.ONCE) {
        throw new SyncException(
            Kind.UNSUPPORTED,
            "'"
                + column.name()
                + "' of "
                + shape.name()
                + " is always given out by the database, so it cannot be written over: make it"
                + " 'generated by default', or leave it out");
      }
    }
  }

  /**
   * Deletes the rows that are there and inserts all.
   *
   * @param why rows could not be written over
   */
  private void replace(Connection connection, TablePuts puts, SQLException why)
      throws SQLException {
    if (hasColumnsOfItsOwn(puts)
        || reader.hasNewColumns(connection)
        || TableReferences.takeOthersAlong(connection, dialect, meta)) {
      throw why; // what nobody has sent would be lost
    }
    Set<RowKey> existing = lockExisting(connection, puts);
    List<List<@Nullable String>> gone =
        puts.rows().stream().filter(put -> existing.contains(put.key())).map(puts::keyOf).toList();
    try {
      if (!gone.isEmpty()) {
        checkDeleted(rows.delete(connection, puts.key(), gone), gone.size());
      }
      rows.insert(connection, puts.columns(), puts.rows().stream().map(Put::cells).toList());
    } catch (SQLException e) {
      if (TableErrors.blamesRows(e)) {
        why.addSuppressed(e);
        throw why;
      }
      throw e;
    }
    tally.add(puts.rows().size() - gone.size());
  }

  private boolean hasColumnsOfItsOwn(TablePuts puts) {
    long written =
        shape.columns().stream().filter(one -> !meta.column(one.name()).isComputed()).count();
    return puts.columns().size() < written || !meta.leftOut().isEmpty();
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
