package dev.chirograph.spi.table;

import dev.chirograph.SyncException;
import java.util.Objects;

/**
 * A column.
 *
 * @param name as the database has it
 * @param type how its values are written as text
 * @param nullable whether it may hold no value
 */
public record Column(String name, ColumnType type, boolean nullable) {
  public Column {
    Objects.requireNonNull(type, "type");
    if (name.isEmpty()) {
      throw SyncException.invalid("a column has a name");
    }
  }
}
