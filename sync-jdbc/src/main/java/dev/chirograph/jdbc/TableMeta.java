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
 * @param columns those of the shape, by name
 * @param leftOut the names of those that are not in the shape, without those that tell tenants
 *     apart
 * @param indexed columns that an index begins with
 * @param uniqueKey whether an index keeps the key unique, and sorts by it
 */
record TableMeta(
    String schema,
    TableShape shape,
    Map<String, TableColumn> columns,
    Set<String> leftOut,
    Set<String> indexed,
    boolean uniqueKey) {

  TableMeta {
    columns = Map.copyOf(columns);
    leftOut = Set.copyOf(leftOut);
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
