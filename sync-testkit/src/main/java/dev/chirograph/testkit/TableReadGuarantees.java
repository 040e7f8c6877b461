package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import dev.chirograph.spi.table.ComparableTable;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What reading tables does: TAB-1 to TAB-7. */
abstract class TableReadGuarantees extends TableHarness {

  private static final Slice ALL = new Slice.Marks(Long.MIN_VALUE, Long.MAX_VALUE);

  private static List<Row> some(int from, int to) {
    List<Row> rows = new ArrayList<>();
    for (int i = from; i <= to; i++) {
      rows.add(row(String.valueOf(i), "customer " + i, i + ".50", String.valueOf(i)));
    }
    return rows;
  }

  // ---- TAB-1

  @Test
  void TAB_1_rowsAndHashesAreTheSameWhateverTheDatabase() {
    put("1", "a|b\\c", "1.5", "10");
    put("2", null, null, "11");
    put("3", "", "-0.05", "12");
    put("4", " trailing ", "12345678.90", "13");
    put("5", "é 𝄞 e\u0301", "0", "14");
    List<Row> expected =
        List.of(
            row("1", "a|b\\c", "1.50", "10"),
            row("2", null, null, "11"),
            row("3", "", "-0.05", "12"),
            row("4", " trailing ", "12345678.90", "13"),
            row("5", "é 𝄞 e\u0301", "0.00", "14"));
    assertThat(source.after(FORMAT, Optional.empty(), Mark.LAST, 10, Long.MAX_VALUE))
        .isEqualTo(expected);
    assertThat(digest(source, ALL)).isEqualTo(digest(expected));
    expected.forEach(this::write);
    assertThat(digest(replica, ALL)).isEqualTo(digest(expected));
    assertThat(replica.rows(FORMAT, expected.stream().map(Row::key).toList(), Long.MAX_VALUE))
        .isEqualTo(expected.stream().map(Optional::of).toList());
  }

  // ---- TAB-2

  @Test
  void TAB_2_digestsOfPartsAddUp() {
    rows(1, 100);
    some(1, 100).forEach(this::write);
    for (ComparableTable table : List.of(source, replica)) {
      List<Slice> parts =
          List.of(
              new Slice.Marks(Long.MIN_VALUE, 10),
              new Slice.Marks(10, 11),
              new Slice.Marks(11, 99),
              new Slice.Marks(99, Long.MAX_VALUE));
      List<Digest> digests = table.digests(everything(), parts);
      assertThat(digests.stream().map(Digest::count)).containsExactly(10L, 1L, 88L, 1L);
      assertThat(digests.stream().reduce(Digest.EMPTY, Digest::plus))
          .isEqualTo(digest(table, ALL))
          .isEqualTo(digest(some(1, 100)));
      List<Digest> buckets = table.digests(everything(), Slice.Bucket.ALL.split(4));
      assertThat(buckets.stream().reduce(Digest.EMPTY, Digest::plus)).isEqualTo(digest(table, ALL));
      Slice.Marks marks = new Slice.Marks(20, 60);
      List<Slice.Part> both =
          Slice.Bucket.ALL.split(3).stream().map(bucket -> new Slice.Part(marks, bucket)).toList();
      assertThat(table.digests(everything(), both).stream().reduce(Digest.EMPTY, Digest::plus))
          .isEqualTo(digest(some(21, 60)));
    }
  }

  @Test
  void TAB_2_nothingHasAnEmptyDigestAndWhatLiesBeyondTheHorizonDoesNotCount() {
    assertThat(digest(source, ALL)).isEqualTo(Digest.EMPTY);
    rows(1, 10);
    assertThat(source.digests(upTo(7), List.of(ALL))).containsExactly(digest(some(1, 7)));
  }

  // ---- TAB-3

  @Test
  void TAB_3_aManifestNamesEveryRowOnce() {
    rows(1, 25);
    some(1, 25).forEach(this::write);
    for (ComparableTable table : List.of(source, replica)) {
      List<RowVersion> all = new ArrayList<>();
      Optional<RowKey> after = Optional.empty();
      List<RowVersion> page;
      do {
        page = table.manifest(upTo(23), List.of(new Slice.Marks(3, Long.MAX_VALUE)), after, 7);
        all.addAll(page);
        after = page.isEmpty() ? after : Optional.of(page.get(page.size() - 1).key());
      } while (page.size() == 7);
      assertThat(all)
          .containsExactlyInAnyOrderElementsOf(
              some(4, 23).stream().map(TableHarness::version).toList());
    }
  }

  // ---- TAB-4

  @Test
  void TAB_4_rowsAreFoundByTheirKeys() {
    rows(1, 3);
    assertThat(source.rows(FORMAT, List.of(key(2), key(7), key(1)), Long.MAX_VALUE))
        .containsExactly(
            Optional.of(some(2, 2).get(0)), Optional.empty(), Optional.of(some(1, 1).get(0)));
    assertThat(source.rows(FORMAT, List.of(), Long.MAX_VALUE)).isEmpty();
    assertThat(source.rows(FORMAT, List.of(key(2), key(7), key(1)), 1)).hasSize(1);
    assertThat(source.find(upTo(1), List.of(key(2), key(7))))
        .containsExactly(Optional.of(version(some(2, 2).get(0))), Optional.empty());
  }

  // ---- TAB-5

  @Test
  void TAB_5_aRangeIsCutWhereItsRowsAre() {
    for (int i = 1; i <= 200; i++) {
      put(String.valueOf(i), "c", "1", String.valueOf(i <= 100 ? i : 1_000_000L + i));
    }
    List<Slice.Marks> parts =
        source.split(FORMAT, new Slice.Marks(Long.MIN_VALUE, Long.MAX_VALUE), 4);
    assertThat(parts).hasSizeBetween(3, 5);
    assertThat(parts.get(0).after()).isEqualTo(Long.MIN_VALUE);
    assertThat(parts.get(parts.size() - 1).through()).isEqualTo(Long.MAX_VALUE);
    for (int i = 1; i < parts.size(); i++) {
      assertThat(parts.get(i).after()).isEqualTo(parts.get(i - 1).through());
    }
    assertThat(source.digests(everything(), parts))
        .allSatisfy(part -> assertThat(part.count()).isBetween(20L, 100L));
  }

  @Test
  void TAB_5_rowsOfOneVersionAreNotCut() {
    for (int i = 1; i <= 20; i++) {
      put(String.valueOf(i), "c", "1", "7");
    }
    Slice.Marks seven = new Slice.Marks(6, 7);
    assertThat(source.split(FORMAT, seven, 4)).containsExactly(seven);
  }

  // ---- TAB-6 and TAB-7

  @Test
  void TAB_6_theHorizonReachesWhatIsCommitted() {
    rows(1, 5);
    assertThat(source.horizon().mark()).isGreaterThanOrEqualTo(new Mark(5));
  }

  @Test
  void TAB_7_pagesComeInTheOrderOfVersions() {
    put("1", "c", "1", "30");
    put("2", "c", "1", "10");
    put("3", "c", "1", "20");
    put("4", "c", "1", "20");
    put("5", "c", "1", "40");
    List<Row> seen = new ArrayList<>();
    Optional<Cursor> after = Optional.empty();
    List<Row> page;
    do {
      page = source.after(FORMAT, after, new Mark(30), 2, Long.MAX_VALUE);
      seen.addAll(page);
      if (!page.isEmpty()) {
        Row last = page.get(page.size() - 1);
        after = Optional.of(new Cursor(last.mark(), Optional.of(last.key()), "here"));
      }
    } while (!page.isEmpty());
    assertThat(seen.stream().map(one -> one.key().text())).containsExactly("2", "3", "4", "1");
  }

  @Test
  void TAB_7_aPageKeepsToItsBytesAndHasOneRowAtLeast() {
    put("1", "x".repeat(10_000), "1", "1");
    put("2", "x".repeat(10_000), "1", "2");
    assertThat(source.after(FORMAT, Optional.empty(), Mark.LAST, 10, 100)).hasSize(1);
    assertThat(source.after(FORMAT, Optional.empty(), Mark.LAST, 10, 100_000)).hasSize(2);
  }

  @Test
  void infoTellsRowsAndTheLastVersion() {
    assertThat(source.info().rows()).isZero();
    assertThat(source.info().last()).isEmpty();
    rows(1, 3);
    assertThat(source.info().rows()).isEqualTo(3);
    assertThat(source.info().last()).contains(new Mark(3));
    assertThat(source.info().incarnation()).isEqualTo(source.info().incarnation()).isNotEmpty();
    assertThat(source.shape().fingerprint()).isEqualTo(source.info().fingerprint());
  }
}
