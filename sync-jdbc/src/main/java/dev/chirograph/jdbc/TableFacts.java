package dev.chirograph.jdbc;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a database's catalogue says of one table. Filled while the catalogue is read.
 *
 * @param columns in their order
 * @param indexes the primary key first
 * @param parents tables that it refers to
 */
record TableFacts(List<Raw> columns, Map<String, Index> indexes, Set<String> parents) {

  TableFacts() {
    this(new ArrayList<>(), new LinkedHashMap<>(), new LinkedHashSet<>());
  }

  /**
   * A column.
   *
   * @param type the database's own name
   * @param size characters, bytes, digits; 0 when there is no bound
   * @param digits behind the point
   * @param sqlType what values are cast to
   * @param written who says what the column holds
   */
  record Raw(
      String name,
      String type,
      long size,
      int digits,
      boolean nullable,
      boolean filled,
      String sqlType,
      TableColumn.Written written) {}

  /**
   * An index.
   *
   * @param unique whether rows may be refused because of others
   * @param identifies whether it allows each value once, in all rows and at any time
   * @param ranges whether it finds ranges of values, in all rows
   * @param columns in its order; empty names for expressions
   * @param exact those among them that take more values for different than their column does
   */
  record Index(
      boolean unique,
      boolean identifies,
      boolean ranges,
      List<String> columns,
      List<String> exact) {}
}
