package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.spi.table.ColumnType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Values of SQLite as text: each value has a type of its own, whatever its column declares. */
final class TableSqlite {

  private static final Pattern MOMENT =
      Pattern.compile(
          "(\\d{4,}-\\d\\d-\\d\\d)(?:[ T](\\d\\d:\\d\\d)(:\\d\\d)?(\\.\\d+)?)?(?:Z|[+]00:00)?");

  private static final Pattern TIME = Pattern.compile("(\\d\\d:\\d\\d)(:\\d\\d)?(\\.\\d+)?");

  private static final Pattern NUMBER =
      Pattern.compile("\\s*[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?\\s*");

  private TableSqlite() {}

  /** SQL for a date and time with six digits of its second, which compares as it is ordered. */
  static String comparable(String value) {
    String utc = "replace(replace(replace(" + value + ", 'T', ' '), 'Z', ''), '+00:00', '')";
    return filled(utc, "substr(' 00:00:00.000000', length(" + utc + ") - 9)", 26);
  }

  /** The same for a time of day. */
  static String comparableTime(String value) {
    return filled(value, "substr(':00.000000', length(" + value + ") - 4)", 15);
  }

  private static String filled(String value, String end, int length) {
    return "substr("
        + value
        + " || case when instr("
        + value
        + ", '.') > 0 then '000000' else "
        + end
        + " end, 1, "
        + length
        + ")";
  }

  /** SQL for up to eight bytes as an unsigned number whose sign bit is flipped. */
  static String number(String bytes) {
    String hex = "(hex(" + bytes + ") || '0000000000000000')";
    return IntStream.range(0, 16)
        .mapToObj(
            digit -> {
              String value =
                  "instr('0123456789ABCDEF', substr(" + hex + ", " + (digit + 1) + ", 1)) - 1";
              return digit == 0
                  ? "(((" + value + " + 8) % 16) << 60)"
                  : "((" + value + ") << " + (60 - 4 * digit) + ")";
            })
        .collect(Collectors.joining(" | ", "case when " + bytes + " is not null then ", " end"));
  }

  /**
   * The text of a value in a column that is read as being of a type.
   *
   * @param value a number, text or bytes
   * @throws IllegalArgumentException when it is no such value
   */
  static String text(ColumnType type, Object value) {
    return switch (type.kind()) {
      case INTEGER -> type.text(number(value).toPlainString());
      case DECIMAL ->
          // A column of numbers keeps a fraction in binary, so that it has a digit too many.
          number(value).setScale(type.digits(), RoundingMode.HALF_UP).toPlainString();
      case BOOLEAN -> type.text(truth(value));
      case BYTES -> HexFormat.of().formatHex(bytes(value));
      case FLOAT, DOUBLE -> type.text(value instanceof Number ? value.toString() : text(value));
      case DATE -> date(text(value));
      case TIME -> type.text(time(text(value)));
      case TIMESTAMP, INSTANT -> type.text(moment(text(value)));
      case TEXT, PADDED, UUID, JSON ->
          type.text(value instanceof Number ? value.toString() : text(value));
    };
  }

  /**
   * Whether a text that is stored in a column is read as the same.
   *
   * @param declared the type of the column, which says whether numbers are kept as text
   */
  static boolean keeps(ColumnType type, String declared, String text) {
    return switch (type.kind()) {
      case INTEGER, BOOLEAN, FLOAT, DOUBLE, BYTES -> true; // bound as what they are
      default -> {
        try {
          yield text(type, stored(declared.toUpperCase(Locale.ROOT), text)).equals(text);
        } catch (IllegalArgumentException | SyncException e) {
          yield false;
        }
      }
    };
  }

  /** What a column makes of a text: one that keeps no texts makes numbers of those that are. */
  private static Object stored(String declared, String text) {
    boolean asText =
        !declared.contains("INT")
            && Stream.of("CHAR", "CLOB", "TEXT", "BLOB").anyMatch(declared::contains);
    if (asText || declared.isEmpty() || !NUMBER.matcher(text).matches()) {
      return text;
    }
    double number = Double.parseDouble(text.strip());
    try {
      return Long.valueOf(text.strip());
    } catch (NumberFormatException e) {
      boolean whole = number == Math.rint(number) && Math.abs(number) < 1L << 62;
      return whole ? (Object) (long) number : (Object) number;
    }
  }

  private static BigDecimal number(Object value) {
    return new BigDecimal(value instanceof Number ? value.toString() : text(value).strip());
  }

  private static String truth(Object value) {
    return switch (value.toString().toLowerCase(Locale.ROOT)) {
      case "0", "false", "0.0" -> "0";
      case "1", "true", "1.0" -> "1";
      default -> throw new IllegalArgumentException("neither true nor false");
    };
  }

  private static byte[] bytes(Object value) {
    if (value instanceof byte[] bytes) {
      return bytes;
    }
    return text(value).getBytes(StandardCharsets.UTF_8);
  }

  private static String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException("it is stored as " + value.getClass().getSimpleName());
  }

  private static String date(String value) {
    try {
      String date = moment(value).substring(0, value.indexOf('-', 1) + 6);
      LocalDate.parse(date);
      return date;
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("no date", e);
    }
  }

  private static String time(String value) {
    Matcher time = TIME.matcher(value);
    if (!time.matches()) {
      throw new IllegalArgumentException("no time");
    }
    return time.group(1) + or(time.group(2), ":00") + or(time.group(3), "");
  }

  /** Written in the order of years to seconds, as SQLite's own functions write it. */
  private static String moment(String value) {
    Matcher moment = MOMENT.matcher(value);
    if (!moment.matches()) {
      throw new IllegalArgumentException("no date and time");
    }
    return moment.group(1)
        + " "
        + or(moment.group(2), "00:00")
        + or(moment.group(3), ":00")
        + or(moment.group(4), "");
  }

  private static String or(@Nullable String value, String other) {
    return value == null ? other : value;
  }
}
