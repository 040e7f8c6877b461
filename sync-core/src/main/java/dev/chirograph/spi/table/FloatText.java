package dev.chirograph.spi.table;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Floating-point numbers as the shortest decimals that give them back, written as Java writes them.
 * Java itself writes some of them longer before version 19, so two machines could disagree.
 */
final class FloatText {

  private static final int LONGEST_DOUBLE = 17;
  private static final int LONGEST_FLOAT = 9;

  /** Decimals of so many digits survive being a normal number. */
  private static final int SAFE_DOUBLE = 15;

  private static final int SAFE_FLOAT = 6;

  private FloatText() {}

  static String of(double value) {
    if (value == 0 || !Double.isFinite(value)) {
      return Double.toString(value);
    }
    BigDecimal exact = new BigDecimal(value);
    int digits = Math.abs(value) < Double.MIN_NORMAL ? 2 : SAFE_DOUBLE;
    BigDecimal shortest = exact;
    for (; digits <= LONGEST_DOUBLE; digits++) {
      shortest = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (shortest.doubleValue() == value) {
        break;
      }
    }
    return written(shortest);
  }

  static String of(float value) {
    if (value == 0 || !Float.isFinite(value)) {
      return Float.toString(value);
    }
    BigDecimal exact = new BigDecimal(value);
    int digits = Math.abs(value) < Float.MIN_NORMAL ? 2 : SAFE_FLOAT;
    BigDecimal shortest = exact;
    for (; digits <= LONGEST_FLOAT; digits++) {
      shortest = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (shortest.floatValue() == value) {
        break;
      }
    }
    return written(shortest);
  }

  /** From a thousandth to ten millions without exponent; one digit before the point otherwise. */
  private static String written(BigDecimal value) {
    BigDecimal number = value.stripTrailingZeros();
    int exponent = number.precision() - number.scale() - 1;
    if (exponent >= -3 && exponent < 7) {
      return (number.scale() < 1 ? number.setScale(1) : number).toPlainString();
    }
    String digits = number.unscaledValue().abs().toString();
    return (number.signum() < 0 ? "-" : "")
        + digits.charAt(0)
        + '.'
        + (digits.length() > 1 ? digits.substring(1) : "0")
        + 'E'
        + exponent;
  }
}
