package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.memory.MemoryTable;
import dev.chirograph.spi.table.SourceTable;
import dev.chirograph.spi.table.TableShape;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A source that breaks a guarantee fails a test that is named after it. Subclasses have a static
 * method {@code wrongs} that gives such sources.
 */
abstract class WrongSources {

  /** The suite, with something wrong in front of a table that is right. */
  static final class Suite extends SourceTableConformance {
    private final Function<SourceTable, SourceTable> wrong;

    Suite(Function<SourceTable, SourceTable> wrong) {
      this.wrong = wrong;
    }

    @Override
    protected SourceTable newSource(TableShape shape) {
      return wrong.apply(MemoryTable.of(shape, ManualClock.create(), "office"));
    }

    private static MemoryTable host(SourceTable table) {
      return (MemoryTable) (table instanceof SourceAround around ? around.table : table);
    }

    @Override
    protected void put(SourceTable table, List<@Nullable String> cells) {
      host(table).put(cells.toArray(String[]::new));
    }

    @Override
    protected void remove(SourceTable table, List<@Nullable String> key) {
      host(table).remove(key.toArray(String[]::new));
    }
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("wrongs")
  void whatIsWrongFails(String guarantee, String what, Function<SourceTable, SourceTable> wrong) {
    assertThat(Suites.failures(Suite.class, () -> new Suite(wrong)))
        .anyMatch(test -> test.startsWith(guarantee));
  }

  static Arguments wrong(String guarantee, String what, Function<SourceTable, SourceTable> wrong) {
    return Arguments.of(guarantee, what, wrong);
  }
}
