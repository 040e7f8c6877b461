package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds rows by their keys, whose texts are compared here, whatever the database takes for equal.
 */
final class TableLookup {

  private static final int CHUNK = 500;

  private final TableScan scan;
  private final RowFormat format;

  /** The end of each query: empty, or that it locks its rows. */
  private final String locking;

  TableLookup(TableScan scan, String locking) {
    this.scan = scan;
    this.format = scan.rows().format();
    this.locking = locking;
  }

  // ---- versions

  /** The rows that are there, by key. */
  Map<RowKey, RowVersion> versions(Connection connection, Selection selection, List<RowKey> keys)
      throws SQLException {
    Map<RowKey, RowVersion> found = new HashMap<>();
    for (List<RowKey> chunk : chunks(keys)) {
      Optional<TableQuery> condition = condition(chunk);
      if (condition.isPresent()) {
        versions(connection, selection, new HashSet<>(chunk), condition.get(), found);
      }
    }
    return found;
  }

  private void versions(
      Connection connection,
      Selection selection,
      Set<RowKey> wanted,
      TableQuery condition,
      Map<RowKey, RowVersion> found)
      throws SQLException {
    TableManifest manifest = new TableManifest(scan, selection);
    if (scan.rows().inSql()) {
      TableQuery query =
          format.key().isEmpty()
              ? manifest.grouped(condition).add(" group by k, h, m")
              : manifest.versions(condition).add(locking);
      manifest.read(connection, query).stream()
          .filter(row -> wanted.contains(row.key()))
          .forEach(row -> put(found, row.key(), row));
      return;
    }
    each(
        connection,
        condition,
        cells -> {
          RowVersion row = manifest.version(cells, 1);
          if (wanted.contains(row.key())) {
            put(found, row.key(), row);
          }
        });
  }

  private void put(Map<RowKey, RowVersion> found, RowKey key, RowVersion row) {
    RowVersion before = found.put(key, row);
    if (before != null) {
      checkCounted();
      found.put(key, new RowVersion(key, row.mark(), row.hash(), before.count() + row.count()));
    }
  }

  private void checkCounted() {
    if (!format.key().isEmpty()) {
      throw new SyncException(
          SyncException.Kind.CORRUPT,
          "the table "
              + scan.meta().shape().name()
              + " has two rows with one key, which was declared as "
              + format.key()
              + "; declare columns that identify a row, or none");
    }
  }

  // ---- rows

  /** The rows of the first keys, as many as fit. */
  List<Optional<Row>> rows(Connection connection, List<RowKey> keys, long bytes)
      throws SQLException {
    List<Optional<Row>> answer = new ArrayList<>();
    long size = 0;
    for (List<RowKey> chunk : chunks(keys)) {
      List<RowKey> fitting = fitting(connection, chunk, bytes - size, answer.isEmpty());
      Map<RowKey, Row> found = rows(connection, fitting);
      for (RowKey key : fitting) {
        Optional<Row> row = Optional.ofNullable(found.get(key));
        size += row.map(Row::bytes).orElse(0L);
        if (!answer.isEmpty() && size > bytes) {
          return answer;
        }
        answer.add(row);
      }
      if (fitting.size() < chunk.size()) {
        return answer;
      }
    }
    return answer;
  }

  /** The keys whose rows fit, as far as the database tells without sending them. */
  private List<RowKey> fitting(Connection connection, List<RowKey> keys, long bytes, boolean first)
      throws SQLException {
    if (scan.rows().wide().isEmpty() || bytes == Long.MAX_VALUE || format.key().isEmpty()) {
      return keys;
    }
    Optional<TableQuery> condition = condition(keys);
    if (condition.isEmpty()) {
      return keys;
    }
    Map<RowKey, Long> sizes = new HashMap<>();
    scan.from(scan.rows().keyColumns() + ", " + scan.rows().size(), condition.get())
        .each(
            connection,
            0,
            row -> {
              List<@Nullable String> key = scan.rows().keyCells(row);
              sizes.put(format.key(key), row.getLong(format.key().size() + 1));
            });
    int count = 0;
    long sum = 0;
    for (RowKey key : keys) {
      sum += sizes.getOrDefault(key, 0L);
      if (sum > bytes && !(first && count == 0)) {
        break;
      }
      count++;
    }
    return keys.subList(0, count);
  }

  private Map<RowKey, Row> rows(Connection connection, List<RowKey> keys) throws SQLException {
    Map<RowKey, Row> found = new HashMap<>();
    Set<RowKey> wanted = new HashSet<>(keys);
    Optional<TableQuery> condition = condition(keys);
    if (condition.isPresent()) {
      each(
          connection,
          condition.get(),
          cells -> {
            RowKey key = format.key(cells);
            if (wanted.contains(key)) {
              add(found, key, cells);
            }
          });
    }
    return found;
  }

  private void add(Map<RowKey, Row> found, RowKey key, List<@Nullable String> cells) {
    Mark mark = format.mark(cells);
    Row before = found.put(key, new Row(key, mark, cells));
    if (before != null) {
      checkCounted();
      found.put(key, new Row(key, mark, cells, before.count() + 1));
    }
  }

  // ---- both

  /** Takes the cells of a row. */
  @FunctionalInterface
  private interface Taking {
    void take(List<@Nullable String> cells);
  }

  private void each(Connection connection, TableQuery condition, Taking taking)
      throws SQLException {
    scan.from(scan.rows().columns(), condition)
        .add(locking)
        .each(connection, scan.rows().fetch(), row -> taking.take(scan.rows().cells(row)));
  }

  /** Rows among which those of the keys are; empty when there can be none. */
  private Optional<TableQuery> condition(List<RowKey> keys) {
    if (keys.isEmpty()) {
      return Optional.empty();
    }
    if (!format.key().isEmpty()) {
      return scan.keys().among(keys);
    }
    if (!scan.rows().inSql()) {
      return Optional.of(new TableQuery());
    }
    TableQuery query = TableQuery.of(scan.rows().key() + " in (");
    for (int i = 0; i < keys.size(); i++) {
      query.add(i == 0 ? "?" : ", ?", keys.get(i).text());
    }
    return Optional.of(query.add(")"));
  }

  private List<List<RowKey>> chunks(List<RowKey> keys) {
    // A table without keys is read from end to end for each chunk.
    int chunk = format.key().isEmpty() && !scan.rows().inSql() ? Integer.MAX_VALUE : CHUNK;
    List<List<RowKey>> chunks = new ArrayList<>();
    for (int start = 0; start < keys.size(); start += Math.min(chunk, keys.size())) {
      chunks.add(keys.subList(start, (int) Math.min(keys.size(), (long) start + chunk)));
    }
    return chunks;
  }
}
