package dev.chirograph.jdbc;

import java.util.List;

/**
 * Which rows of a table are meant where several share it: those that have these values in these
 * columns, which are no part of the shape.
 *
 * @param columns their names
 * @param values what they hold, by position
 */
record TableScope(List<String> columns, List<String> values) {

  /** The whole table. */
  static final TableScope ALL = new TableScope(List.of(), List.of());

  TableScope {
    columns = List.copyOf(columns);
    values = List.copyOf(values);
    if (columns.size() != values.size()) {
      throw new IllegalArgumentException("as many values as columns");
    }
  }

  /** The condition on rows; empty for the whole table. */
  TableQuery condition(Dialect dialect, String alias) {
    TableQuery condition = new TableQuery();
    for (int i = 0; i < columns.size(); i++) {
      condition.add(
          (i == 0 ? "" : " and ")
              + alias
              + "."
              + TableNaming.quoted(dialect, columns.get(i))
              + " = ?",
          values.get(i));
    }
    return condition;
  }
}
