package dev.chirograph.testkit;

import static dev.chirograph.testkit.TableShapes.COLLATED;
import static dev.chirograph.testkit.TableShapes.COMPOSITE;
import static dev.chirograph.testkit.TableShapes.INVOICE;
import static dev.chirograph.testkit.TableShapes.KEYLESS;
import static dev.chirograph.testkit.TableShapes.TEXT_KEY;
import static dev.chirograph.testkit.TableSubject.keys;
import static dev.chirograph.testkit.TableSubject.times;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Rows are found by their keys, and only by these: TAB-4. */
abstract class TableLookupGuarantees extends TableSliceGuarantees {

  private static RowKey key(long id) {
    return new RowKey("" + id);
  }

  @Test
  void TAB_4_rowsAreFoundByTheirKeysInTheOrderAskedFor() {
    TableSubject table = filled(open(INVOICE), 1, 3);
    List<Row> rows = invoices(table, 1, 3);
    List<RowKey> keys = List.of(key(2), key(7), key(1), key(2));
    assertThat(table.rows(keys))
        .containsExactly(
            Optional.of(rows.get(1)),
            Optional.empty(),
            Optional.of(rows.get(0)),
            Optional.of(rows.get(1)));
    assertThat(table.table.find(table.everything(), keys))
        .isEqualTo(table.rows(keys).stream().map(row -> row.map(table::version)).toList());
    assertThat(table.rows(List.of())).isEmpty();
    assertThat(table.table.find(table.everything(), List.of())).isEmpty();
  }

  @Test
  void TAB_4_whatLiesBeyondTheHorizonIsFoundAllTheSame() {
    TableSubject table = filled(open(INVOICE), 1, 3);
    assertThat(table.table.find(table.upTo(1), List.of(key(3), key(7))))
        .containsExactly(
            Optional.of(table.version(invoices(table, 3, 3).get(0))), Optional.empty());
  }

  @Test
  void TAB_4_keysOfTextAreComparedExactly() {
    exactly(open(TEXT_KEY));
  }

  @Test
  void TAB_4_howeverLenientlyTheColumnCompares() {
    exactly(open(COLLATED));
  }

  /** Of what a collation may take for one, only what is there is found. */
  private static void exactly(TableSubject table) {
    for (String text : List.of("Käse", "b ", "", "c|d")) {
      table.put(text, "v", "1");
    }
    List<RowKey> others = new ArrayList<>();
    for (String text : List.of("käse", "Kase", "Ka\u0308se", "b", "b  ", " ", "C|d", "c|d ")) {
      others.add(table.row(text, "v", "1").key());
    }
    assertThat(table.rows(others)).hasSize(others.size()).containsOnly(Optional.empty());
    assertThat(table.table.find(table.everything(), others))
        .hasSize(others.size())
        .containsOnly(Optional.empty());
    assertThat(table.found(table.row("Käse", null, "1").key())).isPresent();
    assertThat(table.found(table.row("b ", null, "1").key())).isPresent();
  }

  @Test
  void TAB_4_aKeyIsFoundAsItIsWrittenOnly() {
    TableSubject table = filled(open(INVOICE), 1, 3);
    List<RowKey> others = List.of(new RowKey("01"), new RowKey("+1"), new RowKey("-1"));
    assertThat(table.rows(others)).hasSize(3).containsOnly(Optional.empty());
  }

  @Test
  void TAB_4_allColumnsOfAKeyCount() {
    TableSubject table = open(COMPOSITE);
    Row row = table.put("1", "v", "north", "1");
    table.put("2", "v", "south", "2");
    Row crossed = table.row("2", "v", "north", "1");
    assertThat(table.rows(List.of(crossed.key(), row.key())))
        .containsExactly(Optional.empty(), Optional.of(row));
  }

  @Test
  void TAB_4_rowsWithoutKeyAreFoundByWhatTheyHold() {
    TableSubject table = open(KEYLESS);
    table.put("twice", null);
    table.put("twice", null);
    Row twice = times(2, table.row("twice", null));
    List<RowKey> keys = List.of(table.row("twice", "0").key(), twice.key());
    assertThat(table.rows(keys)).containsExactly(Optional.empty(), Optional.of(twice));
    assertThat(table.table.find(table.everything(), keys))
        .containsExactly(Optional.empty(), Optional.of(table.version(twice)));
  }

  @Test
  void TAB_4_asManyKeysAsAManifestNames() {
    TableSubject table = filled(open(INVOICE), 1, 50);
    List<RowKey> keys =
        new ArrayList<>(
            IntStream.rangeClosed(1, 5_000).mapToObj(TableLookupGuarantees::key).toList());
    Collections.reverse(keys);
    List<Optional<RowVersion>> found = table.table.find(table.everything(), keys);
    assertThat(found).hasSize(5_000);
    assertThat(found.subList(0, 4_950)).containsOnly(Optional.empty());
    List<Row> rows = new ArrayList<>(invoices(table, 1, 50));
    Collections.reverse(rows);
    assertThat(found.subList(4_950, 5_000))
        .isEqualTo(table.versions(rows).stream().map(Optional::of).toList());
  }

  @Test
  void TAB_4_rowsComeInSoManyBytes() {
    TableSubject table = open(INVOICE);
    List<Row> rows = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      rows.add(table.put("" + i, "x".repeat(10_000), "1", "" + i));
    }
    List<RowKey> keys = new ArrayList<>(keys(rows));
    keys.add(1, key(7));
    List<Optional<Row>> all = table.rows(keys);
    assertThat(all).hasSize(6);
    for (long bytes : new long[] {1, 10_000, 25_000, 35_000, 1_000_000}) {
      List<Optional<Row>> some = table.table.rows(table.format, keys, bytes);
      assertThat(some).isNotEmpty().isEqualTo(all.subList(0, some.size()));
      long size = some.stream().flatMap(Optional::stream).mapToLong(Row::bytes).sum();
      assertThat(size).isLessThan(bytes + 25_000);
    }
    assertThat(table.table.rows(table.format, keys, 1)).hasSizeLessThan(4);
    assertThat(table.table.rows(table.format, keys, 1_000_000)).hasSize(6);
  }

  @Test
  void TAB_4_aRowThatWasDeletedIsAbsentAndOneThatMovedIsNot() {
    TableSubject table = filled(open(INVOICE), 1, 3);
    table.remove(invoices(table, 2, 2).get(0));
    Row moved = table.put("1", "moved", "1", "99");
    assertThat(table.rows(List.of(key(1), key(2))))
        .containsExactly(Optional.of(moved), Optional.empty());
  }

  @Test
  void theShapeIsWhatWasAskedFor() {
    TableSubject table = open(INVOICE);
    assertThat(table.table.shape().columns()).extracting(Column::name).contains("id", "version");
    assertThat(table.table.shape().key()).containsExactly("id");
    assertThat(table.table.shape().mark()).contains("version");
    assertThat(table.table.info().fingerprint()).isEqualTo(table.table.shape().fingerprint());
  }

  @Test
  void infoTellsRowsAndTheLastVersion() {
    TableSubject table = open(INVOICE);
    assertThat(table.table.info().rows()).isZero();
    assertThat(table.table.info().last()).isEmpty();
    Row last = filled(table, 1, 3).put("4", null, null, "17");
    assertThat(table.table.info().rows()).isEqualTo(4);
    assertThat(table.table.info().last()).contains(last.mark());
    assertThat(table.table.info().incarnation())
        .isEqualTo(table.table.info().incarnation())
        .isNotEmpty();
    table.remove(last);
    assertThat(table.table.info().rows()).isEqualTo(3);
  }
}
