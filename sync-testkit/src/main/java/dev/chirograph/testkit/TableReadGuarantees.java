package dev.chirograph.testkit;

import static dev.chirograph.testkit.TableShapes.BYTES_KEY;
import static dev.chirograph.testkit.TableShapes.COMPOSITE;
import static dev.chirograph.testkit.TableShapes.EVERYTHING;
import static dev.chirograph.testkit.TableShapes.INVOICE;
import static dev.chirograph.testkit.TableShapes.KEYLESS;
import static dev.chirograph.testkit.TableShapes.ROWVERSION;
import static dev.chirograph.testkit.TableShapes.TEXT_KEY;
import static dev.chirograph.testkit.TableShapes.TIMED;
import static dev.chirograph.testkit.TableShapes.UNRANGED;
import static dev.chirograph.testkit.TableShapes.UUID_KEY;
import static dev.chirograph.testkit.TableSubject.NO_LIMIT;
import static dev.chirograph.testkit.TableSubject.SALT;
import static dev.chirograph.testkit.TableSubject.keys;
import static dev.chirograph.testkit.TableSubject.times;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Digest;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.ColumnType.Kind;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.TableShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Rows, hashes and digests are what formats say: TAB-1. */
abstract class TableReadGuarantees extends TableHarness {

  /** Texts that some database takes for one. */
  static final List<String> TEXTS =
      List.of(
          "a", "A", "a ", "a  ", " a", "ä", "a\u0308", "ß", "ss", "a|b", "a\\|b", "a\\b", "|", "\\",
          "\\N", "N", "😀", "😁", "0", "00", "%", "_", "'", "\"", "\t", "a\nb", "a\r\nb", "");

  @Test
  void TAB_1_rowsAndHashesAreTheSameWhateverTheDatabase() {
    TableSubject table = open(INVOICE);
    agrees(
        table,
        table.put("1", "a|b\\c", "1.5", "10"),
        table.put("2", null, null, "11"),
        table.put("3", "", "-0.05", "12"),
        table.put("4", " trailing ", "12345678.90", "13"),
        table.put("5", "é 𝄞 e\u0301", "0", "14"),
        table.put("-6", "\\N", "-0", "-15"),
        table.put("9223372036854775807", "x".repeat(100_000), "0.01", "9223372036854775806"));
  }

  @Test
  void TAB_1_everyColumnMayBeNullOrAsEmptyAsItsTypeAllows() {
    TableSubject table = open(EVERYTHING);
    List<Row> rows = new ArrayList<>();
    rows.add(table.put("1", null, null, null, null, null, null, null, null, null, null, "1"));
    List<@Nullable String> values =
        List.of(
            "",
            "0",
            "0.00",
            "0",
            "",
            "00000000-0000-0000-0000-000000000000",
            "1970-01-01",
            "00:00:00.000",
            "1970-01-01 00:00:00.000000",
            "1970-01-02 00:00:00.000");
    for (int i = 0; i < values.size(); i++) {
      @Nullable String[] cells = new @Nullable String[12];
      cells[0] = "" + (i + 2);
      cells[i + 1] = values.get(i);
      cells[11] = "" + (i + 2);
      rows.add(table.put(cells));
    }
    agrees(table, rows.toArray(Row[]::new));
    assertThat(table.manifest(List.of(table.whole()), 100).stream().map(RowVersion::hash))
        .doesNotHaveDuplicates();
  }

  @Test
  void TAB_1_valuesAtTheEdgesOfTheirTypes() {
    TableSubject table = open(EVERYTHING);
    agrees(
        table,
        table.put(
            "1",
            "e\u0301 é ﬁ \u200b 𝄞",
            "-9223372036854775808",
            "-999999999999.99",
            "1",
            "00ff7f80",
            "ffffffff-ffff-4fff-bfff-ffffffffffff",
            "9999-12-31",
            "23:59:59.999",
            "9999-12-31 23:59:59.999999",
            "2037-12-31 23:59:59.999",
            "1"),
        table.put(
            "2",
            "line\nfeed\ttab\u0001",
            "9223372036854775807",
            "999999999999.99",
            "0",
            "00",
            "01234567-89ab-4def-8123-456789abcdef",
            "1582-10-15",
            "00:00:00.001",
            "2026-03-29 02:30:00.000001",
            "2026-10-25 01:30:00.5",
            "2"));
  }

  @Test
  void TAB_1_aColumnIsWrittenAsTheFormatHasIt() {
    TableSubject table = open(EVERYTHING);
    List<Column> other = new ArrayList<>();
    for (Column column : EVERYTHING.columns()) {
      ColumnType type =
          switch (column.name()) {
            case "d" -> new ColumnType(Kind.DECIMAL, 4);
            case "ti" -> new ColumnType(Kind.TIME, 0);
            case "ts" -> new ColumnType(Kind.TIMESTAMP, 1);
            case "moment" -> new ColumnType(Kind.INSTANT, 0);
            default -> column.type();
          };
      other.add(new Column(column.name(), type, column.nullable()));
    }
    TableShape wanted = new TableShape("other", other, EVERYTHING.key(), EVERYTHING.mark());
    RowFormat format =
        RowFormat.agreed(
            table.table.shape(),
            wanted,
            ColumnRules.standard()
                .allowNarrower(other.stream().map(Column::name).toArray(String[]::new)));
    @Nullable String[] cells = {
      "1",
      null,
      null,
      "1.25",
      null,
      null,
      null,
      null,
      "10:11:12.999",
      "2026-01-01 00:00:00.199999",
      "2026-01-01 00:00:00.999",
      "1"
    };
    table.put(cells);
    Row expected = TableSubject.written(format, Arrays.asList(cells));
    assertThat(expected.cells())
        .contains("1.2500", "10:11:12", "2026-01-01 00:00:00.1", "2026-01-01 00:00:00");
    assertThat(table.table.rows(format, List.of(expected.key()), NO_LIMIT))
        .containsExactly(Optional.of(expected));
    Selection selection = new Selection(format, SALT, Mark.LAST);
    assertThat(table.table.digests(selection, List.of(TableSubject.ALL)))
        .containsExactly(Digest.of(format.hash(SALT, expected.cells())));
    assertThat(table.table.find(selection, List.of(expected.key())))
        .containsExactly(Optional.of(TableSubject.version(format, SALT, expected)));
  }

  @Test
  void TAB_1_columnsThatAreIgnoredOrLeftOutDoNotCount() {
    TableSubject table = open(INVOICE);
    table.put("1", "one", "1", "1");
    RowFormat ignored =
        RowFormat.agreed(
            table.table.shape(), table.table.shape(), ColumnRules.standard().ignore("customer"));
    RowFormat leftOut =
        RowFormat.agreed(
            table.table.shape(), table.table.shape(), ColumnRules.standard().leaveOut("customer"));
    List<Digest> before = List.of(digest(table, ignored, SALT), digest(table, leftOut, SALT));
    table.put("1", "other", "1", "1");
    assertThat(List.of(digest(table, ignored, SALT), digest(table, leftOut, SALT)))
        .isEqualTo(before);
    Row row = table.found(table.row("1", null, null, "1").key()).orElseThrow();
    assertThat(table.table.rows(ignored, List.of(row.key()), NO_LIMIT).get(0).orElseThrow().cells())
        .containsExactly("1", "other", "1.00", "1");
    assertThat(table.table.rows(leftOut, List.of(row.key()), NO_LIMIT).get(0).orElseThrow().cells())
        .containsExactly("1", "1.00", "1");
  }

  @Test
  void TAB_1_theSaltChangesEveryHash() {
    TableSubject table = filled(open(INVOICE), 1, 3);
    Digest other = digest(table, table.format, "another salt");
    assertThat(other.count()).isEqualTo(3);
    assertThat(other).isNotEqualTo(table.digest(table.whole()));
    Row row = invoices(table, 2, 2).get(0);
    assertThat(
            table
                .table
                .find(new Selection(table.format, "", Mark.LAST), List.of(row.key()))
                .get(0)
                .orElseThrow()
                .hash())
        .isEqualTo(table.format.hash("", row.cells()));
  }

  private static Digest digest(TableSubject table, RowFormat format, String salt) {
    return table
        .table
        .digests(new Selection(format, salt, Mark.LAST), List.of(TableSubject.ALL))
        .get(0);
  }

  // ---- keys

  @Test
  void TAB_1_keysOfSeveralColumns() {
    TableSubject table = open(COMPOSITE);
    List<Row> rows = new ArrayList<>();
    int version = 0;
    for (String region : List.of("a", "a|1", "a\\", "a\\|1", "", "|", "1")) {
      for (int id : List.of(1, 11, -1)) {
        rows.add(table.put("" + id, "value", region, "" + ++version));
      }
    }
    agrees(table, rows.toArray(Row[]::new));
  }

  @Test
  void TAB_1_keysOfText() {
    TableSubject table = open(TEXT_KEY);
    texts(table, true);
  }

  @Test
  void TAB_1_keysOfTextWithoutVersions() {
    TableSubject table = open(UNRANGED);
    texts(table, false);
  }

  private static void texts(TableSubject table, boolean versions) {
    List<Row> rows = new ArrayList<>();
    for (String text : TEXTS) {
      rows.add(
          versions
              ? table.put(text, "value of " + text, "" + (rows.size() + 1))
              : table.put(text, "value of " + text));
    }
    agrees(table, rows.toArray(Row[]::new));
  }

  @Test
  void TAB_1_keysThatAreUuids() {
    TableSubject table = open(UUID_KEY);
    agrees(
        table,
        table.put("00000000-0000-4000-8000-000000000000", "a", "1"),
        table.put("ffffffff-ffff-4fff-bfff-ffffffffffff", "b", "2"),
        table.put("7fffffff-ffff-4fff-8fff-ffffffffffff", "c", "3"));
  }

  @Test
  void TAB_1_keysThatAreBytes() {
    TableSubject table = open(BYTES_KEY);
    agrees(
        table,
        table.put("00", "a", "1"),
        table.put("0000", "b", "2"),
        table.put("7f", "c", "3"),
        table.put("80", "d", "4"),
        table.put("ff00ff", "e", "5"),
        table.put("5c4e7c", "f", "6"));
  }

  @Test
  void TAB_1_rowsWithoutKeyAreCounted() {
    TableSubject table = open(KEYLESS);
    for (int i = 0; i < 3; i++) {
      table.put("three times", "1");
    }
    table.put(null, null);
    table.put(null, null);
    table.put("", null);
    table.put(null, "1");
    table.put("once", "1");
    agrees(
        table,
        times(3, table.row("three times", "1")),
        times(2, table.row(null, null)),
        table.row("", null),
        table.row(null, "1"),
        table.row("once", "1"));
    assertThat(table.table.info().rows()).isEqualTo(8);
  }

  // ---- versions

  @Test
  void TAB_1_versionsThatAreTimes() {
    TableSubject table = open(TIMED);
    Row first = table.put("1", "a", "1969-12-31 23:59:59.999999");
    Row second = table.put("2", "b", "2026-11-21 15:16:17.000001");
    assertThat(first.mark()).isEqualTo(new Mark(-1));
    agrees(table, first, second, table.put("3", "c", "2026-11-21 15:16:17"));
    assertThat(table.table.info().last()).contains(second.mark());
  }

  @Test
  void TAB_1_versionsThatAreBytes() {
    TableSubject table = open(ROWVERSION);
    Row last = table.put("2", "b", "ff00000000000001");
    agrees(
        table,
        table.put("1", "a", "0000000000000001"),
        last,
        table.put("3", "c", "7fffffffffffffff"));
    assertThat(table.table.info().last()).contains(last.mark());
  }

  /** Everything that tells of rows tells of these. */
  static void agrees(TableSubject table, Row... rows) {
    List<Row> expected = List.of(rows);
    assertThat(table.rows(keys(expected))).isEqualTo(expected.stream().map(Optional::of).toList());
    assertThat(table.table.find(table.everything(), keys(expected)))
        .isEqualTo(table.versions(expected).stream().map(Optional::of).toList());
    assertThat(table.manifest(List.of(table.whole()), 5))
        .containsExactlyInAnyOrderElementsOf(table.versions(expected));
    assertThat(table.digest(table.whole())).isEqualTo(table.digest(expected));
    assertThat(table.table.info().rows()).isEqualTo(expected.stream().mapToLong(Row::count).sum());
  }
}
