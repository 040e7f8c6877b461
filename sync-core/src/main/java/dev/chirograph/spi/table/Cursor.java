package dev.chirograph.spi.table;

import java.util.Objects;
import java.util.Optional;

/**
 * How far a replica has caught up: all rows up to this one, in the order of versions and of the
 * source's keys, are in it.
 *
 * @param mark the version of the last row
 * @param key the last row; empty when every row of that version is in it
 * @param incarnation of the source of which this is true
 */
public record Cursor(Mark mark, Optional<RowKey> key, String incarnation) {
  public Cursor {
    Objects.requireNonNull(mark, "mark");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(incarnation, "incarnation");
  }
}
