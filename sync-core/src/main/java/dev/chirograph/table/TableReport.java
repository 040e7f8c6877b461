package dev.chirograph.table;

import dev.chirograph.SyncException;
import dev.chirograph.spi.table.Horizon;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What was done about one table.
 *
 * @param table its name
 * @param compared how much of it was compared
 * @param horizon how far the source was trusted; empty when it was not looked at
 * @param sent rows that were new
 * @param mended rows that were missing or different in the replica
 * @param deleted rows that were only in the replica
 * @param heldBack rows that should be deleted, but were not
 * @param refusal why they were not; empty when none was held back
 * @param quarantined rows that the replica does not take, which were met
 * @param examples some of them, and why
 * @param certificate what is proven: of this pass, or of an earlier one after which nothing seems
 *     to have changed; empty when something still differs, or nothing can be proven
 * @param failure what ended the pass early; the next one goes on
 */
public record TableReport(
    String table,
    Compared compared,
    Optional<Horizon> horizon,
    long sent,
    long mended,
    long deleted,
    long heldBack,
    Optional<String> refusal,
    long quarantined,
    List<String> examples,
    Optional<Certificate> certificate,
    Optional<SyncException> failure) {

  /** How much of a table was compared. */
  public enum Compared {
    /** Nothing: there was no need to. */
    NOTHING,
    /** A part; the next pass goes on with the rest. */
    PART,
    /** All of it. */
    ALL
  }

  /** Nothing was done. */
  static TableReport idle(
      String table, Optional<Certificate> certificate, Optional<SyncException> failure) {
    return new TableReport(
        table,
        Compared.NOTHING,
        Optional.empty(),
        0,
        0,
        0,
        0,
        Optional.empty(),
        0,
        List.of(),
        failure.isPresent() ? Optional.empty() : certificate,
        failure);
  }

  public TableReport {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(compared, "compared");
    Objects.requireNonNull(horizon, "horizon");
    Objects.requireNonNull(refusal, "refusal");
    examples = List.copyOf(examples);
    Objects.requireNonNull(certificate, "certificate");
    Objects.requireNonNull(failure, "failure");
  }
}
