package dev.chirograph.table;

import dev.chirograph.spi.table.Horizon;
import dev.chirograph.spi.table.RowKey;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a run would do about a table now.
 *
 * @param table its name
 * @param horizon how far the source is trusted
 * @param toSend rows that are new since the last run
 * @param toMend rows that are missing or different in the replica
 * @param toDelete rows that only the replica has
 * @param refusal why they would not be deleted; empty when they would
 * @param examples some of the rows that would be mended or deleted
 */
public record TablePlan(
    String table,
    Horizon horizon,
    long toSend,
    long toMend,
    long toDelete,
    Optional<String> refusal,
    List<Example> examples) {

  /**
   * A row, and what would be done about it.
   *
   * @param why as a sentence of which the row is the subject
   */
  public record Example(RowKey key, String why) {
    public Example {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(why, "why");
    }
  }

  public TablePlan {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(horizon, "horizon");
    Objects.requireNonNull(refusal, "refusal");
    examples = List.copyOf(examples);
  }
}
