package dev.chirograph.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.DeleteLimit;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.ColumnType.Kind;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.TableShape;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** No way to a delete goes around the limit. */
class TableDeletesTest {

  private static final TableShape LINES =
      new TableShape(
          "line",
          List.of(new Column("text", ColumnType.of(Kind.TEXT), false)),
          List.of(),
          Optional.empty());

  private static TableReport run(TableLab lab, DeleteLimit limit) {
    return lab.builder()
        .table("line", TableOptions.standard().withDeletes(limit))
        .build()
        .verify()
        .get(0);
  }

  private static TableLab lines() {
    TableLab lab = new TableLab(LINES);
    for (int i = 0; i < 100; i++) {
      lab.source.put("line " + i);
      lab.replica.put("line " + i);
    }
    return lab;
  }

  private static void copies(TableLab lab, String text, int number) {
    for (int i = 0; i < number; i++) {
      lab.replica.put(text);
    }
  }

  @Test
  void L3_equalRowsWithoutKeyAreEachADelete() {
    TableLab lab = lines();
    copies(lab, "only there", 5_000);
    TableReport refused = run(lab, DeleteLimit.standard());
    assertThat(refused.heldBack()).isEqualTo(5_000);
    assertThat(refused.refusal()).isPresent();
    assertThat(lab.replica.size()).isEqualTo(5_100);

    TableReport allowed = run(lab, DeleteLimit.of(5_000, 1));
    assertThat(allowed.deleted()).isEqualTo(5_000);
    lab.assertEqual();
    assertThat(allowed.certificate()).isPresent();
  }

  @Test
  void L3_aRowThatIsThereLessOftenInTheSourceLosesCopiesWithinTheLimitOnly() {
    TableLab lab = lines();
    copies(lab, "line 7", 5_000);
    assertThat(lab.builder().build().plan().get(0).toDelete()).isEqualTo(5_000);
    TableReport refused = run(lab, DeleteLimit.standard());
    assertThat(refused.heldBack()).isEqualTo(5_000);
    assertThat(lab.replica.size()).isEqualTo(5_100);

    TableReport allowed = run(lab, DeleteLimit.of(5_000, 1));
    assertThat(allowed.deleted()).isEqualTo(5_000);
    assertThat(allowed.failure()).isEmpty();
    lab.assertEqual();
    assertThat(allowed.certificate()).isPresent();
  }

  @Test
  void L3_oneRoundDeletesNoMoreThanTheLimitHoweverManyRunsItTakes() {
    TableLab lab = new TableLab();
    lab.rows(1, 200);
    lab.run();
    int[] next = {1};
    remove(lab, next, 8);
    ReplicaDatabase replica =
        Watched.replica(
            lab.cloud,
            (method, arguments, real) -> {
              Object answer = real.call();
              if (arguments != null
                  && arguments[0] instanceof ReplicaTable.Write write
                  && !write.deletes().isEmpty()) {
                remove(lab, next, 8); // the source goes on losing rows
              }
              return answer;
            });
    TableSync sync =
        TableSync.builder("office", lab.office, replica, lab.state)
            .agent("agent")
            .table(TableLab.NAME, TableOptions.standard().withDeletes(DeleteLimit.of(10, 0)))
            .environment(lab.clock.environment())
            .build();
    long deleted = 0;
    for (int i = 0; i < 5; i++) {
      deleted += sync.run().get(0).deleted();
    }
    assertThat(deleted).isBetween(8L, 10L);
    assertThat(sync.run().get(0).refusal()).isPresent();

    lab.clock.advance(Duration.ofHours(1));
    assertThat(sync.run().get(0).deleted()).isPositive();
  }

  private static void remove(TableLab lab, int[] next, int number) {
    for (int i = 0; i < number; i++) {
      lab.source.remove(String.valueOf(next[0]++));
    }
  }

  @Test
  void L3_noMoreIsDeletedThanWasNotedBeforeWhateverIsFoundThen() {
    TableLab lab = new TableLab();
    lab.rows(1, 20);
    TableSync sync =
        lab.builder()
            .table(TableLab.NAME, TableOptions.standard().withDeletes(DeleteLimit.of(3, 1)))
            .build();
    sync.run();
    lab.replica.refuse(row -> row.cells().contains("bad"));
    lab.source.put("20", "bad", "21"); // the round lasts until this row is taken
    sync.verify();
    lab.source.remove("1");
    assertThat(sync.run().get(0).deleted()).as("it is found, and noted").isZero();
    for (int i = 2; i <= 6; i++) {
      lab.source.remove(String.valueOf(i));
    }
    assertThat(sync.run().get(0).deleted()).isOne();
  }
}
