package dev.chirograph.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.SyncException;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.memory.MemoryTables;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.ColumnType.Kind;
import dev.chirograph.spi.table.Horizon;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.SourceDatabase;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.table.TableReport.Compared;
import dev.chirograph.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Every run comes further, and none does more than it has to. */
class TableProgressTest {

  private static final TableShape UNORDERED =
      new TableShape(
          TableLab.NAME,
          List.of(
              new Column("id", new ColumnType(Kind.INTEGER, 0, 9), false),
              new Column("text", ColumnType.of(Kind.TEXT), true)),
          List.of("id"),
          Optional.empty());

  private final TableLab lab = new TableLab();

  private static TableSync.Builder engine(
      TableLab lab, SourceDatabase source, ReplicaDatabase replica) {
    return TableSync.builder("office", source, replica, lab.state)
        .agent("agent")
        .batch(100_000, 1 << 30, Duration.ofMinutes(1))
        .environment(lab.clock.environment());
  }

  // ---- comparing

  @Test
  void aComparisonThatTakesLongerThanItsIntervalEnds() {
    lab.rows(1, 45_000);
    TableSync sync =
        engine(lab, lab.office, lab.cloud).pace(Pace.standard().comparing(Duration.ZERO)).build();
    List<Compared> runs = new ArrayList<>();
    for (int i = 0; i < 5 && !runs.contains(Compared.ALL); i++) {
      runs.add(sync.run().get(0).compared());
      lab.clock.advance(Duration.ofMinutes(40));
    }
    assertThat(runs).contains(Compared.ALL);
  }

  @Test
  void whatAPieceHasFoundIsSentBeforeTheNextIsDue() {
    lab.rows(1, 45_000);
    TableSync sync =
        engine(lab, lab.office, lab.cloud).pace(Pace.standard().comparing(Duration.ZERO)).build();
    sync.verify();
    lab.replica.put("44990", "changed here", "44990");
    lab.clock.advance(Duration.ofHours(1));
    TableReport report = sync.run().get(0);
    assertThat(report.compared()).isEqualTo(Compared.PART);
    assertThat(report.mended()).isOne();
    lab.assertEqual();
  }

  @Test
  void L9_rowsThatOnlyOneSideHasAreNamedAFewAtATime() {
    lab.source.put("0", "the only one", "1000000");
    for (int i = 1; i <= 100_000; i++) {
      lab.replica.put(String.valueOf(i), "a", String.valueOf(i));
    }
    AtomicLong further = new AtomicLong();
    ReplicaDatabase replica =
        Watched.replica(
            lab.cloud,
            (method, arguments, real) -> {
              if (method.getName().equals("manifest") && ((Optional<?>) arguments[2]).isPresent()) {
                further.incrementAndGet();
              }
              return real.call();
            });
    TableReport report = engine(lab, lab.office, replica).build().run().get(0);
    assertThat(report.failure()).isEmpty();
    assertThat(report.heldBack()).isEqualTo(100_000);
    assertThat(further).as("second pages of manifests").hasValue(0);
  }

  // ---- tables whose rows have no order

  private static TableLab unordered(int rows) {
    TableLab unordered = new TableLab(UNORDERED);
    for (int i = 1; i <= rows; i++) {
      unordered.source.put(String.valueOf(i), "v" + i);
    }
    return unordered;
  }

  @Test
  void L6_anotherDatabaseIsRefusedThoughItsRowsHaveNoOrder() {
    TableLab unordered = unordered(50);
    engine(unordered, unordered.office, unordered.cloud).build().run();
    MemoryTables other = MemoryTables.of(List.of(UNORDERED), unordered.clock, "elsewhere");
    for (int i = 1; i <= 50; i++) {
      other.table(TableLab.NAME).put(String.valueOf(i), "theirs");
    }
    TableSync sync = engine(unordered, other, unordered.cloud).build();
    assertThat(sync.run().get(0).failure())
        .hasValueSatisfying(why -> assertThat(why).hasMessageContainingAll("elsewhere", "adopt"));
    unordered.assertEqual();
    assertThat(sync.adopt().get(0).failure()).isEmpty();
    assertThat(unordered.replica.all()).isEqualTo(other.table(TableLab.NAME).all());
    assertThat(sync.run().get(0).failure()).isEmpty();
  }

  @Test
  void aTableWithoutOrderIsComparedInPieces() {
    TableLab unordered = unordered(45_000);
    TableSync sync =
        engine(unordered, unordered.office, unordered.cloud)
            .pace(Pace.standard().comparing(Duration.ZERO))
            .build();
    assertThat(sync.verify().get(0).compared()).isEqualTo(Compared.ALL);
    unordered.source.put("45001", "new");
    assertThat(sync.run().get(0).compared()).isEqualTo(Compared.PART);
  }

  // ---- catching up

  @Test
  void aRowThatWasRefusedAndSentLaterIsNotWrittenOver() {
    lab.rows(1, 10);
    lab.run();
    List<Long> written = new ArrayList<>();
    lab.replica.refuse(
        row -> {
          if (!row.key().text().equals("3")) {
            return false;
          }
          written.add(row.mark().value());
          lab.source.put("3", "newer", "20");
          return written.size() == 1;
        });
    lab.source.put("3", "older", "11");
    lab.clock.advance(Duration.ofHours(1));
    lab.run();
    assertThat(written).containsExactly(11L, 20L);
    lab.assertEqual();
  }

  @Test
  void catchingUpEndsWhenTheDatabaseIsBusyAndGoesOnLater() {
    lab.rows(1, 40);
    AtomicInteger asked = new AtomicInteger();
    TableSync sync =
        lab.builder().pace(Pace.standard().unless(() -> asked.incrementAndGet() > 3)).build();
    assertThat(sync.run().get(0).sent()).isBetween(4L, 20L);
    assertThat(sync.run()).isEmpty();
    asked.set(-100);
    assertThat(sync.run().get(0).sent()).isGreaterThan(19);
    lab.assertEqual();
  }

  @Test
  void L6_aSourceBehindALagThatWentBackIsReadFromThereOn() {
    SourceDatabase lagging =
        Watched.source(
            lab.office,
            (method, arguments, real) ->
                real.call() instanceof Horizon horizon
                    ? new Horizon(horizon.mark(), Horizon.Proof.LAG, horizon.age())
                    : real.call());
    TableSync sync = engine(lab, lagging, lab.cloud).build();
    lab.rows(1, 10);
    sync.run();
    for (int i = 6; i <= 10; i++) {
      lab.source.remove(String.valueOf(i)); // as if an older backup had come back
    }
    assertThat(sync.run().get(0).deleted()).isEqualTo(5);
    lab.source.put("3", "changed", "6");
    assertThat(sync.run().get(0).sent()).isOne();
    lab.assertEqual();
  }

  @Test
  void whatCameWhileAKilledComparisonLayStillIsSentWhenItHasEnded() {
    lab.rows(1, 100);
    lab.source.all().forEach(row -> lab.replica.put(row.cells().toArray(new String[0])));
    AtomicInteger writes = new AtomicInteger();
    ReplicaDatabase killed =
        Watched.replica(
            lab.cloud,
            (method, arguments, real) -> {
              if (method.getName().equals("write") && writes.incrementAndGet() == 1) {
                // All is compared, and the cursor is about to be written.
                throw new SyncException(SyncException.Kind.UNSUPPORTED, "killed");
              }
              return real.call();
            });
    TableSync sync = engine(lab, lab.office, killed).build();
    assertThat(sync.run().get(0).failure()).isPresent();
    lab.rows(101, 103);
    assertThat(sync.run().get(0).sent()).isEqualTo(3);
    lab.assertEqual();
  }

  @Test
  void aMomentThatIsYetToComeIsNoReasonToWait() {
    lab.rows(1, 10);
    lab.run();
    lab.source.put("3", "changed", "3"); // its version did not grow
    ManualClock right = ManualClock.startingAt(lab.clock.instant().minus(Duration.ofDays(365)));
    assertThat(lab.builder().environment(right.environment()).build().run().get(0).mended())
        .isOne();
    lab.assertEqual();
  }

  @Test
  void L6_aSourceThatWentBackIsComparedToTheEndBeforeItOvertakesTheCursor() {
    lab.rows(1, 25_000);
    MemoryTable.Backup backup = lab.source.backup();
    lab.rows(25_001, 25_010);
    lab.source.put("24990", "changed", "25011");
    TableSync sync =
        engine(lab, lab.office, lab.cloud)
            .compareEvery(Duration.ofDays(1_000))
            .pace(Pace.standard().comparing(Duration.ZERO))
            .build();
    sync.run();
    lab.source.restore(backup, lab.source.info().incarnation());
    assertThat(sync.run().get(0).compared()).isEqualTo(Compared.ALL);
    for (int i = 25_001; i <= 25_020; i++) {
      lab.source.put(String.valueOf(i), "of the other branch", String.valueOf(i));
    }
    sync.run();
    lab.assertEqual();
  }

  // ---- errors

  @Test
  void anotherDatabaseIsRecognizedByAFewRows() {
    lab.rows(1, 20_000);
    engine(lab, lab.office, lab.cloud).build().run();
    MemoryTables other = MemoryTables.of(List.of(TableLab.SHAPE), lab.clock, "elsewhere");
    for (int i = 1; i <= 20_000; i++) {
      other.table(TableLab.NAME).put(String.valueOf(i), "theirs", String.valueOf(i));
    }
    AtomicLong named = new AtomicLong();
    SourceDatabase source =
        Watched.source(
            other,
            (method, arguments, real) -> {
              Object answer = real.call();
              if (method.getName().equals("manifest")) {
                named.addAndGet(((Collection<?>) answer).size());
              }
              return answer;
            });
    assertThat(engine(lab, source, lab.cloud).build().run().get(0).failure()).isPresent();
    assertThat(named.get()).isLessThanOrEqualTo(10_000);
  }

  @Test
  void whatFailsBeforeAnythingIsDoneKeepsNobodyOut() {
    lab.rows(1, 10);
    AtomicBoolean broken = new AtomicBoolean(true);
    SourceDatabase source =
        Watched.source(
            lab.office,
            (method, arguments, real) -> {
              if (method.getName().equals("horizon") && broken.getAndSet(false)) {
                throw new SyncException(SyncException.Kind.UNSUPPORTED, "no horizon");
              }
              return real.call();
            });
    assertThat(engine(lab, source, lab.cloud).agent("one").build().run().get(0).failure())
        .isPresent();
    assertThat(engine(lab, source, lab.cloud).agent("two").build().run().get(0).failure())
        .isEmpty();
    lab.assertEqual();
  }

  @Test
  void runsOfOneEngineWaitForEachOther() throws Exception {
    lab.rows(1, 3_000);
    TableSync sync = engine(lab, lab.office, lab.cloud).batch(50, 1 << 20, LONG).build();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<List<TableReport>>> runs = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        runs.add(threads.submit(sync::verify));
      }
      for (Future<List<TableReport>> run : runs) {
        assertThat(run.get().get(0).failure()).isEmpty();
      }
    } finally {
      threads.shutdownNow();
    }
    lab.assertEqual();
  }

  private static final Duration LONG = Duration.ofMinutes(1);

  @Test
  void twoColumnsCannotBecomeOneOfTheReplica() {
    List<Column> two =
        List.of(
            new Column("id", ColumnType.of(Kind.INTEGER), false),
            new Column("a", ColumnType.of(Kind.TEXT), true),
            new Column("b", ColumnType.of(Kind.TEXT), true));
    TableShape source = new TableShape("t", two, List.of("id"), Optional.empty());
    TableShape replica = new TableShape("t", two.subList(0, 2), List.of("id"), Optional.empty());
    assertThatThrownBy(
            () -> RowFormat.agreed(source, replica, ColumnRules.standard().rename("b", "a")))
        .isInstanceOf(SyncException.class)
        .hasMessageContainingAll("'b'", "'a'");
  }
}
