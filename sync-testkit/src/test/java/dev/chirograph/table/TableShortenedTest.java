package dev.chirograph.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.DeleteLimit;
import dev.chirograph.SyncException;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.table.TableReport.Compared;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Newest rows that were deleted, and sources that went back, which look alike at first. */
class TableShortenedTest {

  private final TableLab lab = new TableLab();

  private TableSync.Builder builder(ReplicaDatabase replica) {
    return TableSync.builder("office", lab.office, replica, lab.state)
        .agent("agent")
        .environment(lab.clock.environment());
  }

  private TableReport run() {
    return builder(lab.cloud).build().run().get(0);
  }

  private void begin(int rows) {
    lab.rows(1, rows);
    assertThat(run().compared()).isEqualTo(Compared.ALL);
    lab.assertEqual();
  }

  private void remove(int from, int to) {
    for (int i = from; i <= to; i++) {
      lab.source.remove(String.valueOf(i));
    }
  }

  @Test
  void newestRowsThatAreDeletedNeedNoComparisonOfAllOthers() {
    begin(20_000);
    remove(19_998, 20_000);
    List<Object> asked = new ArrayList<>();
    ReplicaDatabase replica =
        Watched.replica(
            lab.cloud,
            (method, arguments, real) -> {
              if (method.getName().equals("digests")) {
                asked.addAll((List<?>) arguments[1]);
              }
              return real.call();
            });
    TableReport report = builder(replica).build().run().get(0);
    assertThat(report.failure()).isEmpty();
    assertThat(report.deleted()).isEqualTo(3);
    assertThat(report.compared()).isEqualTo(Compared.NOTHING);
    assertThat(asked).hasSize(1);
    lab.assertEqual();
    assertThat(run().compared()).isEqualTo(Compared.NOTHING);
  }

  @Test
  void versionsOfDeletedRowsAreReadWhenTheyAreGivenOutAgain() {
    begin(3_000);
    remove(2_999, 3_000);
    assertThat(run().deleted()).isEqualTo(2);
    lab.source.put("3001", "new", "2999");
    TableReport report = run();
    assertThat(report.sent()).isOne();
    assertThat(report.compared()).isEqualTo(Compared.NOTHING);
    lab.assertEqual();
  }

  @Test
  void L6_aSourceThatWritesItsHistoryAnewIsComparedAtOnce() {
    begin(3_000);
    remove(2_991, 3_000);
    for (int i = 2_991; i <= 2_995; i++) {
      lab.source.put(String.valueOf(i), "other " + i, String.valueOf(i));
    }
    TableReport report = run();
    assertThat(report.compared()).isEqualTo(Compared.ALL);
    assertThat(report.mended()).isEqualTo(5);
    assertThat(report.deleted()).isEqualTo(5);
    lab.assertEqual();
  }

  @Test
  void L4_aRowThatTheSourceHasUnderALowerVersionIsNotDeleted() {
    begin(3_000);
    lab.source.put("3000", "older", "17");
    TableReport report = run();
    assertThat(report.deleted()).isZero();
    assertThat(report.mended()).isOne();
    lab.assertEqual();
  }

  @Test
  void L3_whatAComparisonFindsBesidesSharesTheLimit() {
    begin(3_000);
    remove(2_998, 3_000);
    remove(1, 3);
    lab.clock.advance(Duration.ofHours(1));
    TableSync sync =
        builder(lab.cloud)
            .table(TableLab.NAME, TableOptions.standard().withDeletes(DeleteLimit.of(5, 1)))
            .build();
    TableReport report = sync.run().get(0);
    assertThat(report.deleted()).isEqualTo(3);
    assertThat(report.heldBack()).isEqualTo(3);
    assertThat(sync.run().get(0).deleted()).isEqualTo(3);
    lab.assertEqual();
  }

  @Test
  void L3_moreThanMayBeDeletedIsHeldBack() {
    begin(3_000);
    remove(2_001, 3_000);
    TableReport report = run();
    assertThat(report.deleted()).isZero();
    assertThat(report.heldBack()).isEqualTo(1_000);
    assertThat(report.refusal()).isPresent();
    assertThat(lab.replica.size()).isEqualTo(3_000);
    lab.rows(2_001, 3_000);
    lab.clock.advance(Duration.ofHours(1));
    run();
    lab.assertEqual();
  }

  @Test
  void L4_aRowThatComesBackBeforeItIsDeletedStays() {
    begin(3_000);
    RowVersion gone = new RowVersion(new RowKey("3000"), lab.source.horizon().mark(), 0, 1);
    remove(3_000, 3_000);
    ReplicaDatabase replica =
        Watched.replica(
            lab.cloud,
            (method, arguments, real) -> {
              if (method.getName().equals("write")
                  && ((ReplicaTable.Write) arguments[0]).cursor().isPresent()) {
                lab.source.put(gone.key().text(), "again", "3000");
              }
              return real.call();
            });
    TableReport report = builder(replica).build().run().get(0);
    assertThat(report.deleted()).isZero();
    assertThat(lab.replica.all()).hasSize(3_000);
    run();
    lab.assertEqual();
  }

  @Test
  void aComparisonUnderWayGoesOnInPiecesWhenTheNewestRowIsDeleted() {
    lab.rows(1, 70_000);
    TableSync.Builder builder =
        builder(lab.cloud)
            .batch(100_000, 1 << 30, Duration.ofMinutes(1))
            .pace(Pace.standard().comparing(Duration.ZERO));
    assertThat(builder.build().run().get(0).compared()).isEqualTo(Compared.PART);
    remove(70_000, 70_000);
    TableReport report = builder.build().run().get(0);
    assertThat(report.compared()).isNotEqualTo(Compared.ALL);
    assertThat(report.deleted()).isOne();
    lab.source.put("70001", "new", "70000");
    report = builder.build().run().get(0);
    assertThat(report.sent()).isOne();
    Optional<Certificate> certificate = Optional.empty();
    for (int runs = 0; certificate.isEmpty() && runs < 6; runs++) {
      certificate = builder.build().run().get(0).certificate();
    }
    assertThat(certificate).isPresent();
    lab.assertEqual();
  }

  @Test
  void L6_rowsOfAFormerLifeAreDeletedThoughNewVersionsHaveOvertakenThem() {
    lab.rows(1, 40);
    MemoryTable.Backup backup = lab.source.backup();
    lab.rows(41, 50);
    assertThat(run().compared()).isEqualTo(Compared.ALL);
    lab.source.restore(backup, "another life");
    ReplicaDatabase breaking =
        Watched.replica(
            lab.cloud,
            (method, arguments, real) -> {
              if (method.getName().equals("write")) {
                throw new SyncException(SyncException.Kind.UNAVAILABLE, "broken");
              }
              return real.call();
            });
    assertThat(builder(breaking).build().run().get(0).failure()).isPresent();
    for (int i = 41; i <= 60; i++) {
      lab.source.put(String.valueOf(100 + i), "new", String.valueOf(i));
    }
    for (int runs = 0; runs < 3; runs++) {
      run();
    }
    lab.assertEqual();
  }
}
