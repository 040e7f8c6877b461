package dev.chirograph.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.memory.MemoryTable;
import dev.chirograph.memory.MemoryTables;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.TableShape;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How fast rows travel, and in which order tables take turns. */
class TablePaceTest {

  private static Duration time(TableLab lab, Pace pace) {
    Instant begun = lab.clock.instant();
    TableReport report = lab.builder().pace(pace).build().run().get(0);
    assertThat(report.failure()).isEmpty();
    lab.assertEqual();
    return Duration.between(begun, lab.clock.instant());
  }

  @Test
  void rowsASecondAreBounded() {
    TableLab lab = new TableLab();
    lab.rows(1, 1_000);
    assertThat(time(lab, Pace.standard().atMost(100, 0)))
        .isBetween(Duration.ofSeconds(9), Duration.ofSeconds(25));
  }

  @Test
  void bytesASecondAreBounded() {
    TableLab lab = new TableLab();
    lab.rows(1, 1_000);
    assertThat(time(lab, Pace.standard().atMost(0, 1_000))).isGreaterThan(Duration.ofSeconds(5));
  }

  @Test
  void withoutBoundsNobodyWaits() {
    TableLab lab = new TableLab();
    lab.rows(1, 1_000);
    assertThat(time(lab, Pace.standard())).isZero();
  }

  /** The order is the source's, which knows what refers to what. */
  @Test
  void rowsGoToParentsFirstAndAreDeletedFromChildrenFirst() {
    TableShape parent = TableLab.shape("parent");
    TableShape child = TableLab.shape("child");
    TableLab lab = new TableLab(parent, child);
    List<String> order = new ArrayList<>();
    TableSync sync =
        TableSync.builder("office", lab.office, noting(lab.cloud, order), lab.state)
            .agent("agent")
            .environment(lab.clock.environment())
            .build();
    for (String table : List.of("child", "parent")) {
      for (int i = 1; i <= 10; i++) {
        lab.office.table(table).put("" + i, "v", "" + i);
      }
    }
    sync.run();
    assertThat(order).containsSubsequence("put parent", "put child");
    assertThat(order.indexOf("put child")).isGreaterThan(order.lastIndexOf("put parent"));

    order.clear();
    lab.office.table("parent").remove("5");
    lab.office.table("child").remove("5");
    sync.run();
    assertThat(order).containsExactly("delete child", "delete parent");
    for (String table : List.of("child", "parent")) {
      MemoryTable there = lab.cloud.table(table);
      assertThat(there.all()).isEqualTo(lab.office.table(table).all());
    }
  }

  private static ReplicaDatabase noting(MemoryTables cloud, List<String> order) {
    return new ReplicaDatabase() {
      @Override
      public Optional<State> state(Optional<String> known) {
        return cloud.state(known);
      }

      @Override
      public ReplicaTable table(String name) {
        return Watched.of(
            ReplicaTable.class,
            cloud.table(name),
            (method, arguments, real) -> {
              if (method.getName().equals("write")) {
                ReplicaTable.Write write = (ReplicaTable.Write) arguments[0];
                if (!write.puts().isEmpty()) {
                  order.add("put " + name);
                }
                if (!write.deletes().isEmpty()) {
                  order.add("delete " + name);
                }
              }
              return real.call();
            });
      }
    };
  }
}
