package dev.chirograph.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.DeleteLimit;
import dev.chirograph.SyncException;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.memory.MemoryTables;
import dev.chirograph.table.RowExplanation.Verdict;
import dev.chirograph.table.TableReport.Compared;
import dev.chirograph.testkit.Seed;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** One table and its replica, run by run. */
class TableSyncTest {

  private final TableLab lab = new TableLab();

  @Test
  void aRowThatWasDeletedBetweenTwoBatchesIsDeleted() {
    lab.rows(1, 10);
    assertThat(lab.run().sent()).isEqualTo(10);
    lab.source.remove("5");

    TableReport report = lab.run();

    assertThat(report.deleted()).isOne();
    assertThat(report.certificate()).isPresent();
    lab.assertEqual();
  }

  @Test
  void theNewestRowIsDeletedAfterItWasDeletedInTheSource() {
    lab.rows(1, 10);
    lab.run();
    lab.source.remove("10");
    assertThat(lab.run().deleted()).isOne();
    lab.assertEqual();
    lab.rows(11, 12);
    assertThat(lab.run().sent()).isEqualTo(2);
    lab.assertEqual();
  }

  @Test
  void anEmptySourceEmptiesNoReplicaUntilThatIsAllowed() {
    lab.rows(1, 10);
    lab.run();
    for (int i = 1; i <= 10; i++) {
      lab.source.remove(String.valueOf(i));
    }
    TableReport report = lab.run();
    assertThat(report.deleted()).isZero();
    assertThat(report.heldBack()).isEqualTo(10);
    assertThat(report.refusal()).hasValueSatisfying(why -> assertThat(why).contains("no row"));
    assertThat(report.certificate()).isEmpty();
    assertThat(lab.replica.size()).isEqualTo(10);
    assertThat(lab.run().heldBack()).as("it is told again").isEqualTo(10);

    TableOptions options =
        TableOptions.standard().withDeletes(DeleteLimit.of(10, 1).allowEmptySource());
    assertThat(lab.builder().table("invoice", options).build().run().get(0).deleted())
        .isEqualTo(10);
  }

  @Test
  void L3_moreDeletesThanAllowedDeleteNothing() {
    lab.rows(1, 100);
    lab.run();
    for (int i = 1; i <= 11; i++) {
      lab.source.remove(String.valueOf(i * 3));
    }
    TableReport report = lab.run();
    assertThat(report.deleted()).isZero();
    assertThat(report.heldBack()).isEqualTo(11);
    assertThat(report.refusal()).hasValueSatisfying(why -> assertThat(why).contains("11", "10"));
  }

  @Test
  void aSecondAgentFailsClearly() {
    lab.rows(1, 2);
    assertThat(lab.replica.lease("other", Duration.ofMinutes(1))).isPresent();
    assertThat(lab.run().failure())
        .hasValueSatisfying(why -> assertThat(why).hasMessageContaining("another agent"));
    lab.clock.advance(Duration.ofMinutes(2));
    assertThat(lab.run().sent()).isEqualTo(2);
  }

  @Test
  void manyRowsOfOneVersionAreCompared() {
    for (int i = 0; i < 5_000; i++) {
      lab.source.put(String.valueOf(i), "v", "7");
    }
    lab.builder().batch(1_000, 1 << 20, Duration.ofSeconds(2)).build().run();
    lab.source.put("17", "other", "7");
    TableReport report = lab.verify();
    assertThat(report.mended()).isOne();
    assertThat(report.certificate()).isPresent();
    lab.assertEqual();
  }

  @Test
  void nothingIsDoneWhereNothingSeemsToHaveChanged() {
    lab.rows(1, 10);
    TableReport first = lab.run();
    assertThat(first.compared()).isEqualTo(Compared.ALL);
    TableReport second = lab.run();
    assertThat(second.compared()).isEqualTo(Compared.NOTHING);
    assertThat(second.horizon()).isEmpty();
    assertThat(second.certificate()).isEqualTo(first.certificate()).isPresent();
    assertThat(lab.builder().build().certificates())
        .isEqualTo(Map.of("invoice", first.certificate().orElseThrow()));
  }

  @Test
  void whatFactsDoNotTellIsFoundByTheNextComparison() {
    lab.rows(1, 10);
    lab.run();
    lab.source.put("3", "changed", "3"); // its version did not grow
    assertThat(lab.run().mended()).isZero();
    lab.clock.advance(Duration.ofHours(1));
    assertThat(lab.run().mended()).isOne();
    lab.assertEqual();
  }

  @Test
  void aChangeInTheReplicaIsMended() {
    lab.rows(1, 10);
    lab.run();
    lab.replica.remove("4");
    assertThat(lab.run().mended()).isOne();
    lab.assertEqual();
  }

  @Test
  void whatSomebodyElseDidToTheReplicaIsComparedAtOnce() {
    lab.rows(1, 10);
    lab.run();
    lab.replica.remove("4");
    lab.replica.put("11", "a row of somebody else", "4");
    assertThat(lab.run().compared()).isEqualTo(Compared.NOTHING); // as far as facts tell
    lab.replica.put("12", "a newer one", "12");
    TableReport report = lab.run();
    assertThat(report.mended()).isOne();
    assertThat(report.deleted()).isEqualTo(2);
    lab.assertEqual();
  }

  @Test
  void aRestoredReplicaIsComparedAtOnce() {
    lab.rows(1, 10);
    lab.run();
    MemoryTable.Backup backup = lab.replica.backup();
    lab.source.remove("5");
    lab.rows(11, 11);
    lab.run();
    lab.replica.restore(backup, "cloud");
    TableReport report = lab.run();
    assertThat(report.sent()).isOne();
    assertThat(report.deleted()).isOne();
    assertThat(report.certificate()).isPresent();
    lab.assertEqual();
  }

  @Test
  void aComparisonIsSpreadOverRunsAndGoesOnAfterAKill() {
    lab.rows(1, 70_000);
    TableSync.Builder builder =
        lab.builder()
            .batch(100_000, 1 << 30, Duration.ofMinutes(1))
            .pace(Pace.standard().comparing(Duration.ZERO));
    TableReport first = builder.build().run().get(0);
    assertThat(first.compared()).isEqualTo(Compared.PART);
    assertThat(first.certificate()).isEmpty();
    int runs = 1;
    TableReport last = first;
    while (last.compared() != Compared.ALL) {
      last = builder.build().run().get(0);
      runs++;
    }
    assertThat(runs).isBetween(3, 5);
    assertThat(last.certificate()).isPresent();
    assertThat(last.certificate().get().ranges()).hasSizeGreaterThan(2);
    assertThat(last.certificate().get().digest().count()).isEqualTo(70_000);
  }

  @Test
  void noWorkIsDoneAtOtherHoursOrWhileTheDatabaseIsBusy() {
    lab.rows(1, 3);
    LocalTime now = LocalTime.ofInstant(lab.clock.instant(), ZoneOffset.UTC);
    Pace later = Pace.standard().during(now.plusHours(1), now.plusHours(2), ZoneOffset.UTC);
    assertThat(lab.builder().pace(later).build().run()).isEmpty();
    AtomicBoolean busy = new AtomicBoolean(true);
    TableSync sync = lab.builder().pace(Pace.standard().unless(busy::get)).build();
    assertThat(sync.run()).isEmpty();
    assertThat(lab.replica.size()).isZero();
    busy.set(false);
    assertThat(sync.run().get(0).sent()).isEqualTo(3);
  }

  @Test
  void aRestoredSourceThatGoesOnPastItsOldMaximumIsFoundOut() {
    lab.rows(1, 200);
    lab.run();
    // Back to 195, and then on: other rows have the versions that were given out before.
    for (int i = 196; i <= 200; i++) {
      lab.source.remove(String.valueOf(i));
    }
    for (int i = 196; i <= 205; i++) {
      lab.source.put(String.valueOf(i), "other " + i, String.valueOf(i));
    }
    lab.run();
    lab.clock.advance(Duration.ofHours(1));
    lab.run();
    lab.assertEqual();
  }

  @Test
  void L6_aSourceThatWentBackIsReadFromThereOn() {
    lab.rows(1, 200);
    lab.run();
    for (int i = 196; i <= 200; i++) {
      lab.source.remove(String.valueOf(i));
    }
    assertThat(lab.run().deleted()).isEqualTo(5);
    lab.rows(196, 197);
    assertThat(lab.run().sent()).isEqualTo(2);
    lab.assertEqual();
  }

  @Test
  void L6_anotherDatabaseIsRefusedUntilItIsAdopted() {
    lab.rows(1, 50);
    lab.run();
    MemoryTables other = MemoryTables.of(List.of(TableLab.SHAPE), lab.clock, "elsewhere");
    for (int i = 40; i <= 100; i++) {
      other.table("invoice").put(String.valueOf(i), "theirs " + i, String.valueOf(i));
    }
    TableSync.Builder builder =
        TableSync.builder("office", other, lab.cloud, lab.state)
            .agent("agent")
            .environment(lab.clock.environment());

    TableReport refused = builder.build().run().get(0);

    assertThat(refused.failure())
        .hasValueSatisfying(
            why -> assertThat(why).hasMessageContainingAll("elsewhere", "office", "adopt"));
    lab.assertEqual();

    TableOptions options = TableOptions.standard().withDeletes(DeleteLimit.of(1_000, 1));
    TableReport adopted = builder.table("invoice", options).build().adopt().get(0);
    assertThat(adopted.failure()).isEmpty();
    assertThat(lab.replica.all()).isEqualTo(other.table("invoice").all());
  }

  @Test
  void L6_aRestoreThatChangedLittleNeedsNobody() {
    lab.rows(1, 50);
    lab.run();
    MemoryTables restored = MemoryTables.of(List.of(TableLab.SHAPE), lab.clock, "second life");
    lab.source.all().stream()
        .limit(48)
        .forEach(row -> restored.table("invoice").put(row.cells().toArray(new String[0])));
    TableReport report =
        TableSync.builder("office", restored, lab.cloud, lab.state)
            .agent("agent")
            .environment(lab.clock.environment())
            .build()
            .run()
            .get(0);
    assertThat(report.failure()).isEmpty();
    assertThat(report.deleted()).isEqualTo(2);
    assertThat(lab.replica.all()).isEqualTo(restored.table("invoice").all());
  }

  @Test
  void rowsThatAreThereAlreadyAreComparedAndNotSentAgain() {
    lab.rows(1, 100);
    lab.source.all().stream()
        .filter(row -> !row.key().text().equals("7"))
        .forEach(row -> lab.replica.put(row.cells().toArray(new String[0])));
    TableReport report = lab.run();
    assertThat(report.sent()).isZero();
    assertThat(report.mended()).isOne();
    assertThat(report.certificate()).isPresent();
    lab.rows(101, 102);
    assertThat(lab.run().sent()).isEqualTo(2);
  }

  @Test
  void aPlanSaysWhatARunWouldDoAndWritesNothing() {
    lab.rows(1, 20);
    lab.run();
    lab.rows(21, 23);
    lab.source.remove("4");
    lab.source.put("5", "changed", "5");
    TablePlan plan = lab.builder().build().plan().get(0);
    assertThat(plan.toSend()).isEqualTo(3);
    assertThat(plan.toMend()).isOne();
    assertThat(plan.toDelete()).isOne();
    assertThat(plan.refusal()).isEmpty();
    assertThat(plan.examples())
        .extracting(example -> example.key().text())
        .containsExactlyInAnyOrder("4", "5");
    assertThat(lab.replica.size()).isEqualTo(20);
    assertThat(lab.replica.lease("other", Duration.ofMinutes(1))).isPresent();
  }

  @Test
  void aRowIsExplained() {
    lab.rows(1, 3);
    lab.run();
    lab.source.put("2", "changed", "2");
    lab.source.remove("3");
    lab.source.put("4", "new", "4");
    TableSync sync = lab.builder().build();
    assertThat(sync.explain("invoice", "1").verdict()).isEqualTo(Verdict.EQUAL);
    RowExplanation changed = sync.explain("invoice", "2");
    assertThat(changed.verdict()).isEqualTo(Verdict.SENT);
    assertThat(changed.differing()).containsExactly("text");
    assertThat(sync.explain("invoice", "3").verdict()).isEqualTo(Verdict.DELETED);
    assertThat(sync.explain("invoice", "4").verdict()).isEqualTo(Verdict.SENT);
    assertThat(sync.explain("invoice", "9").verdict()).isEqualTo(Verdict.NOWHERE);
    assertThatThrownBy(() -> sync.explain("invoice", "1", "2"))
        .isInstanceOf(SyncException.class)
        .hasMessageContaining("[id]");
    assertThat(sync.explain("invoice").slices()).contains("version");
    assertThat(sync.explain("invoice").hashedBySql()).isTrue();
  }

  @Test
  void L11_troubleWithOneTableKeepsNothingFromTheOthers() {
    TableLab two = new TableLab(TableLab.shape("a"), TableLab.shape("b"));
    two.office.table("a").put("1", "x", "1");
    two.office.table("b").put("1", "y", "1");
    assertThat(two.cloud.table("a").lease("other", Duration.ofMinutes(1))).isPresent();
    List<TableReport> reports = two.builder().build().run();
    assertThat(reports).extracting(TableReport::table).containsExactly("a", "b");
    assertThat(reports.get(0).failure()).isPresent();
    assertThat(reports.get(1).sent()).isOne();
    two.clock.advance(Duration.ofMinutes(2));
    assertThat(two.builder().build().run().get(0).sent()).isOne();
  }

  @Test
  void afterAnyEditsOneVerificationMakesBothEqual() {
    SplittableRandom random = Seed.draw().random();
    TableOptions options =
        TableOptions.standard().withDeletes(DeleteLimit.of(1_000, 1).allowEmptySource());
    long version = 0;
    for (int pass = 0; pass < 300; pass++) {
      for (int i = random.nextInt(20); i > 0; i--) {
        String id = String.valueOf(random.nextInt(50));
        if (random.nextInt(3) == 0) {
          lab.source.remove(id);
        } else {
          // Now and then a version is given out again, as after a restore.
          version += random.nextInt(10) == 0 ? -random.nextInt(5) : 1;
          lab.source.put(id, random.nextInt(5) == 0 ? null : "v" + random.nextInt(), "" + version);
        }
      }
      if (random.nextInt(5) == 0) {
        lab.replica.remove(String.valueOf(random.nextInt(50)));
      }
      if (random.nextInt(3) == 0) {
        lab.builder().table("invoice", options).build().run();
      }
      TableReport report = lab.builder().table("invoice", options).build().verify().get(0);
      assertThat(report.failure()).isEmpty();
      assertThat(lab.replica.all()).as("pass %s", pass).isEqualTo(lab.source.all());
      assertThat(report.certificate()).as("pass %s: %s", pass, report).isPresent();
    }
  }
}
