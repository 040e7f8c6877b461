package dev.chirograph.table;

import dev.chirograph.Digest;
import dev.chirograph.spi.table.Mark;
import java.time.Instant;
import java.util.Objects;

/**
 * Proof that source and replica held the same rows up to a horizon.
 *
 * @param incarnation of the source
 * @param horizon the last version that was compared
 * @param rows the digest of all rows, which was equal on both sides
 * @param salt of the hashes
 * @param at when
 */
public record Certificate(String incarnation, Mark horizon, Digest rows, String salt, Instant at) {
  public Certificate {
    Objects.requireNonNull(incarnation, "incarnation");
    Objects.requireNonNull(horizon, "horizon");
    Objects.requireNonNull(rows, "rows");
    Objects.requireNonNull(salt, "salt");
    Objects.requireNonNull(at, "at");
  }
}
