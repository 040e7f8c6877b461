package dev.chirograph.spi.table;

import java.util.Objects;
import java.util.Optional;

/**
 * What a table is like at the moment.
 *
 * @param table its name
 * @param rows how many there are
 * @param last the largest version; empty when there is no row, or no such column
 * @param fingerprint of its shape, as {@link TableShape#fingerprint} has it
 * @param incarnation which database this is, and which life of it, as far as it can be told
 */
public record TableInfo(
    String table, long rows, Optional<Mark> last, String fingerprint, String incarnation) {
  public TableInfo {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(last, "last");
    Objects.requireNonNull(fingerprint, "fingerprint");
    Objects.requireNonNull(incarnation, "incarnation");
  }
}
