package dev.chirograph.spi.table;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A row as text.
 *
 * @param key its identity
 * @param mark its version; {@link Mark#FIRST} where the table has no such column
 * @param cells the texts of all columns of the format, in its order; null where a column is null
 * @param count how many rows are equal to it; more than 1 only where rows have no key
 */
public record Row(RowKey key, Mark mark, List<@Nullable String> cells, long count) {

  public Row {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(mark, "mark");
    cells = Collections.unmodifiableList(new ArrayList<>(cells)); // may hold nulls
  }

  /** A row that has a key. */
  public Row(RowKey key, Mark mark, List<@Nullable String> cells) {
    this(key, mark, cells, 1);
  }

  /** About how many bytes it takes. */
  public long bytes() {
    long bytes = 16;
    for (String cell : cells) {
      bytes += cell == null ? 4 : cell.length() + 4L;
    }
    return bytes;
  }
}
