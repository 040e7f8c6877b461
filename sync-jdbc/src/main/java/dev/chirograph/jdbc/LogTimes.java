package dev.chirograph.jdbc;

import java.time.Instant;

/** Times of hosts beside those of the store, which are microseconds. */
final class LogTimes {

  private static final Instant FIRST = Database.instant(Long.MIN_VALUE);
  private static final Instant LAST = Database.instant(Long.MAX_VALUE);

  private LogTimes() {}

  /** The first microsecond that is not before an instant; the last there is, when none is. */
  static long beginning(Instant instant) {
    if (instant.isAfter(LAST)) {
      return Long.MAX_VALUE;
    }
    if (instant.isBefore(FIRST)) {
      return Long.MIN_VALUE;
    }
    long micros = Database.micros(instant);
    return Database.instant(micros).equals(instant) || micros == Long.MAX_VALUE
        ? micros
        : micros + 1;
  }
}
