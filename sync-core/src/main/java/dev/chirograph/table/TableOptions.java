package dev.chirograph.table;

import dev.chirograph.DeleteLimit;
import dev.chirograph.spi.table.ColumnRules;
import java.util.Objects;

/**
 * How one table is kept in agreement.
 *
 * @param columns how its columns are matched
 * @param deletes how many rows one round of comparison may delete; a round that finds more deletes
 *     none
 */
public record TableOptions(ColumnRules columns, DeleteLimit deletes) {

  public TableOptions {
    Objects.requireNonNull(columns, "columns");
    Objects.requireNonNull(deletes, "deletes");
  }

  /** {@link ColumnRules#standard} and {@link DeleteLimit#standard}. */
  public static TableOptions standard() {
    return new TableOptions(ColumnRules.standard(), DeleteLimit.standard());
  }

  /** The same with other rules for columns. */
  public TableOptions withColumns(ColumnRules rules) {
    return new TableOptions(rules, deletes);
  }

  /** The same with another limit of deletes. */
  public TableOptions withDeletes(DeleteLimit limit) {
    return new TableOptions(columns, limit);
  }
}
