package dev.chirograph.spi.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.SyncException;
import dev.chirograph.spi.table.ColumnType.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RowFormatTest {

  private static final Column A = new Column("a", ColumnType.of(Kind.TEXT), true);
  private static final Column B = new Column("b", ColumnType.of(Kind.TEXT), true);
  private static final RowFormat FORMAT =
      new RowFormat(List.of(A, B), List.of(), Optional.empty(), Set.of());

  private static List<@Nullable String> cells(@Nullable String... cells) {
    return new ArrayList<>(Arrays.asList(cells));
  }

  @Test
  void differentRowsHaveDifferentTexts() {
    List<@Nullable String> texts =
        cells(null, "", "\\N", "N", "|", "\\", "\\|", "a|b", "a\\", "|a");
    Set<String> seen = new HashSet<>();
    for (String a : texts) {
      for (String b : texts) {
        assertThat(seen.add(FORMAT.text(cells(a, b)))).as("%s and %s", a, b).isTrue();
        assertThat(new RowKey(FORMAT.text(cells(a, b))).cells()).isEqualTo(cells(a, b));
      }
    }
  }

  @Test
  void theTextAndTheHashAreAsWritten() {
    assertThat(FORMAT.text(cells("a|b\\c", null))).isEqualTo("a\\|b\\\\c|\\N");
    // MD5("s|x|y") begins with these eight bytes.
    assertThat(FORMAT.hash("s", cells("x", "y"))).isEqualTo(md5OfKnownText());
  }

  private static long md5OfKnownText() {
    try {
      byte[] digest =
          java.security.MessageDigest.getInstance("MD5")
              .digest("s|x|y".getBytes(java.nio.charset.StandardCharsets.UTF_8));
      return new java.math.BigInteger(1, Arrays.copyOf(digest, 8)).longValue();
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static TableShape shape(String key, Column... columns) {
    return new TableShape("t", List.of(columns), List.of(key), Optional.empty());
  }

  private static Column id() {
    return new Column("id", ColumnType.of(Kind.INTEGER), false);
  }

  private static RowFormat agreed(ColumnType here, ColumnType there) {
    return RowFormat.agreed(
        shape("id", id(), new Column("c", here, true)),
        shape("id", id(), new Column("c", there, true)),
        ColumnRules.standard());
  }

  @Test
  void digitsOfNumbersAreFilledUpAndThoseOfSecondsCutOff() {
    assertThat(agreed(new ColumnType(Kind.DECIMAL, 2), new ColumnType(Kind.DECIMAL, 4)).columns())
        .last()
        .satisfies(column -> assertThat(column.type().text("1.5")).isEqualTo("1.5000"));
    assertThat(
            agreed(new ColumnType(Kind.TIMESTAMP, 6), new ColumnType(Kind.TIMESTAMP, 3)).columns())
        .last()
        .satisfies(
            column ->
                assertThat(column.type().text("2026-11-21 10:00:00.123999"))
                    .isEqualTo("2026-11-21 10:00:00.123"));
    assertThat(agreed(ColumnType.of(Kind.INTEGER), new ColumnType(Kind.DECIMAL, 2)).columns())
        .last()
        .satisfies(column -> assertThat(column.type().text("7")).isEqualTo("7.00"));
  }

  @Test
  void aReplicaThatWouldKeepLessIsRefusedByName() {
    assertThatThrownBy(
            () -> agreed(new ColumnType(Kind.DECIMAL, 4), new ColumnType(Kind.DECIMAL, 2)))
        .isInstanceOf(SyncException.class)
        .hasMessageContaining("'c'")
        .hasMessageContaining("DECIMAL(4)")
        .hasMessageContaining("DECIMAL(2)");
    assertThatThrownBy(() -> agreed(ColumnType.of(Kind.TEXT), ColumnType.of(Kind.INTEGER)))
        .hasMessageContaining("TEXT");
    assertThatThrownBy(
            () -> RowFormat.agreed(shape("id", id(), A), shape("id", id()), ColumnRules.standard()))
        .hasMessageContaining("'a'")
        .hasMessageContaining("no such column");
    assertThatThrownBy(
            () ->
                RowFormat.agreed(
                    shape("id", id(), A),
                    shape("id", id(), new Column("a", A.type(), false)),
                    ColumnRules.standard()))
        .hasMessageContaining("may be null");
  }

  @Test
  void ignoredColumnsAreSentAndNotCompared() {
    RowFormat format =
        RowFormat.agreed(
            shape("id", id(), A, B), shape("id", id(), A, B), ColumnRules.standard().ignore("a"));
    assertThat(format.columns()).hasSize(3);
    assertThat(format.text(cells("1", "x", "y"))).isEqualTo("1|y");
    assertThatThrownBy(
            () ->
                RowFormat.agreed(
                    shape("id", id(), A),
                    shape("id", id(), A),
                    ColumnRules.standard().ignore("id")))
        .hasMessageContaining("'id'");
  }

  @Test
  void whatIsNoValueOfItsTypeIsRefused() {
    assertThatThrownBy(() -> ColumnType.of(Kind.INTEGER).text("1.5"))
        .isInstanceOf(SyncException.class)
        .hasMessageContaining("INTEGER");
    assertThatThrownBy(() -> ColumnType.of(Kind.BOOLEAN).text("2")).hasMessageContaining("BOOLEAN");
    assertThatThrownBy(() -> new ColumnType(Kind.TEXT, 2)).hasMessageContaining("digits");
  }

  @Test
  void aShapeHasItsKeyAndMarkAmongItsColumns() {
    assertThatThrownBy(() -> shape("x", id())).hasMessageContaining("'x'");
    assertThatThrownBy(() -> shape("a", id(), A)).hasMessageContaining("may be null");
    assertThatThrownBy(() -> shape("id", id(), A, A)).hasMessageContaining("two columns");
    assertThat(shape("id", id(), A).fingerprint())
        .isEqualTo(shape("id", id(), A).fingerprint())
        .isNotEqualTo(shape("id", id(), B).fingerprint());
  }
}
