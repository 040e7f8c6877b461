package dev.chirograph.testkit;

import static dev.chirograph.testkit.TableShapes.COMPOSITE;
import static dev.chirograph.testkit.TableShapes.INVOICE;
import static dev.chirograph.testkit.TableShapes.KEYLESS;
import static dev.chirograph.testkit.TableShapes.NARROW;
import static dev.chirograph.testkit.TableShapes.TEXT_KEY;
import static dev.chirograph.testkit.TableShapes.UNMARKED;
import static dev.chirograph.testkit.TableSubject.SALT;
import static dev.chirograph.testkit.TableSubject.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.WriteLimits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What writes do: TAB-8 to TAB-10. */
abstract class TableWriteGuarantees extends TableLeaseGuarantees {

  private static final Cursor CURSOR =
      new Cursor(new Mark(2), Optional.of(new RowKey("2")), "here");

  private static void refused(Kind kind, Runnable write) {
    assertThatThrownBy(write::run)
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).as("%s", e).isEqualTo(kind));
  }

  private static Row one(Replica replica) {
    return replica.subject().row("1", "a", "1.00", "1");
  }

  private static Row two(Replica replica) {
    return replica.subject().row("2", "b", "2.00", "2");
  }

  // ---- TAB-8

  @Test
  void TAB_8_rowsAndCursorAreWrittenTogether() {
    Replica replica = replica(INVOICE);
    assertThat(replica.table().cursor()).isEmpty();
    replica.write(List.of(one(replica), two(replica)), List.of(), Optional.of(CURSOR));
    assertThat(replica.table().cursor()).contains(CURSOR);
    agrees(replica.subject(), one(replica), two(replica));
    replica.write(replica.subject().row("3", "c", "1.00", "3"));
    assertThat(replica.table().cursor()).contains(CURSOR);
  }

  @Test
  void TAB_8_aCursorIsKeptAsItIs() {
    Replica replica = replica(INVOICE);
    for (Cursor cursor :
        List.of(
            CURSOR,
            new Cursor(Mark.FIRST, Optional.empty(), "office 1"),
            new Cursor(Mark.LAST, Optional.of(new RowKey("a\\|b|\\N|😀 ")), "Büro"),
            new Cursor(new Mark(1), Optional.of(new RowKey("")), "here"),
            new Cursor(new Mark(3), Optional.of(new RowKey("k".repeat(2_000))), "here"))) {
      replica.write(List.of(), List.of(), Optional.of(cursor));
      assertThat(replica.table().cursor()).contains(cursor);
    }
  }

  @Test
  void TAB_8_aWriteThatIsRefusedWritesNothing() {
    Replica replica = replica(INVOICE);
    Row kept = two(replica);
    replica.write(kept);
    TableSubject subject = replica.subject();
    Row noNumber = bad("9", "x", "no number", "9");
    Row noVersion = bad("9", "x", "1.00", null);
    for (Row bad : List.of(noNumber, noVersion)) {
      refused(
          Kind.INVALID_ARGUMENT,
          () ->
              replica.write(
                  List.of(one(replica), subject.row("2", "changed", "1", "5"), bad),
                  List.of(subject.version(kept)),
                  Optional.of(CURSOR)));
      agrees(subject, kept);
      assertThat(replica.table().cursor()).isEmpty();
    }
  }

  private static Row bad(@Nullable String... cells) {
    return new Row(new RowKey(String.valueOf(cells[0])), new Mark(9), Arrays.asList(cells));
  }

  @Test
  void TAB_8_aValueThatHasNoRoomIsRefused() {
    Replica replica = replica(NARROW);
    Assumptions.assumeTrue(
        replica.table().shape().column("value").orElseThrow().type().size() == 10,
        "columns of this database have no bounds");
    TableSubject subject = replica.subject();
    Row fits = subject.row("1", "😀".repeat(10), "1");
    replica.write(fits);
    refused(Kind.INVALID_ARGUMENT, () -> replica.write(subject.row("2", "12345678901", "2")));
    agrees(subject, fits);
  }

  @Test
  void TAB_8_moreThanTheLimitsAllowIsRefusedAsTooLarge() {
    Replica replica = replica(INVOICE);
    WriteLimits limits = replica.table().limits();
    Assumptions.assumeTrue(limits.rows() <= 100_000, "a write may bring as much as it likes");
    List<Row> rows = invoices(replica.subject(), 1, limits.rows() + 1);
    refused(Kind.TOO_LARGE, () -> replica.write(rows, List.of(), Optional.of(CURSOR)));
    assertThat(replica.table().info().rows()).isZero();
    assertThat(replica.table().cursor()).isEmpty();
    replica.write(rows.subList(0, limits.rows()), List.of(), Optional.empty());
    assertThat(replica.table().info().rows()).isEqualTo(limits.rows());
    refused(
        Kind.TOO_LARGE,
        () ->
            replica.write(
                List.of(),
                replica.subject().versions(invoices(replica.subject(), 1, limits.rows() + 1)),
                Optional.empty()));
    assertThat(replica.table().info().rows()).isEqualTo(limits.rows());
  }

  @Test
  void TAB_8_manyRowsInOneWrite() {
    Replica replica = replica(INVOICE);
    int number = Math.min(3_000, replica.table().limits().rows());
    List<Row> rows = invoices(replica.subject(), 1, number);
    replica.write(rows, List.of(), Optional.empty());
    assertThat(replica.subject().digest(TableSubject.ALL))
        .isEqualTo(replica.subject().digest(rows));
    List<Outcome> outcomes =
        replica.write(List.of(), replica.subject().versions(rows), Optional.empty());
    assertThat(outcomes).hasSize(number).allMatch(Outcome.Applied.class::isInstance);
    assertThat(replica.table().info().rows()).isZero();
  }

  @Test
  void TAB_8_columnsThatAreNotWrittenStayAsTheyAre() {
    Replica replica = replica(INVOICE);
    TableSubject subject = replica.subject();
    replica.write(one(replica));
    RowFormat narrow =
        RowFormat.agreed(INVOICE, replica.table().shape(), lenientWithout("customer"));
    Row changed = TableSubject.written(narrow, List.of("1", "9.00", "2"));
    replica.write(
        new Write(replica.fence(), narrow, SALT, List.of(changed), List.of(), Optional.empty()));
    agrees(subject, subject.row("1", "a", "9.00", "2"));
  }

  private static ColumnRules lenientWithout(String column) {
    return ColumnRules.standard().allowNarrower("id", "amount", "version").leaveOut(column);
  }

  // ---- values that are unique

  @Test
  void TAB_8_rowsMaySwapAValueThatIsUnique() {
    Replica replica = uniqueReplica(INVOICE, "customer");
    TableSubject subject = replica.subject();
    replica.write(
        subject.row("1", "a", "1", "1"),
        subject.row("2", "b", "1", "2"),
        subject.row("3", "c", "1", "3"),
        subject.row("4", null, "1", "4"),
        subject.row("5", null, "1", "5"));
    Row[] swapped = {
      subject.row("1", "b", "1", "6"),
      subject.row("2", "c", "1", "7"),
      subject.row("3", "a", "1", "8")
    };
    replica.write(swapped);
    agrees(
        subject,
        swapped[0],
        swapped[1],
        swapped[2],
        subject.row("4", null, "1", "4"),
        subject.row("5", null, "1", "5"));
    replica.write(swapped); // once more, as after a lost reply
    assertThat(replica.table().info().rows()).isEqualTo(5);
  }

  @Test
  void TAB_8_aUniqueValueMayMoveToANewRow() {
    Replica replica = uniqueReplica(INVOICE, "customer");
    TableSubject subject = replica.subject();
    Row gone = subject.row("3", "c", "1", "3");
    replica.write(subject.row("1", "a", "1", "1"), gone);
    Row[] now = {subject.row("9", "a", "1", "9"), subject.row("1", "other", "1", "10")};
    replica.write(now);
    agrees(subject, now[0], now[1], gone);
    Row taking = subject.row("4", "c", "1", "11");
    replica.write(List.of(taking), List.of(subject.version(gone)), Optional.empty());
    agrees(subject, now[0], now[1], taking);
  }

  @Test
  void TAB_8_aUniqueValueThatAnotherRowHasIsRefused() {
    Replica replica = uniqueReplica(INVOICE, "customer");
    TableSubject subject = replica.subject();
    Row kept = subject.row("1", "a", "1", "1");
    replica.write(kept);
    refused(
        Kind.ALREADY_EXISTS,
        () ->
            replica.write(
                List.of(subject.row("2", "b", "1", "2"), subject.row("3", "a", "1", "3")),
                List.of(),
                Optional.of(CURSOR)));
    agrees(subject, kept);
    assertThat(replica.table().cursor()).isEmpty();
  }

  // ---- TAB-9

  @Test
  void TAB_9_aRowIsDeletedOnlyAsItWasSeen() {
    Replica replica = replica(INVOICE);
    TableSubject subject = replica.subject();
    Row otherHash = subject.row("2", "other", "2.00", "2");
    Row otherMark = subject.row("3", "b", "2.00", "4");
    replica.write(one(replica), otherHash, otherMark);
    RowVersion seenOfThird = subject.version(otherMark);
    List<Outcome> outcomes =
        replica.write(
            List.of(),
            List.of(
                subject.version(two(replica)),
                subject.version(one(replica)),
                new RowVersion(seenOfThird.key(), new Mark(3), seenOfThird.hash(), 1),
                subject.version(subject.row("7", "c", "1.00", "3"))),
            Optional.empty());
    assertThat(outcomes.get(0)).isInstanceOf(Outcome.Conflict.class);
    assertThat(outcomes.get(1)).isInstanceOf(Outcome.Applied.class);
    assertThat(outcomes.get(2)).isInstanceOf(Outcome.Conflict.class);
    assertThat(outcomes.get(3)).isInstanceOf(Outcome.Unchanged.class);
    agrees(subject, otherHash, otherMark);
  }

  @Test
  void TAB_9_theHashIsThatOfTheSalt() {
    Replica replica = replica(INVOICE);
    replica.write(one(replica));
    List<RowVersion> seen = List.of(replica.subject().version(one(replica)));
    List<Outcome> outcomes =
        replica.write(
            new Write(
                replica.fence(),
                replica.subject().format,
                "another",
                List.of(),
                seen,
                Optional.empty()));
    assertThat(outcomes).hasOnlyElementsOfType(Outcome.Conflict.class);
    assertThat(replica.table().info().rows()).isOne();
  }

  @Test
  void TAB_9_onlyTheVeryKeyIsDeleted() {
    Replica replica = replica(TEXT_KEY);
    TableSubject subject = replica.subject();
    List<Row> rows = TEXTS.stream().map(text -> subject.row(text, "v", "1")).toList();
    replica.write(rows, List.of(), Optional.empty());
    List<Row> left = new ArrayList<>(rows);
    for (String text : List.of("a", "a|b", "", "\\", "😀")) {
      Row gone = subject.row(text, "v", "1");
      assertThat(replica.write(List.of(), List.of(subject.version(gone)), Optional.empty()))
          .hasOnlyElementsOfType(Outcome.Applied.class);
      left.remove(gone);
    }
    agrees(subject, left.toArray(Row[]::new));
  }

  @Test
  void TAB_9_keysOfSeveralColumnsAndTablesWithoutVersions() {
    Replica composite = replica(COMPOSITE);
    TableSubject subject = composite.subject();
    Row kept = subject.row("1", "v", "south", "1");
    Row gone = subject.row("1", "v", "north", "1");
    composite.write(kept, gone);
    composite.write(List.of(), List.of(subject.version(gone)), Optional.empty());
    agrees(subject, kept);

    Replica unmarked = replica(UNMARKED);
    Row row = unmarked.subject().row("1", "v");
    unmarked.write(row, unmarked.subject().row("2", null));
    assertThat(
            unmarked.write(
                List.of(),
                List.of(unmarked.subject().version(unmarked.subject().row("1", "other"))),
                Optional.empty()))
        .hasOnlyElementsOfType(Outcome.Conflict.class);
    unmarked.write(List.of(), List.of(unmarked.subject().version(row)), Optional.empty());
    agrees(unmarked.subject(), unmarked.subject().row("2", null));
  }

  @Test
  void TAB_9_rowsWithoutKeyAreDeletedWhenTheyAreAsMany() {
    Replica replica = replica(KEYLESS);
    TableSubject subject = replica.subject();
    Row three = times(3, subject.row("x", null));
    Row other = subject.row(null, "1");
    replica.write(three, other);
    assertThat(
            replica.write(List.of(), List.of(subject.version(times(2, three))), Optional.empty()))
        .hasOnlyElementsOfType(Outcome.Conflict.class);
    agrees(subject, three, other);
    assertThat(replica.write(List.of(), List.of(subject.version(three)), Optional.empty()))
        .hasOnlyElementsOfType(Outcome.Applied.class);
    agrees(subject, other);
  }

  @Test
  void TAB_9_whatIsDeletedAndPutInOneWriteIsThere() {
    Replica replica = replica(INVOICE);
    TableSubject subject = replica.subject();
    replica.write(one(replica), two(replica));
    Row again = subject.row("1", "again", "1", "9");
    replica.write(List.of(again), List.of(subject.version(one(replica))), Optional.empty());
    agrees(subject, again, two(replica));
  }

  // ---- TAB-10

  @Test
  void TAB_10_writtenTwiceIsWrittenOnce() {
    Replica replica = replica(INVOICE);
    Row newer = replica.subject().row("2", "newer", null, "3");
    replica.write(one(replica), two(replica));
    for (int i = 0; i < 2; i++) {
      replica.write(List.of(one(replica), newer), List.of(), Optional.of(CURSOR));
      agrees(replica.subject(), one(replica), newer);
      assertThat(replica.table().cursor()).contains(CURSOR);
    }
    List<RowVersion> gone = List.of(replica.subject().version(newer));
    replica.write(List.of(), gone, Optional.empty());
    assertThat(replica.write(List.of(), gone, Optional.empty()))
        .hasOnlyElementsOfType(Outcome.Unchanged.class);
    agrees(replica.subject(), one(replica));
  }

  @Test
  void TAB_10_anOlderVersionIsWrittenOverANewerOne() {
    Replica replica = replica(INVOICE);
    Row newer = replica.subject().row("1", "newer", "5.00", "50");
    replica.write(newer);
    replica.write(one(replica)); // as after a restore of the source
    agrees(replica.subject(), one(replica));
  }

  @Test
  void TAB_10_rowsWithoutKeyAreAsManyAsWasWritten() {
    Replica replica = replica(KEYLESS);
    TableSubject subject = replica.subject();
    Row row = subject.row("x", "1");
    for (long count : new long[] {2, 2, 5, 1, 3}) {
      replica.write(times(count, row), subject.row(null, null));
      agrees(subject, times(count, row), subject.row(null, null));
    }
  }

  @Test
  void TAB_10_keysOfTextAreWrittenEachForItself() {
    Replica replica = replica(TEXT_KEY);
    TableSubject subject = replica.subject();
    List<Row> rows = TEXTS.stream().map(text -> subject.row(text, "v", "1")).toList();
    for (int i = 0; i < 2; i++) {
      replica.write(rows, List.of(), Optional.empty());
      agrees(subject, rows.toArray(Row[]::new));
    }
  }
}
