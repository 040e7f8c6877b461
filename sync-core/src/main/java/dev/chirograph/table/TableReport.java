package dev.chirograph.table;

import dev.chirograph.spi.table.Horizon;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What one pass over a table has done, or would do.
 *
 * @param table its name
 * @param horizon how far the source was trusted
 * @param sent rows that were new
 * @param mended rows that were missing or different in the replica
 * @param deleted rows that were only in the replica
 * @param heldBack rows that would have been deleted, but were more than the limit allows
 * @param quarantined rows that the replica does not take
 * @param examples of rows that were not taken, and why
 * @param certificate what was proven; empty when something still differs, or nothing can be proven
 */
public record TableReport(
    String table,
    Horizon horizon,
    long sent,
    long mended,
    long deleted,
    long heldBack,
    long quarantined,
    List<String> examples,
    Optional<Certificate> certificate) {
  public TableReport {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(horizon, "horizon");
    examples = List.copyOf(examples);
    Objects.requireNonNull(certificate, "certificate");
  }
}
