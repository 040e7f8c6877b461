package dev.chirograph.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.ColumnType.Kind;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.spi.table.WriteLimits;
import dev.chirograph.table.RowExplanation.Verdict;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Rows that are not taken, rows that change while they are looked at, columns that do not fit. */
class TableTroubleTest {

  private final TableLab lab = new TableLab();
  private final List<String> calls = new ArrayList<>();
  private Runnable before = () -> {};
  private String interrupted = "";
  private Runnable onState = () -> {};
  private Consumer<ReplicaTable.Write> onWrite = write -> {};
  private Consumer<ReplicaTable.Write> onEveryWrite = write -> {};

  /** The replica; a hook runs once before a method. */
  private ReplicaDatabase watched() {
    return new ReplicaDatabase() {
      @Override
      public Optional<State> state(Optional<String> known) {
        calls.add("state");
        onState.run();
        return lab.cloud.state(known);
      }

      @Override
      public ReplicaTable table(String name) {
        ReplicaTable table = lab.cloud.table(name);
        return (ReplicaTable)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ReplicaTable.class},
                (proxy, method, arguments) -> {
                  calls.add(method.getName());
                  if (arguments != null && arguments[0] instanceof ReplicaTable.Write write) {
                    onEveryWrite.accept(write);
                    Consumer<ReplicaTable.Write> once = onWrite;
                    onWrite = one -> {};
                    once.accept(write);
                  }
                  if (method.getName().equals(interrupted)) {
                    interrupted = "";
                    before.run();
                  }
                  try {
                    return method.invoke(table, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
      }
    };
  }

  private TableSync.Builder watching() {
    return TableSync.builder("office", lab.office, watched(), lab.state)
        .agent("agent")
        .environment(lab.clock.environment());
  }

  private static String id(Row row) {
    return row.key().text();
  }

  // ---- rows that are not taken

  @Test
  void L11_onePoisonRowAmongTenThousandIsIsolatedAndEverythingElseArrives() {
    lab.rows(1, 10_000);
    AtomicInteger refused = new AtomicInteger();
    lab.replica.refuse(row -> id(row).equals("4321") && refused.incrementAndGet() > 0);
    TableSync sync = watching().batch(10_000, 1 << 30, Duration.ofMinutes(1)).build();

    TableReport report = sync.run().get(0);

    assertThat(report.sent()).isEqualTo(9_999);
    assertThat(report.quarantined()).isOne();
    assertThat(report.examples()).anySatisfy(one -> assertThat(one).startsWith("4321: "));
    assertThat(report.certificate()).isEmpty();
    assertThat(lab.replica.size()).isEqualTo(9_999);
    assertThat(refused.get()).as("refused writes").isLessThan(18);
    assertThat(sync.explain("invoice", "4321").verdict()).isEqualTo(Verdict.HELD);

    int before = refused.get();
    sync.run();
    assertThat(refused.get()).as("it waits for its time").isEqualTo(before);
  }

  @Test
  void aPoisonRowIsTriedAgainWhenItsTimeHasComeAndAtOnceWhenItHasChanged() {
    lab.rows(1, 5);
    Set<String> poison = new HashSet<>(Set.of("2", "4"));
    lab.replica.refuse(row -> poison.contains(id(row)) && row.mark().value() < 10);
    assertThat(lab.run().quarantined()).isEqualTo(2);
    lab.source.put("4", "mended", "10");
    TableReport changed = lab.run();
    assertThat(changed.sent()).as("%s", changed).isOne();
    poison.clear();
    lab.clock.advance(Duration.ofMinutes(1));
    TableReport report = lab.run();
    assertThat(report.mended()).isOne();
    assertThat(report.quarantined()).isZero();
    lab.assertEqual();
    assertThat(lab.verify().certificate()).isPresent();
  }

  @Test
  void aPoisonRowThatIsDeletedIsForgotten() {
    lab.rows(1, 5);
    lab.replica.refuse(row -> id(row).equals("2"));
    lab.run();
    lab.source.remove("2");
    lab.clock.advance(Duration.ofMinutes(1));
    TableReport report = lab.run();
    assertThat(report.quarantined()).isZero();
    lab.assertEqual();
    assertThat(lab.verify().certificate()).isPresent();
  }

  @Test
  void twoRowsThatSwapUniqueValuesArrive() {
    lab.replica.unique("text");
    lab.rows(1, 10);
    lab.run();
    lab.source.put("3", "v7", "11");
    lab.source.put("7", "v3", "12");
    assertThat(lab.run().failure()).isEmpty();
    lab.assertEqual();
  }

  @Test
  void uniqueValuesThatGoRoundThroughSeveralBatchesArriveInTheEnd() {
    lab.replica.unique("text");
    lab.rows(1, 12);
    lab.run();
    for (int i = 1; i <= 12; i++) {
      lab.source.put("" + i, "v" + (i % 12 + 1), "" + (20 + i));
    }
    TableReport report = lab.run();
    assertThat(report.quarantined()).isZero();
    lab.assertEqual();
  }

  @Test
  void aWriteThatIsTooLargeIsMadeSmaller() {
    lab.rows(1, 100);
    TableSync sync = watching().batch(100, 1 << 30, Duration.ofMinutes(1)).build();
    lab.replica.limit(new WriteLimits(7, Long.MAX_VALUE));
    TableReport report = sync.run().get(0);
    assertThat(report.failure()).isEmpty();
    assertThat(report.sent()).isEqualTo(100);
    lab.assertEqual();
  }

  // ---- rows that change meanwhile

  @Test
  void L1_aRowThatMovedToANewerRangeIsNotDeleted() {
    lab.rows(1, 100);
    lab.run();
    lab.source.remove("90");
    // It moves between the catching up and the comparison.
    interrupted = "digests";
    before = () -> lab.source.put("5", "moved", "101");
    TableReport report = watching().build().run().get(0);
    assertThat(report.deleted()).isOne();
    assertThat(lab.replica.all()).extracting(TableTroubleTest::id).contains("5");
    lab.verify();
    lab.assertEqual();
  }

  @Test
  void L2_aRowThatIsDeletedAndInsertedAgainBeforeItIsDeletedStays() {
    lab.rows(1, 100);
    lab.run();
    lab.source.remove("5");
    TableSync sync = watching().build();
    interrupted = "write"; // the first write of the run is the delete
    before = () -> lab.replica.put("5", "written by a second agent", "200");
    TableReport report = sync.run().get(0);
    assertThat(report.deleted()).isZero();
    assertThat(lab.replica.all()).extracting(TableTroubleTest::id).contains("5");
  }

  @Test
  void L8_aWriteThatWasLostOnItsWayAndArrivesLaterChangesNothing() {
    lab.rows(1, 3);
    AtomicInteger refused = new AtomicInteger();
    onWrite =
        first -> {
          onWrite =
              repeated ->
                  onWrite =
                      second -> {
                        assertThatThrownBy(() -> lab.replica.write(first))
                            .isInstanceOf(SyncException.class);
                        refused.incrementAndGet();
                      };
          throw new SyncException(SyncException.Kind.UNAVAILABLE, "no answer");
        };
    TableReport report = watching().batch(1, 1 << 20, Duration.ofSeconds(2)).build().run().get(0);
    assertThat(report.failure()).isEmpty();
    assertThat(refused).hasValue(1);
    lab.assertEqual();
  }

  @Test
  void L11_aRowThatTheReplicaDoesNotLetGoKeepsNoOther() {
    lab.rows(1, 100);
    lab.run();
    for (String id : List.of("10", "20", "30", "40", "50")) {
      lab.source.remove(id);
    }
    onEveryWrite =
        write -> {
          if (write.deletes().stream().anyMatch(row -> row.key().text().equals("30"))) {
            throw SyncException.invalid("another table refers to it");
          }
        };
    TableReport report = watching().build().run().get(0);
    assertThat(report.failure()).isEmpty();
    assertThat(report.deleted()).isEqualTo(4);
    assertThat(report.heldBack()).isOne();
    assertThat(report.refusal())
        .hasValueSatisfying(why -> assertThat(why).contains("another table refers to it"));
    assertThat(report.certificate()).isEmpty();
    onEveryWrite = write -> {};
    assertThat(watching().build().run().get(0).deleted()).isOne();
    lab.assertEqual();
  }

  @Test
  void aReplicaThatGoesAwayInTheMiddleLeavesAReportOfWhatWasDone() {
    lab.rows(1, 10);
    onWrite =
        first ->
            onWrite =
                second -> {
                  onState = TableTroubleTest::nobody;
                  nobody();
                };
    TableSync sync =
        watching()
            .batch(4, 1 << 20, Duration.ofSeconds(2))
            .retries(RetryPolicy.builder().attempts(1).build())
            .build();

    TableReport report = sync.run().get(0);

    assertThat(report.sent()).isEqualTo(4);
    assertThat(report.failure().map(SyncException::kind)).contains(SyncException.Kind.UNAVAILABLE);
    onState = () -> {};
    assertThat(sync.run().get(0).failure()).isEmpty();
    lab.assertEqual();
  }

  private static void nobody() {
    throw new SyncException(SyncException.Kind.UNAVAILABLE, "nobody is here");
  }

  // ---- polls

  @Test
  void aPollInWhichNothingChangedIsOneRequest() {
    lab.rows(1, 1_000);
    TableSync sync = watching().build();
    sync.run();
    calls.clear();
    sync.run();
    assertThat(calls).containsExactly("state");
  }

  // ---- columns

  private static TableShape with(Column... more) {
    List<Column> columns = new ArrayList<>(TableLab.SHAPE.columns());
    columns.addAll(List.of(more));
    return new TableShape("invoice", columns, List.of("id"), Optional.of("version"));
  }

  private static TableReport between(TableShape source, TableShape replica, ColumnRules rules) {
    TableLab from = new TableLab(source);
    TableLab to = new TableLab(replica);
    from.source.put(source.columns().stream().map(column -> "1").toArray(String[]::new));
    return TableSync.builder("office", from.office, to.cloud, from.state)
        .table("invoice", TableOptions.standard().withColumns(rules))
        .environment(from.clock.environment())
        .build()
        .run()
        .get(0);
  }

  @Test
  void aColumnThatTheReplicaLacksIsNoticedBeforeAnyRowIsSent() {
    Column added = new Column("added", ColumnType.of(Kind.INTEGER), false, true);
    TableReport report = between(with(added), TableLab.SHAPE, ColumnRules.standard());
    assertThat(report.failure())
        .hasValueSatisfying(
            why -> {
              assertThat(why).hasMessageContainingAll("'added'", "no such column");
              assertThat(why.kind()).isEqualTo(SyncException.Kind.UNSUPPORTED);
            });
    assertThat(
            between(with(added), TableLab.SHAPE, ColumnRules.standard().leaveOut("added")).sent())
        .isOne();
  }

  @Test
  void aColumnThatOnlyTheReplicaHasNeedsAValueOfItsOwn() {
    Column filled = new Column("added", ColumnType.of(Kind.INTEGER), true, true);
    Column wanted = new Column("added", ColumnType.of(Kind.INTEGER), false);
    assertThat(between(TableLab.SHAPE, with(filled), ColumnRules.standard()).sent()).isOne();
    assertThat(between(TableLab.SHAPE, with(wanted), ColumnRules.standard()).failure())
        .hasValueSatisfying(why -> assertThat(why).hasMessageContaining("'added'"));
  }

  @Test
  void aColumnThatWasWidenedIsNoticedUnlessThatIsAllowed() {
    Column wide = new Column("name", new ColumnType(Kind.TEXT, 0, 50), true);
    Column narrow = new Column("name", new ColumnType(Kind.TEXT, 0, 20), true);
    assertThat(between(with(wide), with(narrow), ColumnRules.standard()).failure())
        .hasValueSatisfying(why -> assertThat(why).hasMessageContaining("narrower"));
    assertThat(
            between(with(wide), with(narrow), ColumnRules.standard().allowNarrower("name")).sent())
        .isOne();
    assertThat(between(with(narrow), with(wide), ColumnRules.standard()).sent()).isOne();
  }

  @Test
  void aColumnMayHaveAnotherName() {
    Column here = new Column("name", ColumnType.of(Kind.TEXT), true);
    Column there = new Column("label", ColumnType.of(Kind.TEXT), true);
    TableReport report =
        between(with(here), with(there), ColumnRules.standard().rename("name", "label"));
    assertThat(report.failure()).isEmpty();
    assertThat(report.certificate()).isPresent();
  }
}
