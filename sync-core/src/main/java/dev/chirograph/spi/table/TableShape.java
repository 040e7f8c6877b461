package dev.chirograph.spi.table;

import dev.chirograph.SyncException;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The columns of a table, and what identifies and orders its rows.
 *
 * @param name of the table
 * @param columns in the order of the table
 * @param key the names of the columns that identify a row, none of which is null; empty when rows
 *     have no identity, and equal rows are counted
 * @param mark the name of the column that grows with each change of a row; empty when there is none
 */
public record TableShape(
    String name, List<Column> columns, List<String> key, Optional<String> mark) {

  public TableShape {
    Objects.requireNonNull(name, "name");
    columns = List.copyOf(columns);
    key = List.copyOf(key);
    Objects.requireNonNull(mark, "mark");
    Set<String> names = new HashSet<>();
    for (Column column : columns) {
      if (!names.add(column.name())) {
        throw SyncException.invalid(
            "the table " + name + " has two columns named '" + column.name() + "'");
      }
    }
    if (columns.isEmpty()) {
      throw SyncException.invalid("the table " + name + " has no column");
    }
    for (String one : key) {
      Optional<Column> column = column(columns, one);
      if (column.isEmpty()) {
        throw missing(name, one);
      }
      if (column.get().nullable()) {
        throw SyncException.invalid(
            "'" + one + "' of the table " + name + " may be null, so it identifies no row");
      }
    }
    if (mark.isPresent() && column(columns, mark.get()).isEmpty()) {
      throw missing(name, mark.get());
    }
  }

  private static SyncException missing(String table, String column) {
    return SyncException.invalid("the table " + table + " has no column '" + column + "'");
  }

  private static Optional<Column> column(List<Column> columns, String name) {
    return columns.stream().filter(column -> column.name().equals(name)).findFirst();
  }

  /** The column of a name. */
  public Optional<Column> column(String column) {
    return column(columns, column);
  }

  /** Equal for tables of the same shape, and for no others; a change of it is a change of shape. */
  public String fingerprint() {
    return TextHash.sha256(columns + " " + key + " " + mark);
  }
}
