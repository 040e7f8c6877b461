package dev.chirograph.table;

import dev.chirograph.spi.table.ColumnType;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How a table is compared.
 *
 * @param table its name
 * @param key the columns that identify a row; empty when equal rows are counted
 * @param mark the column that orders rows by their changes; empty when there is none, and new rows
 *     are only found by comparing
 * @param slices how the table is cut: by ranges of a column, or by the hashes of keys
 * @param hashedBySql whether the databases hash rows by themselves; otherwise the rows are read and
 *     hashed here
 * @param columns what becomes of each of the source's columns
 */
public record TableExplanation(
    String table,
    List<String> key,
    Optional<String> mark,
    String slices,
    boolean hashedBySql,
    List<ColumnUse> columns) {

  /**
   * What becomes of a column.
   *
   * @param as the type in which it is compared; empty when it is left out
   * @param how as a sentence
   */
  public record ColumnUse(String name, Optional<ColumnType> as, String how) {
    public ColumnUse {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(as, "as");
      Objects.requireNonNull(how, "how");
    }
  }

  public TableExplanation {
    Objects.requireNonNull(table, "table");
    key = List.copyOf(key);
    Objects.requireNonNull(mark, "mark");
    Objects.requireNonNull(slices, "slices");
    columns = List.copyOf(columns);
  }
}
