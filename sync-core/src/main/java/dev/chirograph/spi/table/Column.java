package dev.chirograph.spi.table;

import dev.chirograph.SyncException;
import java.util.Objects;

/**
 * A column.
 *
 * @param name as the database has it
 * @param type how its values are written as text
 * @param nullable whether it may hold no value
 * @param filled whether the database fills it in where a row leaves it out
 */
public record Column(String name, ColumnType type, boolean nullable, boolean filled) {

  public Column {
    Objects.requireNonNull(type, "type");
    if (name.isEmpty()) {
      throw SyncException.invalid("a column has a name");
    }
  }

  /** A column that the database does not fill in. */
  public Column(String name, ColumnType type, boolean nullable) {
    this(name, type, nullable, false);
  }
}
