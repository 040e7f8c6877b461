package dev.chirograph.testkit;

import static dev.chirograph.testkit.TableShapes.COMPOSITE;
import static dev.chirograph.testkit.TableShapes.INVOICE;
import static dev.chirograph.testkit.TableShapes.KEYLESS;
import static dev.chirograph.testkit.TableShapes.TEXT_KEY;
import static dev.chirograph.testkit.TableShapes.UNMARKED;
import static dev.chirograph.testkit.TableShapes.UNRANGED;

import dev.chirograph.memory.MemoryTable;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.TableShape;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * Proves the guarantees of {@link ReplicaTable}. An adapter's test class extends it and says how
 * tables are made.
 */
public abstract class ReplicaTableConformance extends TableWriteGuarantees {

  private static final int STEPS = 100;

  @Test
  void TAB_all_theReplicaAnswersAsTheReferenceDoes() {
    RandomGenerator random = Seed.draw().random();
    for (TableShape shape : List.of(INVOICE, COMPOSITE, TEXT_KEY, KEYLESS, UNMARKED, UNRANGED)) {
      Replica replica = replica(shape);
      ManualClock clock = ManualClock.create();
      MemoryTable reference = MemoryTable.of(shape, clock, "reference");
      TableReplicaTwins twins =
          new TableReplicaTwins(
              replica.subject(),
              replica.table(),
              reference,
              random,
              time -> {
                clock.advance(time);
                advance(time);
              });
      twins.leased(replica.fence(), reference.lease("suite", Duration.ofMinutes(10)).orElseThrow());
      for (int i = 0; i < STEPS; i++) {
        twins.step();
      }
      twins.end();
    }
  }
}
