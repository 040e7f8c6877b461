package dev.chirograph.table;

import dev.chirograph.Digest;
import dev.chirograph.spi.table.Mark;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * Proof that source and replica held the same rows up to a horizon: the conjunction of its ranges.
 *
 * @param incarnation of the source
 * @param horizon the last version that was compared
 * @param salt of the hashes
 * @param ranges which make up the whole table, the one compared first at the front
 */
public record Certificate(String incarnation, Mark horizon, String salt, List<Range> ranges) {

  /**
   * A part of a table that was found equal.
   *
   * @param part says which rows they are
   * @param digest of its rows on both sides
   * @param at when it was found equal
   */
  public record Range(String part, Digest digest, Instant at) {
    public Range {
      Objects.requireNonNull(part, "part");
      Objects.requireNonNull(digest, "digest");
      Objects.requireNonNull(at, "at");
    }
  }

  public Certificate {
    Objects.requireNonNull(incarnation, "incarnation");
    Objects.requireNonNull(horizon, "horizon");
    Objects.requireNonNull(salt, "salt");
    ranges = List.copyOf(ranges);
  }

  /** The digest of all rows. */
  public Digest digest() {
    return ranges.stream().map(Range::digest).reduce(Digest.EMPTY, Digest::plus);
  }

  /** When the last range was found equal. */
  public Instant at() {
    return ranges.stream().map(Range::at).max(Instant::compareTo).orElse(Instant.EPOCH);
  }
}
