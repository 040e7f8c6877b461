package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.table.TableShape;
import java.util.Map;
import java.util.Set;

/**
 * What is known of a host's table.
 *
 * @param schema where it is; empty for the one the connection stands in
 * @param shape what the other side sees of it
 * @param columns by name, those of the shape and others
 * @param indexed columns that an index begins with
 * @param uniqueKey whether an index keeps the key unique, and sorts by it
 */
record TableMeta(
    String schema,
    TableShape shape,
    Map<String, TableColumn> columns,
    Set<String> indexed,
    boolean uniqueKey) {

  TableMeta {
    columns = Map.copyOf(columns);
    indexed = Set.copyOf(indexed);
  }

  /**
   * A column.
   *
   * @throws SyncException of kind UNSUPPORTED when there is none
   */
  TableColumn column(String name) {
    TableColumn column = columns.get(name);
    if (column == null) {
      throw new SyncException(
          Kind.UNSUPPORTED,
          "the table " + shape.name() + " has no column '" + name + "' any more; look at it again");
    }
    return column;
  }

  /** Its name in SQL. */
  String qualified(Dialect dialect) {
    String table = TableNaming.quoted(dialect, shape.name());
    return schema.isEmpty() ? table : TableNaming.quoted(dialect, schema) + "." + table;
  }
}
