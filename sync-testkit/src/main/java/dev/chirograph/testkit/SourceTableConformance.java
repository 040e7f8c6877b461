package dev.chirograph.testkit;

import static dev.chirograph.testkit.TableShapes.COMPOSITE;
import static dev.chirograph.testkit.TableShapes.INVOICE;
import static dev.chirograph.testkit.TableShapes.KEYLESS;
import static dev.chirograph.testkit.TableShapes.ROWVERSION;
import static dev.chirograph.testkit.TableShapes.TEXT_KEY;
import static dev.chirograph.testkit.TableShapes.TIMED;
import static dev.chirograph.testkit.TableShapes.UNMARKED;
import static dev.chirograph.testkit.TableShapes.UNRANGED;
import static dev.chirograph.testkit.TableSubject.NO_LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.memory.MemoryTable;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Horizon;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.SourceTable;
import dev.chirograph.spi.table.TableShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Proves the guarantees of {@link SourceTable}. An adapter's test class extends it and says how
 * tables are made and how their host writes to them.
 */
public abstract class SourceTableConformance extends TableLookupGuarantees {

  private static final int STEPS = 100;

  /**
   * Makes an empty table and opens it. Called several times in a test with different shapes.
   *
   * <p>Columns of text compare exactly, save in the table {@code collated}, where they compare as
   * leniently as the database can. Skips where the database has no such table.
   */
  protected abstract SourceTable newSource(TableShape shape) throws Exception;

  /**
   * Inserts a row as the host does, or writes over the one with its key; where there is no key, one
   * more row. Called by one thread at a time, and while others read.
   *
   * @param cells the texts of all columns, in the order of the shape; null for a null
   */
  protected abstract void put(SourceTable table, List<@Nullable String> cells) throws Exception;

  /**
   * Deletes a row as the host does; only called where there is a key.
   *
   * @param key the texts of the key's columns, in the order of the key
   */
  protected abstract void remove(SourceTable table, List<@Nullable String> key) throws Exception;

  /**
   * Inserts a row in a transaction that stays open; running the answer commits it. Skips where
   * there is one writer at a time.
   */
  protected Runnable putOpen(SourceTable table, List<@Nullable String> cells) throws Exception {
    return Assumptions.abort("this database has one writer at a time");
  }

  /**
   * Lets so much time pass as a horizon may need to notice what was committed; none unless told.
   */
  protected void settle() throws Exception {}

  @Override
  final TableSubject open(TableShape shape) {
    SourceTable table = made(() -> newSource(shape));
    RowFormat format = TableSubject.ofSource(shape, table.shape());
    return new TableSubject(
        table,
        format,
        row -> done(() -> put(table, row.cells())),
        row -> done(() -> remove(table, row.key().cells())));
  }

  private static SourceTable source(TableSubject table) {
    return (SourceTable) table.table;
  }

  // ---- TAB-6

  @Test
  void TAB_6_theHorizonReachesWhatIsCommitted() {
    TableSubject table = filled(open(INVOICE), 1, 5);
    assertThat(reaching(table, new Mark(5)).mark()).isEqualTo(new Mark(5));
  }

  /** Asks until the horizon reaches so far; transactions of others may stand in its way. */
  private Horizon reaching(TableSubject table, Mark mark) {
    Horizon horizon = source(table).horizon();
    for (int i = 0; i < 100 && horizon.mark().compareTo(mark) < 0; i++) {
      done(this::settle);
      horizon = source(table).horizon();
    }
    return horizon;
  }

  @Test
  void TAB_6_theHorizonOfAnEmptyTablePromisesNothing() {
    TableSubject table = open(INVOICE);
    Horizon horizon = source(table).horizon();
    if (horizon.proof().certifies()) {
      assertThat(horizon.mark()).isLessThan(table.put("1", "c", "1", "-5").mark());
    }
  }

  @Test
  void TAB_6_withoutVersionsThereIsNoHorizonToWaitFor() {
    TableSubject table = open(UNMARKED);
    table.put("1", "v");
    assertThat(source(table).horizon().mark()).isEqualTo(Mark.LAST);
  }

  @Test
  void TAB_6_whatIsNotCommittedHoldsTheHorizonBack() throws Exception {
    TableSubject table = filled(open(INVOICE), 1, 3);
    reaching(table, new Mark(3));
    Runnable commit = putOpen(source(table), table.row("4", "late", "1", "4").cells());
    table.put("5", "c", "1", "5");
    for (int i = 0; i < 5; i++) {
      done(this::settle);
      Horizon horizon = source(table).horizon();
      if (horizon.proof().certifies()) {
        assertThat(horizon.mark()).isLessThan(new Mark(4));
      }
    }
    commit.run();
    assertThat(reaching(table, new Mark(5)).mark()).isEqualTo(new Mark(5));
    assertThat(table.found(table.row("4", null, null, "4").key())).isPresent();
  }

  // ---- TAB-7

  @Test
  void TAB_7_pagesComeInTheOrderOfVersions() {
    TableSubject table = open(INVOICE);
    Row third = table.put("1", "c", "1", "30");
    Row first = table.put("2", "c", "1", "-10");
    Row second = table.put("3", "c", "1", "20");
    table.put("5", "c", "1", "40");
    for (int limit : List.of(1, 2, 3, 10)) {
      assertThat(pages(table, new Mark(30), limit)).containsExactly(first, second, third);
    }
  }

  @Test
  void TAB_7_rowsOfOneVersionComeInTheOrderOfTheirKeys() {
    TableSubject table = open(TEXT_KEY);
    List<Row> rows = new ArrayList<>();
    for (String text : TEXTS) {
      rows.add(table.put(text, "v", "7"));
    }
    rows.add(table.put("last", "v", "8"));
    for (int limit : List.of(1, 2, 7)) {
      assertThat(pages(table, Mark.LAST, limit)).containsExactlyInAnyOrderElementsOf(rows);
    }
    assertThat(pages(table, Mark.LAST, 1)).isEqualTo(pages(table, Mark.LAST, 100));
  }

  @Test
  void TAB_7_keysOfSeveralColumns() {
    TableSubject table = open(COMPOSITE);
    List<Row> rows = new ArrayList<>();
    for (String region : List.of("a", "B", "a|b", "", "ab")) {
      for (int id = 9; id <= 11; id++) {
        rows.add(table.put("" + id, "v", region, "3"));
      }
    }
    for (int limit : List.of(1, 4)) {
      assertThat(pages(table, Mark.LAST, limit)).containsExactlyInAnyOrderElementsOf(rows);
    }
  }

  @Test
  void TAB_7_versionsThatAreTimes() {
    TableSubject table = open(TIMED);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      rows.add(table.put("" + (9 - i), "v", "2026-11-21 15:00:00.00000" + i));
    }
    assertThat(pages(table, rows.get(7).mark(), 3)).isEqualTo(rows.subList(0, 8));
  }

  @Test
  void TAB_7_versionsThatAreBytes() {
    TableSubject table = open(ROWVERSION);
    Row second = table.put("1", "v", "8000000000000000");
    Row first = table.put("2", "v", "7fffffffffffffff");
    Row third = table.put("3", "v", "ffffffffffffffff");
    assertThat(pages(table, Mark.LAST, 1)).containsExactly(first, second, third);
    assertThat(pages(table, second.mark(), 2)).containsExactly(first, second);
  }

  @Test
  void TAB_7_aCursorWithoutKeyIsBehindItsWholeVersion() {
    TableSubject table = open(INVOICE);
    table.put("1", "c", "1", "7");
    table.put("2", "c", "1", "7");
    Row next = table.put("3", "c", "1", "8");
    Cursor cursor = new Cursor(new Mark(7), Optional.empty(), "here");
    assertThat(source(table).after(table.format, Optional.of(cursor), Mark.LAST, 10, NO_LIMIT))
        .containsExactly(next);
  }

  @Test
  void TAB_7_aCursorNeedNotStandOnARow() {
    TableSubject table = filled(open(INVOICE), 1, 9);
    Row gone = invoices(table, 5, 5).get(0);
    table.remove(gone);
    Cursor cursor = new Cursor(gone.mark(), Optional.of(gone.key()), "here");
    assertThat(source(table).after(table.format, Optional.of(cursor), new Mark(8), 10, NO_LIMIT))
        .isEqualTo(invoices(table, 6, 8));
  }

  @Test
  void TAB_7_aPageKeepsToItsBytesAndHasOneRowAtLeast() {
    TableSubject table = open(INVOICE);
    List<Row> rows =
        IntStream.rangeClosed(1, 4)
            .mapToObj(i -> table.put("" + i, "x".repeat(10_000), "1", "" + i))
            .toList();
    SourceTable source = source(table);
    assertThat(source.after(table.format, Optional.empty(), Mark.LAST, 10, 100))
        .isEqualTo(rows.subList(0, 1));
    assertThat(source.after(table.format, Optional.empty(), Mark.LAST, 10, 25_000))
        .hasSizeBetween(1, 3);
    assertThat(source.after(table.format, Optional.empty(), Mark.LAST, 10, 100_000))
        .isEqualTo(rows);
    assertThat(source.after(table.format, Optional.empty(), Mark.LAST, 3, 100_000))
        .isEqualTo(rows.subList(0, 3));
  }

  @Test
  void TAB_7_whatChangesBetweenPagesLeavesNothingElseOut() {
    TableSubject table = filled(open(INVOICE), 1, 30);
    List<Row> seen = new ArrayList<>();
    Optional<Cursor> after = Optional.empty();
    for (int i = 0; i < 40; i++) {
      List<Row> page = source(table).after(table.format, after, Mark.LAST, 3, NO_LIMIT);
      seen.addAll(page);
      if (page.isEmpty()) {
        break;
      }
      Row last = page.get(page.size() - 1);
      after = Optional.of(new Cursor(last.mark(), Optional.of(last.key()), "here"));
      if (i < 5) {
        table.remove(page.get(0));
        table.put("" + (100 + i), "new", "1", "" + (100 + i));
      }
    }
    List<Row> expected = new ArrayList<>(invoices(table, 1, 30));
    for (int i = 0; i < 5; i++) {
      expected.add(table.row("" + (100 + i), "new", "1", "" + (100 + i)));
    }
    assertThat(seen).isEqualTo(expected);
  }

  // ---- all of them

  @Test
  void TAB_all_theSourceAnswersAsTheReferenceDoes() {
    RandomGenerator random = Seed.draw().random();
    for (TableShape shape : List.of(INVOICE, COMPOSITE, TEXT_KEY, KEYLESS, UNMARKED, UNRANGED)) {
      TableSubject table = open(shape);
      MemoryTable reference = MemoryTable.of(shape, ManualClock.create(), "reference");
      TableTwins twins = new TableTwins(table, reference, random);
      for (int i = 0; i < STEPS; i++) {
        change(table, reference, twins, random);
        twins.ask();
        if (shape.mark().isPresent() && i % 10 == 0) {
          Mark through = random.nextBoolean() ? Mark.LAST : twins.row().mark();
          assertThat(pages(table, through, 1 + random.nextInt(9)))
              .containsExactlyInAnyOrderElementsOf(
                  reference.after(table.format, Optional.empty(), through, 10_000, NO_LIMIT));
        }
      }
      twins.end();
    }
  }

  private static void change(
      TableSubject table, MemoryTable reference, TableTwins twins, RandomGenerator random) {
    if (random.nextInt(3) > 0 || table.format.key().isEmpty()) {
      Row row = twins.row();
      table.putAll(List.of(row));
      reference.put(row.cells().toArray(String[]::new));
    } else {
      for (RowVersion row : twins.some(2)) {
        table.remove(table.found(row.key()).orElseThrow());
        reference.remove(row.key().cells().toArray(String[]::new));
      }
    }
  }

  private static List<Row> pages(TableSubject table, Mark through, int limit) {
    List<Row> seen = new ArrayList<>();
    Optional<Cursor> after = Optional.empty();
    while (true) {
      List<Row> page = source(table).after(table.format, after, through, limit, NO_LIMIT);
      assertThat(page).hasSizeLessThanOrEqualTo(limit);
      if (page.isEmpty()) {
        return seen;
      }
      seen.addAll(page);
      assertThat(seen).hasSizeLessThan(1_000);
      Row last = page.get(page.size() - 1);
      after = Optional.of(new Cursor(last.mark(), Optional.of(last.key()), "here"));
    }
  }
}
