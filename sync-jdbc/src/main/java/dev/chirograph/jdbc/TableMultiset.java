package dev.chirograph.jdbc;

import dev.chirograph.Guard;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.jdbc.TablePuts.Put;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows that have no key: as many of each as there are to be. Which rows are equal is decided
 * here, by their texts.
 *
 * <p>Not safe for use by several threads.
 */
final class TableMultiset implements TableChanges {

  /** Kinds whose equal values the database finds, whatever it takes for equal besides. */
  private static final Set<ColumnType.Kind> FOUND =
      EnumSet.complementOf(
          EnumSet.of(ColumnType.Kind.FLOAT, ColumnType.Kind.DOUBLE, ColumnType.Kind.JSON));

  private final Dialect dialect;
  private final TableMeta meta;
  private final TableRows rows;
  private final Write write;
  private final TableTally tally;

  TableMultiset(Dialect dialect, TableMeta meta, TableRows rows, Write write, TableTally tally) {
    this.dialect = dialect;
    this.meta = meta;
    this.rows = rows;
    this.write = write;
    this.tally = tally;
  }

  /**
   * Rows that are equal.
   *
   * @param places where they are, as {@link #place} says
   */
  private record Equal(Mark mark, long hash, List<List<@Nullable String>> places) {}

  @Override
  public List<Outcome> delete(Connection connection) throws SQLException {
    if (write.deletes().isEmpty()) {
      return List.of();
    }
    Set<RowKey> wanted = new HashSet<>();
    write.deletes().forEach(row -> wanted.add(row.key()));
    Map<RowKey, Equal> found = find(connection, wanted, Optional.empty(), List.of());
    List<Outcome> outcomes = new ArrayList<>();
    List<List<@Nullable String>> gone = new ArrayList<>();
    for (RowVersion seen : write.deletes()) {
      Equal there = found.get(seen.key());
      outcomes.add(judge(seen, there));
      if (there != null && outcomes.get(outcomes.size() - 1) instanceof Outcome.Applied) {
        found.remove(seen.key());
        gone.addAll(there.places());
        tally.gone(there.mark());
      }
    }
    remove(connection, gone);
    return outcomes;
  }

  private static Outcome judge(RowVersion seen, @Nullable Equal there) {
    if (there == null) {
      return Outcome.unchanged();
    }
    boolean same =
        there.hash() == seen.hash()
            && there.mark().equals(seen.mark())
            && there.places().size() == seen.count();
    return same ? Outcome.deleted(Guard.ATOMIC) : Outcome.conflict();
  }

  @Override
  public void put(Connection connection, TablePuts puts) throws SQLException {
    if (puts.rows().isEmpty()) {
      return;
    }
    Optional<Column> known =
        puts.values().stream()
            .filter(c -> !c.nullable() && FOUND.contains(c.type().kind()))
            .findFirst();
    int at = known.map(puts.values()::indexOf).orElse(-1);
    List<List<@Nullable String>> values =
        known.isEmpty()
            ? List.of()
            : puts.rows().stream()
                .map(put -> Collections.<@Nullable String>singletonList(put.cells().get(at)))
                .distinct()
                .toList();
    Map<RowKey, Equal> found = find(connection, new HashSet<>(puts.keys()), known, values);
    List<List<@Nullable String>> missing = new ArrayList<>();
    List<List<@Nullable String>> surplus = new ArrayList<>();
    for (Put put : puts.rows()) {
      Equal there = found.get(put.key());
      List<List<@Nullable String>> places = there == null ? List.of() : there.places();
      for (long i = places.size(); i < put.count(); i++) {
        missing.add(put.cells());
      }
      if (places.size() > put.count()) {
        surplus.addAll(places.subList((int) put.count(), places.size()));
      }
      tally.came(put.mark());
    }
    remove(connection, surplus);
    if (!missing.isEmpty()) {
      rows.insert(connection, puts.values(), missing);
      tally.add(missing.size());
    }
  }

  // ---- finding

  /**
   * The rows that are wanted, locked.
   *
   * @param known a column of which all of them have one of some values; empty to look at all rows
   */
  private Map<RowKey, Equal> find(
      Connection connection,
      Set<RowKey> wanted,
      Optional<Column> known,
      List<List<@Nullable String>> values)
      throws SQLException {
    RowFormat format = write.format();
    TableRowSql there = new TableRowSql(dialect, meta, format);
    Map<RowKey, Equal> found = new HashMap<>();
    Query.Taking taking =
        row -> {
          List<@Nullable String> cells = there.cells(row);
          RowKey key = format.key(cells);
          if (wanted.contains(key)) {
            long hash = format.hash(write.salt(), cells);
            found
                .computeIfAbsent(key, k -> new Equal(format.mark(cells), hash, new ArrayList<>()))
                .places()
                .add(place(format, row));
          }
        };
    String select = there.columns() + ", " + rowId();
    if (known.isPresent()) {
      rows.lock(connection, select, List.of(known.get()), values, taking);
    } else {
      rows.lockAll(connection, select, taking);
    }
    return found;
  }

  private String rowId() {
    return switch (dialect) {
      case POSTGRESQL -> "t.ctid::text, t.tableoid::text";
      case H2 -> "t._rowid_";
      case SQLITE -> "t." + numberOfSqlite();
      case MARIADB -> "''";
    };
  }

  /** A column of the host's may have one of its names, and then hides it. */
  private String numberOfSqlite() {
    return Stream.of("rowid", "_rowid_", "oid")
        .filter(name -> names().noneMatch(name::equalsIgnoreCase))
        .findFirst()
        .orElseThrow(
            () ->
                new SyncException(
                    SyncException.Kind.UNSUPPORTED,
                    "columns of "
                        + meta.shape().name()
                        + " have all the names of the number of a row, so rows without key are not"
                        + " found: rename one"));
  }

  private Stream<String> names() {
    return Stream.concat(meta.columns().keySet().stream(), meta.leftOut().stream());
  }

  /** The number of the row; where rows have none, its values as they are selected. */
  private List<@Nullable String> place(RowFormat format, ResultSet row) throws SQLException {
    List<@Nullable String> place = new ArrayList<>();
    if (dialect != Dialect.MARIADB) {
      int first = 1 + format.columns().size();
      place.add(row.getString(first));
      if (dialect == Dialect.POSTGRESQL) {
        place.add(row.getString(first + 1));
      }
      return place;
    }
    for (int i = 0; i < format.columns().size(); i++) {
      byte @Nullable [] value = row.getBytes(1 + i);
      place.add(value == null ? null : HexFormat.of().formatHex(value));
    }
    return place;
  }

  // ---- removing

  private void remove(Connection connection, List<List<@Nullable String>> places)
      throws SQLException {
    if (places.isEmpty()) {
      return;
    }
    String found =
        switch (dialect) {
          // Each part of a table counts its rows for itself.
          case POSTGRESQL -> "ctid = cast(? as tid) and tableoid = cast(? as oid)";
          case H2 -> "_rowid_ = cast(? as bigint)";
          case SQLITE -> numberOfSqlite() + " = cast(? as integer)";
          case MARIADB -> equalBytes();
        };
    String one = dialect == Dialect.MARIADB ? " limit 1" : "";
    try (PreparedStatement statement =
        connection.prepareStatement(rows.deleteFrom() + " and " + found + one)) {
      for (List<@Nullable String> place : places) {
        int next = rows.bindTenant(statement, 1);
        for (String value : place) {
          statement.setString(next++, value);
        }
        statement.addBatch();
      }
      for (int count : TableRows.executeBatch(statement)) {
        checkRemoved(count);
      }
    }
    tally.add(-places.size());
  }

  /** A driver need not tell how many there were. */
  private void checkRemoved(int count) {
    if (count >= 0 && count != 1) {
      throw new SyncException(
          SyncException.Kind.UNEXPECTED,
          "deleting one of the equal rows of "
              + meta.shape().name()
              + " would have deleted "
              + count
              + ": nothing was written");
    }
  }

  /**
   * Values are compared byte by byte, as they were selected: no collation makes two of them one.
   */
  private String equalBytes() {
    TableCells cells = new TableCells(dialect, meta.shape().name());
    List<String> conditions = new ArrayList<>();
    for (Column wanted : write.format().columns()) {
      String name = dialect.quoted(wanted.name());
      String selected = cells.selected(meta.column(wanted.name()), wanted.type(), name);
      String value =
          wanted.type().kind() == ColumnType.Kind.BYTES
              ? selected
              : "convert(concat(" + selected + ", '') using utf8mb4)";
      conditions.add("hex(" + value + ") <=> upper(?)");
    }
    return String.join(" and ", conditions);
  }
}
