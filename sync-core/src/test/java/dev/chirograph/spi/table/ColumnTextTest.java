package dev.chirograph.spi.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.SyncException;
import dev.chirograph.spi.table.ColumnType.Kind;
import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ColumnTextTest {

  private static final ColumnType JSON = ColumnType.of(Kind.JSON);
  private static final ColumnType DOUBLE = ColumnType.of(Kind.DOUBLE);
  private static final ColumnType FLOAT = ColumnType.of(Kind.FLOAT);

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "{ \"b\": 1, \"a\": [ true , null ] } ~ {\"a\":[true,null],\"b\":1}",
        "{\"a\":1,\"a\":2} ~ {\"a\":2}",
        "1.50 ~ 1.5",
        "100 ~ 100",
        "1e2 ~ 100",
        "-0.0 ~ 0",
        "9007199254740993 ~ 9007199254740993",
        "0.1000000000000000055511151231257827 ~ 0.1000000000000000055511151231257827",
        "1e400 ~ 1E+400",
        "\"\\u00e9\\/\" ~ \"é/\"",
        "\"a\\u0001\\n\" ~ \"a\\u0001\\n\"",
        "{} ~ {}",
        "[ ] ~ []",
        "{\"\":{}} ~ {\"\":{}}",
      })
  void jsonHasOneForm(String given, String expected) {
    assertThat(JSON.text(given)).isEqualTo(expected);
    assertThat(JSON.text(expected)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "1 2", "nul", "NaN", "{a:1}"})
  void whatIsNoJsonIsRefusedWithoutBeingTold(String given) {
    assertThatThrownBy(() -> JSON.text(given))
        .isInstanceOfSatisfying(
            SyncException.class,
            e -> assertThat(e.kind()).isEqualTo(SyncException.Kind.INVALID_ARGUMENT))
        .hasMessage("a value is no JSON");
  }

  @ParameterizedTest
  @CsvSource({
    "0.1, 0.1",
    "1, 1.0",
    "-0, -0.0",
    "0, 0.0",
    "NaN, NaN",
    "-Infinity, -Infinity",
    "1e7, 1.0E7",
    "9999999, 9999999.0",
    "0.001, 0.001",
    "0.0001, 1.0E-4",
    "1e23, 1.0E23",
    "2e23, 2.0E23",
    "4.9e-324, 4.9E-324",
    "1.7976931348623157e308, 1.7976931348623157E308",
    "2.2250738585072014e-308, 2.2250738585072014E-308",
    "9007199254740993, 9.007199254740992E15",
    "2e-3, 0.002",
    "5.684341886080801E-14, 5.684341886080801E-14"
  })
  void doublesAreTheirShortestDecimals(String given, String expected) {
    assertThat(DOUBLE.text(given)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "0.1, 0.1", "0.10000000149011612, 0.1", "16777217, 1.6777216E7", "1.4e-45, 1.4E-45",
    "3.4028235e38, 3.4028235E38", "-0, -0.0", "NaN, NaN", "1.17549435E-38, 1.1754944E-38"
  })
  void floatsToo(String given, String expected) {
    assertThat(FLOAT.text(given)).isEqualTo(expected);
  }

  @Test
  void everyNumberIsGivenBackAndNoShorterThanJavaWritesIt() {
    Random random = new Random(4711);
    for (int i = 0; i < 20_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      String text = DOUBLE.text(Double.toString(value));
      assertThat(Double.parseDouble(text)).isEqualTo(Double.valueOf(value));
      assertThat(text.length()).isLessThanOrEqualTo(Double.toString(value).length());
      float narrow = Float.intBitsToFloat(random.nextInt());
      String text4 = FLOAT.text(Float.toString(narrow));
      assertThat(Float.parseFloat(text4)).isEqualTo(Float.valueOf(narrow));
      double plain = new BigDecimal(random.nextInt(1_000_000)).movePointLeft(4).doubleValue();
      assertThat(DOUBLE.text(Double.toString(plain))).isEqualTo(Double.toString(plain));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-21 10:00:00.129, 2, 2026-11-21 10:00:00.12",
    "2026-11-21 10:00:00, 3, 2026-11-21 10:00:00.000",
    "0044-03-15 12:00:00.5 BC, 3, 0044-03-15 12:00:00.500 BC",
    "0044-03-15 12:00:00.5 BC, 0, 0044-03-15 12:00:00 BC",
    "-infinity, 3, -infinity",
    "infinity, 0, infinity"
  })
  void momentsKeepTheirDigits(String given, int digits, String expected) {
    assertThat(new ColumnType(Kind.TIMESTAMP, digits).text(given)).isEqualTo(expected);
  }

  /** Each of these would take minutes, or all memory, of whoever reads a row of somebody else. */
  @ParameterizedTest
  @ValueSource(
      strings = {"1e1000000000", "1e-1000000000", "-9e2147483647", "0e-2147483647", "1E+150001"})
  @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
  void L9_aShortTextIsNoEndlessNumber(String given) {
    for (ColumnType type :
        List.of(ColumnType.of(Kind.INTEGER), new ColumnType(Kind.DECIMAL, 2, 10))) {
      assertThatThrownBy(() -> type.text(given))
          .isInstanceOfSatisfying(
              SyncException.class,
              e -> assertThat(e.kind()).isEqualTo(SyncException.Kind.INVALID_ARGUMENT));
    }
    assertThat(JSON.text(given)).hasSizeLessThan(30);
  }

  @Test
  @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
  void L9_aLongTextIsNoNumberEither() {
    assertThat(ColumnType.of(Kind.INTEGER).text("9".repeat(131_072))).hasSize(131_072);
    assertThatThrownBy(() -> ColumnType.of(Kind.INTEGER).text("9".repeat(40_000_000)))
        .isInstanceOf(SyncException.class);
    assertThatThrownBy(() -> new ColumnType(Kind.DECIMAL, Integer.MAX_VALUE))
        .isInstanceOf(SyncException.class);
  }

  @Test
  @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
  void L9_spacesInTheMiddleAreNotLookedAtAgainAndAgain() {
    String spaces = " ".repeat(5_000_000);
    ColumnType padded = ColumnType.of(Kind.PADDED);
    assertThat(padded.text(spaces + "x")).hasSize(5_000_001);
    assertThat(padded.text("x" + spaces)).isEqualTo("x");
    assertThat(padded.text(spaces)).isEmpty();
    assertThat(padded.text(" a\u00a0\t ")).isEqualTo(" a\u00a0\t");
  }
}
