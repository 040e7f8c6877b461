package dev.chirograph.spi.table;

import java.util.Objects;

/**
 * What is hashed and how.
 *
 * @param format the columns
 * @param salt what every hash begins with: another one for each pass, so that two rows that happen
 *     to have one hash do not have it again
 * @param horizon rows of later versions are left out
 */
public record Selection(RowFormat format, String salt, Mark horizon) {
  public Selection {
    Objects.requireNonNull(format, "format");
    Objects.requireNonNull(salt, "salt");
    Objects.requireNonNull(horizon, "horizon");
  }
}
