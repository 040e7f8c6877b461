package dev.chirograph.table;

import dev.chirograph.Environment;
import dev.chirograph.RateLimiter;
import dev.chirograph.SyncException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * How much work a pass may make for the databases.
 *
 * @param rowsPerSecond rows read or written; 0 for no bound
 * @param bytesPerSecond bytes of rows sent; 0 for no bound
 * @param comparing how long one {@link TableSync#run} compares a table before it leaves the rest to
 *     the next
 * @param hours when work may be done; empty for always
 * @param busy asked before each piece of work; while it says so, no new piece is begun
 */
public record Pace(
    long rowsPerSecond,
    long bytesPerSecond,
    Duration comparing,
    Optional<Hours> hours,
    BooleanSupplier busy) {

  /**
   * Hours of the day.
   *
   * @param from the first moment
   * @param to the moment after the last; before {@code from} where the night lies between
   * @param zone of both
   */
  public record Hours(LocalTime from, LocalTime to, ZoneId zone) {
    public Hours {
      Objects.requireNonNull(from, "from");
      Objects.requireNonNull(to, "to");
      Objects.requireNonNull(zone, "zone");
    }

    private boolean contain(LocalTime time) {
      boolean started = !time.isBefore(from);
      boolean ended = !time.isBefore(to);
      return from.isBefore(to) ? started && !ended : started || !ended;
    }
  }

  public Pace {
    if (rowsPerSecond < 0 || bytesPerSecond < 0) {
      throw SyncException.invalid(
          "a pace is no negative number: " + rowsPerSecond + " rows, " + bytesPerSecond + " bytes");
    }
    if (comparing.isNegative()) {
      throw SyncException.invalid("nothing takes " + comparing);
    }
    Objects.requireNonNull(hours, "hours");
    Objects.requireNonNull(busy, "busy");
  }

  /**
   * No bounds but one: a run compares each table for 5 seconds. Called every minute, that is
   * little.
   */
  public static Pace standard() {
    return new Pace(0, 0, Duration.ofSeconds(5), Optional.empty(), () -> false);
  }

  /** The same with at most so many rows, and bytes of rows, a second; 0 for no bound. */
  public Pace atMost(long rows, long bytes) {
    return new Pace(rows, bytes, comparing, hours, busy);
  }

  /** The same with another time to compare in each run. */
  public Pace comparing(Duration time) {
    return new Pace(rowsPerSecond, bytesPerSecond, time, hours, busy);
  }

  /** The same at certain hours only. */
  public Pace during(LocalTime from, LocalTime to, ZoneId zone) {
    return new Pace(
        rowsPerSecond, bytesPerSecond, comparing, Optional.of(new Hours(from, to, zone)), busy);
  }

  /** The same, and no work is begun while somebody says that the database is busy. */
  public Pace unless(BooleanSupplier isBusy) {
    return new Pace(rowsPerSecond, bytesPerSecond, comparing, hours, isBusy);
  }

  /** Keeps to a pace; safe for use by several threads. */
  static final class Keeper {
    private final Pace pace;
    private final Environment environment;
    private final Optional<RateLimiter> rows;
    private final Optional<RateLimiter> bytes;

    Keeper(Pace pace, Environment environment) {
      this.pace = pace;
      this.environment = environment;
      this.rows = limiter(pace.rowsPerSecond);
      this.bytes = limiter(pace.bytesPerSecond);
    }

    private Optional<RateLimiter> limiter(long perSecond) {
      return perSecond == 0
          ? Optional.empty()
          : Optional.of(new RateLimiter(perSecond, environment.pacing()));
    }

    Pace pace() {
      return pace;
    }

    /** Whether a piece of work may be begun. */
    boolean mayWork() {
      return pace.hours
              .map(hours -> hours.contain(LocalTime.ofInstant(now(), hours.zone())))
              .orElse(true)
          && !pace.busy.getAsBoolean();
    }

    private Instant now() {
      return environment.clock().instant();
    }

    /** Waits until so many rows may be read or written. */
    void rows(long number) {
      rows.ifPresent(limiter -> limiter.acquire(number));
    }

    /** Waits until so many bytes may be sent. */
    void bytes(long number) {
      bytes.ifPresent(limiter -> limiter.acquire(number));
    }
  }
}
