package dev.chirograph.table;

import dev.chirograph.spi.table.Row;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Why a row is in the replica as it is, or is not.
 *
 * @param source the row in the source; empty when it is not there
 * @param replica the row in the replica, under the names of the source's columns; empty when it is
 *     not there
 * @param differing the columns that are compared and differ
 * @param verdict what a run would do about it
 * @param why the same as a sentence
 */
public record RowExplanation(
    Optional<Row> source,
    Optional<Row> replica,
    List<String> differing,
    Verdict verdict,
    String why) {

  /** What a run would do about a row. */
  public enum Verdict {
    /** Nothing: both sides have it, and it is the same. */
    EQUAL,
    /** Nothing: neither side has it. */
    NOWHERE,
    /** It would be sent: the replica lacks it, or has it otherwise. */
    SENT,
    /** Nothing yet: the horizon of the source has not reached it. */
    WAITS,
    /** It would be deleted, within the limit of deletes. */
    DELETED,
    /** Nothing yet: the replica refused it, and its next try has not come. */
    HELD
  }

  public RowExplanation {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(replica, "replica");
    differing = List.copyOf(differing);
    Objects.requireNonNull(verdict, "verdict");
    Objects.requireNonNull(why, "why");
  }
}
