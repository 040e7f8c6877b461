package dev.chirograph.spi.table;

import dev.chirograph.SyncException;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.HexFormat;
import java.util.Locale;

/**
 * The version of a row in the order in which rows were changed: a whole number, a time in
 * microseconds since 1970, or up to eight bytes as an unsigned number with its sign bit flipped.
 *
 * @param value compared as a signed number
 */
public record Mark(long value) implements Comparable<Mark> {

  /** Before every row. */
  public static final Mark FIRST = new Mark(Long.MIN_VALUE);

  /** Not before any row. */
  public static final Mark LAST = new Mark(Long.MAX_VALUE);

  private static final long MILLION = 1_000_000;

  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);

  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .append(SECONDS)
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .toFormatter(Locale.ROOT);

  /** Whether values of a type can be versions. */
  public static boolean isOrdered(ColumnType type) {
    return switch (type.kind()) {
      case INTEGER -> true;
      case TIMESTAMP, INSTANT -> type.digits() <= 6;
      case BYTES -> type.size() > 0 && type.size() <= Long.BYTES;
      default -> false;
    };
  }

  /**
   * The version that a cell holds.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when it is none
   */
  public static Mark of(ColumnType type, String cell) {
    try {
      return switch (type.kind()) {
        case INTEGER -> new Mark(Long.parseLong(cell));
        case TIMESTAMP, INSTANT -> new Mark(micros(LocalDateTime.parse(cell, TIME)));
        case BYTES -> new Mark(Long.parseUnsignedLong(padded(cell), 16) ^ Long.MIN_VALUE);
        default -> throw new NumberFormatException("a " + type + " has no order of versions");
      };
    } catch (DateTimeException | NumberFormatException | ArithmeticException e) {
      throw new SyncException(
          SyncException.Kind.INVALID_ARGUMENT, "a value of " + type + " holds no version", e);
    }
  }

  private static long micros(LocalDateTime time) {
    long seconds = time.toEpochSecond(ZoneOffset.UTC);
    return Math.addExact(
        Math.multiplyExact(seconds, MILLION), time.get(ChronoField.MICRO_OF_SECOND));
  }

  /** Shorter ones sort as if zero bytes followed. */
  private static String padded(String hex) {
    return hex + "0".repeat(Math.max(0, 2 * Long.BYTES - hex.length()));
  }

  /** The text of a cell of this type that holds this version. */
  public String cell(ColumnType type) {
    return switch (type.kind()) {
      case TIMESTAMP, INSTANT ->
          type.text(
              LocalDateTime.ofEpochSecond(
                      Math.floorDiv(value, MILLION),
                      (int) Math.floorMod(value, MILLION) * 1_000,
                      ZoneOffset.UTC)
                  .format(TIME));
      case BYTES ->
          HexFormat.of().toHexDigits(value ^ Long.MIN_VALUE).substring(0, 2 * type.size());
      default -> Long.toString(value);
    };
  }

  @Override
  public int compareTo(Mark other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
