package dev.chirograph.simulation;

import dev.chirograph.testkit.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Many simulations in a row, of consecutive seeds. Not safe for use by several threads. */
final class Schedules {

  private static final int PROGRESS = 10_000;

  private final long first;
  private final int number;
  private final Consumer<String> out;
  private final Tally tally = new Tally();
  private final List<Long> failed = new ArrayList<>();

  Schedules(long first, int number, Consumer<String> out) {
    this.first = first;
    this.number = number;
    this.out = out;
  }

  /** The seeds that failed. */
  List<Long> failed() {
    return List.copyOf(failed);
  }

  /** What happened in all that did not fail. */
  Tally tally() {
    return tally;
  }

  void run(boolean tracing) {
    for (int done = 0; done < number; done++) {
      if (done > 0 && done % PROGRESS == 0) {
        out.accept(grouped(done) + " schedules, " + failed.size() + " failed");
      }
      one(first + done, tracing);
    }
    out.accept(grouped(number) + " schedules from seed " + first + " on: " + tally);
    out.accept(failed.size() + " failed" + (failed.isEmpty() ? "" : ": " + failed));
  }

  private void one(long seed, boolean tracing) {
    LogSimulation simulation = LogSimulation.of(Seed.of(seed));
    if (tracing) {
      simulation.tracing(out);
    }
    try {
      tally.add(simulation.run());
    } catch (AssertionError e) {
      failed.add(seed);
      out.accept(e.getMessage());
    }
  }

  private static String grouped(long some) {
    return String.format(Locale.ROOT, "%,d", some);
  }
}
