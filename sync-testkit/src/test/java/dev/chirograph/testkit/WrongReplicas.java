package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Outcome;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.spi.table.WriteLimits;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A replica that breaks a guarantee fails a test that is named after it. Subclasses have a static
 * method {@code wrongs} that gives such replicas.
 */
abstract class WrongReplicas {

  /** The suite, with something wrong in front of a table that is right. */
  static final class Suite extends ReplicaTableConformance {
    private final ManualClock clock = ManualClock.create();
    private final UnaryOperator<ReplicaTable> wrong;

    Suite(UnaryOperator<ReplicaTable> wrong) {
      this.wrong = wrong;
    }

    private MemoryTable table(TableShape shape) {
      return MemoryTable.of(shape, clock, "cloud").limit(new WriteLimits(5_000, 1 << 24));
    }

    @Override
    protected ReplicaTable newReplica(TableShape shape) {
      return wrong.apply(table(shape));
    }

    @Override
    protected ReplicaTable newReplica(TableShape shape, String unique) {
      return wrong.apply(table(shape).unique(unique));
    }

    @Override
    protected ReplicaTable reopened(ReplicaTable table) {
      return table instanceof ReplicaAround around ? wrong.apply(around.table) : table;
    }

    @Override
    protected void advance(Duration time) {
      clock.advance(time);
    }
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("wrongs")
  void whatIsWrongFails(String guarantee, String what, UnaryOperator<ReplicaTable> wrong) {
    assertThat(Suites.failures(Suite.class, () -> new Suite(wrong)))
        .anyMatch(test -> test.startsWith(guarantee));
  }

  static Arguments wrong(String guarantee, String what, UnaryOperator<ReplicaTable> wrong) {
    return Arguments.of(guarantee, what, wrong);
  }

  static ReplicaTable writing(ReplicaTable t, UnaryOperator<Write> change) {
    return new ReplicaAround(t) {
      @Override
      public List<Outcome> write(Write write) {
        return table.write(change.apply(write));
      }
    };
  }

  static Write with(Write w, List<Row> puts) {
    return new Write(w.fence(), w.format(), w.salt(), puts, w.deletes(), w.cursor());
  }

  static Write with(Write w, Optional<Cursor> cursor) {
    return new Write(w.fence(), w.format(), w.salt(), w.puts(), w.deletes(), cursor);
  }
}
