package dev.chirograph.testkit;

import static dev.chirograph.testkit.TableShapes.INVOICE;
import static dev.chirograph.testkit.TableShapes.KEYLESS;
import static dev.chirograph.testkit.TableShapes.TEXT_KEY;
import static dev.chirograph.testkit.TableShapes.TIMED;
import static dev.chirograph.testkit.TableShapes.UNMARKED;
import static dev.chirograph.testkit.TableShapes.UNRANGED;
import static dev.chirograph.testkit.TableSubject.ALL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Digest;
import dev.chirograph.Key;
import dev.chirograph.Slice;
import dev.chirograph.Slice.Bucket;
import dev.chirograph.Slice.Marks;
import dev.chirograph.Slice.Part;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Digests, manifests and parts of slices: TAB-2, TAB-3 and TAB-5. */
abstract class TableSliceGuarantees extends TableReadGuarantees {

  private static final long MIN = Long.MIN_VALUE;
  private static final long MAX = Long.MAX_VALUE;

  // ---- TAB-2

  @Test
  void TAB_2_digestsOfRangesAddUp() {
    TableSubject table = filled(open(INVOICE), 1, 100);
    List<Marks> parts =
        List.of(new Marks(MIN, 10), new Marks(10, 11), new Marks(11, 99), new Marks(99, MAX));
    assertThat(table.digests(parts))
        .containsExactly(
            table.digest(invoices(table, 1, 10)),
            table.digest(invoices(table, 11, 11)),
            table.digest(invoices(table, 12, 99)),
            table.digest(invoices(table, 100, 100)));
    assertThat(table.sum(parts)).isEqualTo(table.digest(ALL));
    List<Marks> backwards = new ArrayList<>(parts);
    Collections.reverse(backwards);
    List<Digest> reversed = new ArrayList<>(table.digests(parts));
    Collections.reverse(reversed);
    assertThat(table.digests(backwards)).isEqualTo(reversed);
  }

  @Test
  void TAB_2_rangesMayTouchOverlapOrHoldNothing() {
    TableSubject table = filled(open(INVOICE), 1, 10);
    assertThat(
            table.digests(
                List.of(
                    new Marks(3, 3), new Marks(100, 200), new Marks(2, 5), new Marks(2, 5), ALL)))
        .containsExactly(
            Digest.EMPTY,
            Digest.EMPTY,
            table.digest(invoices(table, 3, 5)),
            table.digest(invoices(table, 3, 5)),
            table.digest(invoices(table, 1, 10)));
    assertThat(table.digests(List.of())).isEmpty();
  }

  @Test
  void TAB_2_versionsMayBeNegativeOrVeryLarge() {
    TableSubject table = open(INVOICE);
    Row low = table.put("1", "a", "1", "-9223372036854775807");
    Row negative = table.put("2", "a", "1", "-1");
    Row zero = table.put("3", "a", "1", "0");
    Row high = table.put("4", "a", "1", "9223372036854775807");
    assertThat(
            table.digests(
                List.of(new Marks(MIN, -1), new Marks(-2, 0), new Marks(0, MAX), new Marks(-1, 0))))
        .containsExactly(
            table.digest(List.of(low, negative)),
            table.digest(List.of(negative, zero)),
            table.digest(List.of(high)),
            table.digest(List.of(zero)));
  }

  @Test
  void TAB_2_bucketsHoldTheKeysOfTheirHashes() {
    TableSubject table = filled(open(INVOICE), 1, 100);
    buckets(table, invoices(table, 1, 100));
    assertThat(table.sum(Bucket.ALL.split(6))).isEqualTo(table.digest(ALL));
  }

  @Test
  void TAB_2_bucketsOfKeysOfText() {
    TableSubject table = open(UNRANGED);
    buckets(table, table.putAll(TEXTS.stream().map(text -> table.row(text, "v")).toList()));
  }

  @Test
  void TAB_2_bucketsOfRowsWithoutKey() {
    TableSubject table = open(KEYLESS);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      rows.add(table.put("row " + i / 2, "" + i / 3));
    }
    buckets(table, rows);
  }

  private static void buckets(TableSubject table, List<Row> rows) {
    List<Bucket> buckets = new ArrayList<>(Bucket.ALL.split(3));
    buckets.add(Bucket.ALL);
    buckets.add(new Bucket(Bucket.MAX_BITS, 4711));
    assertThat(table.digests(buckets))
        .isEqualTo(buckets.stream().map(bucket -> table.digest(only(rows, in(bucket)))).toList());
  }

  private static Predicate<Row> in(Bucket bucket) {
    return row -> bucket.contains(Key.utf8(row.key().text()));
  }

  private static List<Row> only(List<Row> rows, Predicate<Row> which) {
    return rows.stream().filter(which).toList();
  }

  @Test
  void TAB_2_manyRowsOfOneVersionAreCutIntoBuckets() {
    TableSubject table = open(INVOICE);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      rows.add(table.put("" + i, "c", "1", "7"));
    }
    table.put("100", "c", "1", "6");
    table.put("101", "c", "1", "8");
    Marks seven = new Marks(6, 7);
    List<Part> parts = Bucket.ALL.split(3).stream().map(one -> new Part(seven, one)).toList();
    assertThat(table.digests(parts))
        .isEqualTo(
            parts.stream().map(part -> table.digest(only(rows, in(part.bucket())))).toList());
    assertThat(table.sum(parts)).isEqualTo(table.digest(rows));
  }

  @Test
  void TAB_2_rangesBucketsAndBothMayBeAskedForTogether() {
    TableSubject table = filled(open(INVOICE), 1, 30);
    List<Row> rows = invoices(table, 1, 30);
    Bucket half = new Bucket(1, 1);
    List<Slice> slices =
        List.of(new Part(new Marks(10, 20), half), half, new Marks(10, 20), Bucket.ALL);
    assertThat(table.digests(slices))
        .containsExactly(
            table.digest(only(rows.subList(10, 20), in(half))),
            table.digest(only(rows, in(half))),
            table.digest(rows.subList(10, 20)),
            table.digest(rows));
  }

  @Test
  void TAB_2_whatLiesBeyondTheHorizonDoesNotCount() {
    TableSubject table = open(INVOICE);
    assertThat(table.digest(ALL)).isEqualTo(Digest.EMPTY);
    assertThat(table.digest(Bucket.ALL)).isEqualTo(Digest.EMPTY);
    filled(table, 1, 10);
    List<Slice> slices = List.of(ALL, Bucket.ALL, new Marks(5, 9), new Marks(7, MAX));
    assertThat(table.table.digests(table.upTo(7), slices))
        .containsExactly(
            table.digest(invoices(table, 1, 7)),
            table.digest(invoices(table, 1, 7)),
            table.digest(invoices(table, 6, 7)),
            Digest.EMPTY);
    assertThat(table.manifest(table.upTo(7), List.of(new Marks(5, 9)), 10))
        .containsExactlyInAnyOrderElementsOf(table.versions(invoices(table, 6, 7)));
  }

  @Test
  void TAB_2_withoutVersionsRangesAreThoseOfTheKey() {
    TableSubject table = open(UNMARKED);
    List<Row> rows = new ArrayList<>();
    for (int i = -20; i < 20; i++) {
      rows.add(table.put("" + i * 10, "value"));
    }
    assertThat(table.format.range().map(column -> column.name())).contains("id");
    assertThat(table.digests(List.of(new Marks(MIN, 0), new Marks(0, 50), new Marks(50, MAX))))
        .containsExactly(
            table.digest(rows.subList(0, 21)),
            table.digest(rows.subList(21, 26)),
            table.digest(rows.subList(26, 40)));
  }

  @Test
  void TAB_2_rangesOfTimes() {
    TableSubject table = open(TIMED);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      rows.add(table.put("" + i, "v", "2026-11-21 15:00:0" + i + ".000001"));
    }
    long third = rows.get(2).mark().value();
    assertThat(table.digests(List.of(new Marks(MIN, third), new Marks(third, MAX))))
        .containsExactly(table.digest(rows.subList(0, 3)), table.digest(rows.subList(3, 10)));
    assertThat(table.digests(List.of(new Marks(third - 1, third), new Marks(third, third + 1))))
        .containsExactly(table.digest(rows.subList(2, 3)), Digest.EMPTY);
  }

  @Test
  void TAB_2_asManySlicesAsItIsWorthAskingFor() {
    TableSubject table = filled(open(INVOICE), 1, 300);
    int number = Math.min(300, table.table.slices());
    assertThat(number).isPositive();
    List<Marks> slices = new ArrayList<>();
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      slices.add(new Marks(i, i + 1));
      parts.add(new Part(new Marks(i, i + 1), new Bucket(1, i % 2)));
    }
    List<Row> rows = invoices(table, 1, number);
    assertThat(table.digests(slices))
        .isEqualTo(rows.stream().map(row -> table.digest(List.of(row))).toList());
    assertThat(table.sum(parts).count()).isBetween(1L, (long) number);
    assertThat(table.manifest(slices, 77))
        .containsExactlyInAnyOrderElementsOf(table.versions(rows));
  }

  @Test
  void TAB_2_theDigestsOfOneCallAreOfOneMoment() {
    TableSubject table = filled(open(INVOICE), 1, 20);
    List<Marks> halves = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      halves.add(new Marks(i == 0 ? MIN : i * 10L, i == 19 ? MAX : (i + 1) * 10L));
    }
    List<Long> counts = new ArrayList<>();
    AtomicInteger moves = new AtomicInteger();
    Crowd.whileRunning(
        () -> {
          for (int i = 0; i < rounds(); i++) {
            counts.add(table.sum(halves).count());
          }
        },
        () -> table.put("1", "moves", "1", moves.incrementAndGet() % 2 == 0 ? "195" : "5"));
    assertThat(counts).containsOnly(20L);
  }

  // ---- TAB-3

  @Test
  void TAB_3_aManifestNamesEveryRowOnce() {
    TableSubject table = filled(open(INVOICE), 1, 25);
    for (int limit : List.of(1, 7, 20, 21, 100)) {
      assertThat(table.manifest(table.upTo(23), List.of(new Marks(3, MAX)), limit))
          .as("pages of %s", limit)
          .containsExactlyInAnyOrderElementsOf(table.versions(invoices(table, 4, 23)));
    }
    assertThat(table.manifest(List.of(new Marks(25, MAX)), 3)).isEmpty();
    assertThat(table.manifest(List.of(), 3)).isEmpty();
  }

  @Test
  void TAB_3_aManifestOfManySlices() {
    TableSubject table = filled(open(INVOICE), 1, 60);
    List<Row> rows = invoices(table, 1, 60);
    Bucket quarter = new Bucket(2, 3);
    List<Slice> slices =
        List.of(
            new Marks(40, 50),
            new Marks(MIN, 5),
            new Part(new Marks(10, 30), quarter),
            new Marks(50, 51),
            new Marks(5, 6));
    List<Row> expected = new ArrayList<>(rows.subList(0, 6));
    expected.addAll(only(rows.subList(10, 30), in(quarter)));
    expected.addAll(rows.subList(40, 51));
    for (int limit : List.of(1, 4, 100)) {
      assertThat(table.manifest(slices, limit))
          .containsExactlyInAnyOrderElementsOf(table.versions(expected));
    }
  }

  @Test
  void TAB_3_aManifestOfKeysOfText() {
    for (TableSubject table : List.of(open(TEXT_KEY), open(UNRANGED))) {
      List<Row> rows = new ArrayList<>();
      for (String text : TEXTS) {
        rows.add(
            table.format.mark().isPresent() ? table.put(text, "v", "7") : table.put(text, "v"));
      }
      for (int limit : List.of(1, 2, 5)) {
        assertThat(table.manifest(Bucket.ALL.split(1), limit))
            .containsExactlyInAnyOrderElementsOf(table.versions(rows));
      }
    }
  }

  @Test
  void TAB_3_aManifestOfRowsWithoutKeyTellsTheirNumber() {
    TableSubject table = open(KEYLESS);
    for (int i = 0; i < 10; i++) {
      for (int j = 0; j <= i; j++) {
        table.put("row " + i, null);
      }
    }
    List<RowVersion> seen = table.manifest(Bucket.ALL.split(2), 3);
    assertThat(seen).extracting(RowVersion::count).contains(1L, 2L, 10L).hasSize(10);
    assertThat(seen).extracting(RowVersion::key).doesNotHaveDuplicates();
    assertThat(seen.stream().mapToLong(RowVersion::count).sum()).isEqualTo(55);
  }

  @Test
  void TAB_3_whatChangesBetweenPagesLeavesNothingElseOut() {
    TableSubject table = filled(open(INVOICE), 1, 30);
    List<RowVersion> seen = new ArrayList<>();
    Optional<RowKey> after = Optional.empty();
    for (int i = 0; ; i++) {
      List<RowVersion> page = table.table.manifest(table.everything(), List.of(ALL), after, 3);
      seen.addAll(page);
      if (page.size() < 3) {
        break;
      }
      after = Optional.of(page.get(2).key());
      RowKey goes = page.get(i % 2 == 0 ? 0 : 2).key();
      // What was read goes, the last one read included, and others come anywhere.
      invoices(table, 1, 30).stream().filter(row -> row.key().equals(goes)).forEach(table::remove);
      table.put("-" + (i + 1), "new", "1", "" + (i + 1));
      table.put("" + (1_000 + i), "new", "1", "" + (i + 1));
    }
    assertThat(seen).containsAll(table.versions(invoices(table, 1, 30)));
    assertThat(seen).extracting(RowVersion::key).doesNotHaveDuplicates();
  }

  // ---- TAB-5

  @Test
  void TAB_5_aRangeIsCutWhereItsRowsAre() {
    TableSubject table = open(INVOICE);
    for (int i = 1; i <= 200; i++) {
      table.put("" + i, "c", "1", "" + (i <= 100 ? i : 1_000_000_000_000L + i));
    }
    List<Marks> parts = table.table.split(table.format, ALL, 4);
    assertThat(parts).hasSizeBetween(3, 5);
    covers(parts, ALL);
    assertThat(table.digests(parts))
        .allSatisfy(part -> assertThat(part.count()).isBetween(20L, 100L));
    Marks inner = new Marks(50, 1_000_000_000_150L);
    covers(table.table.split(table.format, inner, 3), inner);
  }

  @Test
  void TAB_5_rangesOfKeysAreCut() {
    TableSubject table = open(UNMARKED);
    for (int i = -50; i < 50; i++) {
      table.put("" + i * 1_000, "v");
    }
    List<Marks> parts = table.table.split(table.format, ALL, 5);
    assertThat(parts).hasSizeBetween(3, 7);
    covers(parts, ALL);
    assertThat(table.digests(parts))
        .allSatisfy(part -> assertThat(part.count()).isBetween(5L, 60L));
  }

  @Test
  void TAB_5_rangesOfTimesAreCut() {
    TableSubject table = open(TIMED);
    for (int i = 0; i < 50; i++) {
      table.put("" + i, "v", "2026-11-21 15:00:%02d".formatted(i));
    }
    List<Marks> parts = table.table.split(table.format, ALL, 2);
    assertThat(parts).hasSizeBetween(2, 3);
    covers(parts, ALL);
  }

  @Test
  void TAB_5_rowsOfOneVersionAreNotCut() {
    TableSubject table = open(INVOICE);
    for (int i = 1; i <= 20; i++) {
      table.put("" + i, "c", "1", "7");
    }
    Marks seven = new Marks(6, 7);
    assertThat(table.table.split(table.format, seven, 4)).containsExactly(seven);
  }

  @Test
  void TAB_5_whatHasFewRowsOrNoneIsStillCovered() {
    TableSubject table = open(INVOICE);
    covers(table.table.split(table.format, ALL, 16), ALL);
    filled(table, 1, 3);
    covers(table.table.split(table.format, ALL, 16), ALL);
    assertThat(table.table.split(table.format, ALL, 1)).containsExactly(ALL);
    Marks beyond = new Marks(3, MAX);
    covers(table.table.split(table.format, beyond, 4), beyond);
  }

  private static void covers(List<Marks> parts, Marks range) {
    assertThat(parts).isNotEmpty();
    assertThat(parts.get(0).after()).isEqualTo(range.after());
    assertThat(parts.get(parts.size() - 1).through()).isEqualTo(range.through());
    for (int i = 1; i < parts.size(); i++) {
      assertThat(parts.get(i).after()).isEqualTo(parts.get(i - 1).through());
    }
    assertThat(parts).allSatisfy(part -> assertThat(part.after()).isLessThan(part.through()));
  }
}
