package dev.chirograph.spi.table;

import dev.chirograph.SyncException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * How the values of a column are written as text: the text is the same in every database and in
 * Java, so that it can be compared, hashed and sent.
 *
 * @param kind what the values are
 * @param digits behind the decimal point, of seconds or of numbers; 0 for kinds that have none
 * @param size the most that a value has: decimal digits of a number, on both sides of its point;
 *     characters of a text; bytes; 0 where the database sets no bound, and for other kinds
 */
public record ColumnType(Kind kind, int digits, int size) {

  /** What the values of a column are, and their text. */
  public enum Kind {
    /** Whole numbers in decimal: {@code -17}. */
    INTEGER,
    /** Numbers with a fixed number of digits behind the point, no exponent: {@code 1.50}. */
    DECIMAL,
    /** {@code 0} or {@code 1}. */
    BOOLEAN,
    /** Text as it is. */
    TEXT,
    /** Text whose trailing spaces mean nothing, without them. */
    PADDED,
    /** Bytes; as text in lower-case hexadecimal. */
    BYTES,
    /** Lower case, 36 characters. */
    UUID,
    /** {@code 2026-11-21}. */
    DATE,
    /** {@code 23:59:59.123}, cut off behind the digits. */
    TIME,
    /** Date and time that no zone is known of: {@code 2026-11-21 23:59:59.123}. */
    TIMESTAMP,
    /** A moment, written like a {@link #TIMESTAMP} in UTC. */
    INSTANT,
    /** The shortest decimal that gives the same 32-bit float, as Java writes it. */
    FLOAT,
    /** The shortest decimal that gives the same 64-bit float, as Java writes it. */
    DOUBLE,
    /**
     * JSON without spaces, the members of objects in the order of their names, numbers by their
     * value.
     */
    JSON
  }

  private static final String BEFORE = " BC";

  /**
   * No database has longer numbers. The time to read one grows with the square of its digits, and
   * that of writing out {@code 1e999999999} has no end.
   */
  private static final int LONGEST_NUMBER = 150_000;

  private static final Set<Kind> WITH_DIGITS =
      EnumSet.of(Kind.DECIMAL, Kind.TIME, Kind.TIMESTAMP, Kind.INSTANT);

  private static final Set<Kind> TIMES = EnumSet.of(Kind.TIME, Kind.TIMESTAMP, Kind.INSTANT);

  /** Databases write these in ways of their own. */
  private static final Set<Kind> HASHED_HERE =
      EnumSet.of(Kind.PADDED, Kind.FLOAT, Kind.DOUBLE, Kind.JSON);

  private static final Set<Kind> WITH_SIZE =
      EnumSet.of(Kind.INTEGER, Kind.DECIMAL, Kind.TEXT, Kind.PADDED, Kind.BYTES);

  public ColumnType {
    Objects.requireNonNull(kind, "kind");
    if (size < 0 || (size > 0 && !WITH_SIZE.contains(kind))) {
      throw SyncException.invalid("a column of " + kind + " has no size of " + size);
    }
    if (digits < 0 || (digits > 0 && !WITH_DIGITS.contains(kind))) {
      throw SyncException.invalid("a column of " + kind + " has no " + digits + " digits");
    }
    if (digits > LONGEST_NUMBER) {
      throw SyncException.invalid(
          "a number has at most " + LONGEST_NUMBER + " digits, not " + digits);
    }
    if (TIMES.contains(kind) && digits > 9) {
      throw SyncException.invalid("a second has at most 9 digits, not " + digits);
    }
  }

  /** A type without bound. */
  public ColumnType(Kind kind, int digits) {
    this(kind, digits, 0);
  }

  /** A kind without digits or bound. */
  public static ColumnType of(Kind kind) {
    return new ColumnType(kind, 0, 0);
  }

  /**
   * Whether this type, the replica's, has room for every value of another, the source's, as far as
   * sizes tell.
   */
  public boolean hasRoomFor(ColumnType source) {
    if (size == 0 || !WITH_SIZE.contains(source.kind)) {
      return true;
    }
    return source.size > 0 && source.size - source.digits <= size - digits;
  }

  /** Whether every database can write this text by itself; otherwise rows are hashed in Java. */
  public boolean isSameInSql() {
    return !HASHED_HERE.contains(kind);
  }

  /**
   * The type, no wider than this one, in which the values of this one and another, the replica's,
   * can be compared; empty where there is none, or the replica would keep fewer digits of a number.
   *
   * <p>Digits of numbers are filled up; those of seconds are cut off to the fewer.
   */
  public Optional<ColumnType> common(ColumnType replica) {
    if (kind == replica.kind) {
      if (kind == Kind.DECIMAL && digits > replica.digits) {
        return Optional.empty();
      }
      int fewer = Math.min(digits, replica.digits);
      int more = Math.max(digits, replica.digits);
      return Optional.of(
          kind == Kind.DECIMAL ? new ColumnType(kind, more) : new ColumnType(kind, fewer, size));
    }
    return commonOfKinds(replica).map(type -> new ColumnType(type.kind, type.digits));
  }

  private Optional<ColumnType> commonOfKinds(ColumnType replica) {
    return switch (kind) {
      case INTEGER ->
          replica.kind == Kind.DECIMAL || replica.kind == Kind.BOOLEAN
              ? Optional.of(replica)
              : Optional.empty();
      case BOOLEAN -> replica.kind == Kind.INTEGER ? Optional.of(replica) : Optional.empty();
      case UUID, DATE -> replica.kind == Kind.TEXT ? Optional.of(replica) : Optional.empty();
      case TEXT ->
          replica.kind == Kind.UUID || replica.kind == Kind.PADDED
              ? Optional.of(replica)
              : Optional.empty();
      case PADDED -> replica.kind == Kind.TEXT ? Optional.of(this) : Optional.empty();
      case FLOAT -> replica.kind == Kind.DOUBLE ? Optional.of(this) : Optional.empty();
      case DECIMAL, BYTES, TIME, TIMESTAMP, INSTANT, DOUBLE, JSON -> Optional.empty();
    };
  }

  /**
   * The text of a value of this type, given the text of one that has this as {@link #common} type.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when the text is no such value
   */
  public String text(String value) {
    try {
      return switch (kind) {
        case INTEGER -> number(value).toBigIntegerExact().toString();
        case DECIMAL -> number(value).setScale(digits, RoundingMode.UNNECESSARY).toPlainString();
        case BOOLEAN -> truth(value);
        case PADDED -> withoutTrailingSpaces(value);
        case UUID -> value.toLowerCase(Locale.ROOT);
        case TIME, TIMESTAMP, INSTANT -> seconds(value);
        case FLOAT -> FloatText.of(Float.parseFloat(value));
        case DOUBLE -> FloatText.of(Double.parseDouble(value));
        case JSON -> JsonText.of(value);
        case TEXT, BYTES, DATE -> value;
      };
    } catch (ArithmeticException | NumberFormatException e) {
      throw new SyncException(SyncException.Kind.INVALID_ARGUMENT, "a value is no " + this, e);
    }
  }

  private static BigDecimal number(String value) {
    if (value.length() > LONGEST_NUMBER) {
      throw new NumberFormatException("too long");
    }
    BigDecimal number = new BigDecimal(value);
    if (Math.abs((long) number.scale()) > LONGEST_NUMBER) {
      throw new NumberFormatException("too many zeros");
    }
    return number;
  }

  /** In one go: a pattern tries each of many spaces in the middle anew. */
  private static String withoutTrailingSpaces(String value) {
    int end = value.length();
    while (end > 0 && value.charAt(end - 1) == ' ') {
      end--;
    }
    return value.substring(0, end);
  }

  private static String truth(String value) {
    if (!value.equals("0") && !value.equals("1")) {
      throw new NumberFormatException("neither 0 nor 1");
    }
    return value;
  }

  /**
   * Cut off behind the digits, or filled up with zeros. A moment before our era has BC behind it,
   * and what is infinite has no digits.
   */
  private String seconds(String value) {
    if (value.endsWith("infinity")) {
      return value;
    }
    if (value.endsWith(BEFORE)) {
      return seconds(value.substring(0, value.length() - BEFORE.length())) + BEFORE;
    }
    int point = value.indexOf('.');
    String whole = point < 0 ? value : value.substring(0, point);
    String fraction = point < 0 ? "" : value.substring(point + 1);
    if (digits == 0) {
      return whole;
    }
    return whole
        + '.'
        + (fraction.length() >= digits
            ? fraction.substring(0, digits)
            : fraction + "0".repeat(digits - fraction.length()));
  }

  @Override
  public String toString() {
    String text = kind.toString();
    if (WITH_DIGITS.contains(kind)) {
      text += "(" + digits + ")";
    }
    return size > 0 ? text + " of at most " + size : text;
  }
}
