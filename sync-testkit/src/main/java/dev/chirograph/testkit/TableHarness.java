package dev.chirograph.testkit;

import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.TableShape;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the suites of tables have in common. */
@ExtendWith(SkipCounter.class)
abstract class TableHarness {

  /** Closes what was opened. */
  protected void close() throws Exception {}

  /** How often what threads do at once is repeated; 60 unless told. */
  protected int rounds() {
    return 60;
  }

  /** Something that may fail as it likes. */
  interface Action {
    void run() throws Exception;
  }

  static void done(Action action) {
    made(
        () -> {
          action.run();
          return true;
        });
  }

  static <T> T made(Callable<T> making) {
    try {
      return making.call();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("a hook failed: " + e, e);
    }
  }

  /** An empty table. */
  abstract TableSubject open(TableShape shape);

  @AfterEach
  final void closeTables() throws Exception {
    close();
  }

  /** Invoices whose numbers and versions are the same. */
  static List<Row> invoices(TableSubject table, int from, int to) {
    return IntStream.rangeClosed(from, to)
        .mapToObj(i -> table.row("" + i, "customer " + i, i + ".50", "" + i))
        .toList();
  }

  static TableSubject filled(TableSubject table, int from, int to) {
    table.putAll(invoices(table, from, to));
    return table;
  }
}
